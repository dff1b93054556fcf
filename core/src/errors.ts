/** Every way this product can fail, as a closed list; docs/errors.md explains each. */
export const ERROR_CODES = [
  'USAGE',
  'KUBECONFIG_INVALID',
  'CONTEXT_NOT_FOUND',
  'CLUSTER_UNREACHABLE',
  'CLUSTER_TIMEOUT',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'SERVER_ERROR',
  'WRITE_REFUSED',
  'FLUX_NOT_INSTALLED',
  'SOURCE_UNSUPPORTED',
  'SPEC_INVALID',
  'SPEC_UNSUPPORTED',
  'REPOSITORY_UNREACHABLE',
  'REPOSITORY_NOT_FOUND',
  'REVISION_NOT_FOUND',
  'REVISION_INVALID',
  'PATH_NOT_FOUND',
  'PATH_ESCAPES',
  'BUILD_FAILED',
  'BUILD_TIMEOUT',
  'REMOTE_BASE_REFUSED',
  'YAML_INVALID',
  'RELEASE_INVALID',
  'KUSTOMIZE_NOT_FOUND',
  'GIT_NOT_FOUND',
  'GIT_FAILED',
  'RULES_INVALID',
  'LIMIT_EXCEEDED',
  'EXTERNAL_DIFF_FAILED',
  'INTERNAL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** What an error says besides its code: what failed, why (somebody's own words), what to try. */
export interface ErrorFacts {
  readonly what: string
  readonly why?: string | undefined
  readonly tryThis?: string | undefined
  readonly cause?: unknown
}

/** The one error of this product. `message` is what failed; `why` are the server's or git's own words. */
export class GitOpsError extends Error {
  override readonly name = 'GitOpsError'
  readonly code: ErrorCode
  readonly why: string | undefined
  readonly tryThis: string | undefined

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(facts.what, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.why = facts.why
    this.tryThis = facts.tryThis
  }
}

/** Wraps anything thrown in the one error class; what is already one passes through. */
export function asGitOpsError(thrown: unknown): GitOpsError {
  if (thrown instanceof GitOpsError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GitOpsError('INTERNAL', {
    what: 'something went wrong inside kubectl-gitops',
    why: message,
    cause: thrown,
  })
}
