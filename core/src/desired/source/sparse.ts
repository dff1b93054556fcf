import { GitOpsError } from '../../errors.js'
import type { TreeEntry } from '../../git/repository.js'
import { normalizePath } from '../kustomization.js'

/**
 * The entries of a tree that source-controller checks out. A path of `spec.sparseCheckout` is the plain
 * beginning of a name: `apps` takes `apps-old/a.yaml` and `apps.yaml` too, and nothing of the root or of the
 * folders above (git's own cone mode takes those). A path that is not there fails the whole checkout.
 * Source: go-git plumbing/format/index SkipUnless; source-controller gitCheckout, validateSparseCheckoutPaths.
 * @throws GitOpsError PATH_NOT_FOUND
 */
export function sparseTree(tree: readonly TreeEntry[], paths: readonly string[]): readonly TreeEntry[] {
  if (paths.length === 0) return tree
  const prefixes = paths.map((path) => path.replace(/^\.\//, ''))
  const kept = tree.filter((entry) => prefixes.some((prefix) => entry.path.startsWith(prefix)))
  const missing = paths.find((path) => !holds(kept, normalizePath(path)))
  if (missing === undefined) return kept
  throw new GitOpsError('PATH_NOT_FOUND', {
    what: `the source has no folder ${JSON.stringify(missing)} to check out`,
    why: `spec.sparseCheckout names it: sparse checkout dir '${missing}' does not exist in repository`,
  })
}

function holds(tree: readonly TreeEntry[], path: string): boolean {
  return path === '' || tree.some((entry) => entry.path === path || entry.path.startsWith(`${path}/`))
}
