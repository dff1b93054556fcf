import type { Kustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { chooseNamed, type FluxName } from '@kubectl-gitops/core/survey/flux-name.js'

const KINDS = ['kustomization', 'kustomizations', 'ks', 'kustomization.kustomize.toolkit.fluxcd.io']

/**
 * Reads `NAME`, `NAMESPACE/NAME`, `kustomization/NAME` or `kustomization/NAMESPACE/NAME`.
 * @throws GitOpsError USAGE for anything else
 */
export function readKustomizationName(typed: string): FluxName {
  const parts = typed.split('/')
  const words = parts.length > 1 && KINDS.includes(parts[0]?.toLowerCase() ?? '') ? parts.slice(1) : parts
  const [first = '', second] = words
  if (words.length > 2 || words.includes('')) {
    throw new GitOpsError('USAGE', {
      what: `${typed} names no Kustomization`,
      tryThis: 'NAME, NAMESPACE/NAME or kustomization/NAME',
    })
  }
  return second === undefined ? { name: first } : { namespace: first, name: second }
}

/**
 * The Kustomizations of a namespace (undefined: of all) that the names leave, all of them where none is given;
 * in the order of `all`, each once.
 * @throws GitOpsError NOT_FOUND for a name that nothing has, with the near ones; USAGE for one of several
 */
export function selectKustomizations(
  all: readonly Kustomization[],
  names: readonly FluxName[],
  namespace: string | undefined,
): readonly Kustomization[] {
  const inScope = all.filter((one) => namespace === undefined || one.namespace === namespace)
  if (names.length === 0) return inScope
  const chosen = new Set(names.map((wanted) => chooseNamed('Kustomization', inScope, wanted)))
  return inScope.filter((one) => chosen.has(one))
}
