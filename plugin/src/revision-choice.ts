import type { RevisionChoice } from '@kubectl-gitops/core/survey/revision-choice.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'

/** What may stand before the slash, in lower case, and how Flux writes it. */
const KINDS: Readonly<Record<string, string>> = {
  gitrepository: 'GitRepository',
  gitrepo: 'GitRepository',
  ocirepository: 'OCIRepository',
  bucket: 'Bucket',
  externalartifact: 'ExternalArtifact',
  kustomization: 'Kustomization',
  ks: 'Kustomization',
}

/**
 * Reads `--revision [KIND/NAMESPACE/NAME=]REV`, or another flag of that form. A branch may hold slashes and equals signs, so only a kind of
 * Flux before the first slash makes it a choice for one object.
 * @throws GitOpsError USAGE where no revision is left
 */
export function readRevisionFlag(value: string, flag = '--revision'): RevisionChoice {
  const [, typed = '', namespace = '', name = '', rest = ''] =
    /^([a-z]+)\/([^/=]+)\/([^/=]+)=(.*)$/is.exec(value) ?? []
  const kind = Object.hasOwn(KINDS, typed.toLowerCase()) ? KINDS[typed.toLowerCase()] : undefined
  const choice =
    kind === undefined ? { revision: value } : { subject: `${kind}/${namespace}/${name}`, revision: rest }
  if (choice.revision !== '') return choice
  throw new GitOpsError('USAGE', {
    what: `${flag} ${value} names no revision`,
    tryThis: `${flag} REV, or ${flag} GitRepository/NAMESPACE/NAME=REV`,
  })
}
