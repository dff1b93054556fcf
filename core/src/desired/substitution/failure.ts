import { GitOpsError } from '../../errors.js'

/** The error of a build that the controller gives up after kustomize; `words` are the controller's own. */
export function failure(
  words: string,
  what = 'the variables of spec.postBuild cannot be substituted',
): GitOpsError {
  return new GitOpsError('BUILD_FAILED', { what, why: words })
}

/** `failure` for what goes wrong inside one text (fluxcd/pkg kustomize, varSubstitution). */
export function substitutionFailure(words: string): GitOpsError {
  return failure(`variable substitution failed: ${words}`)
}
