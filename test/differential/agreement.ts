import type { ErrorCode } from '@kubectl-gitops/core/errors.js'
import type { Outcome, Refusal } from './outcome.js'

export type Agreement =
  | { readonly kind: 'digest' | 'words' }
  | { readonly kind: 'accepted'; readonly reason: string }
  | { readonly kind: 'disagreement' }

/** A case in which both fail in other words, or ours refuses and knows why where Flux builds. */
interface Accepted {
  readonly reason: string
  readonly code: ErrorCode
  readonly ours: RegExp
  /** What Flux says; absent where it may just as well build. */
  readonly flux?: RegExp
}

export const ACCEPTED: readonly Accepted[] = [
  {
    reason:
      'a resource that cannot be printed: kubectl prints before variables are substituted, and names none',
    code: 'BUILD_FAILED',
    ours: /^kustomize build failed: a resource: /,
    flux: /^post build failed for /,
  },
  {
    reason: 'a path that leaves the artifact is refused before kustomize comes to it, or to another fault',
    code: 'PATH_ESCAPES',
    ours: / lies outside the repository: /,
    flux: /^kustomize build failed: |failed to decode Kubernetes YAML/,
  },
  {
    reason: 'a label with the version of the controller that builds, which is known to it alone',
    code: 'SPEC_UNSUPPORTED',
    ours: / asks for the label app\.kubernetes\.io\/managed-by: /,
  },
  {
    reason: 'variables are read before the build, whether anything needs them or not',
    code: 'NOT_FOUND',
    ours: /^substitute from /,
  },
]

export const SILENCE = 'Flux does not answer'

/** Compares what Flux and we made of a case. A digest other than Flux's is never accepted. */
export function compareOutcomes(flux: Outcome, ours: Outcome): Agreement {
  if ('silent' in flux || 'silent' in ours) return { kind: 'accepted', reason: SILENCE }
  if ('digest' in ours) {
    const same = 'digest' in flux && flux.digest === ours.digest
    return { kind: same ? 'digest' : 'disagreement' }
  }
  if ('words' in flux && named(flux.words) === named(ours.words)) return { kind: 'words' }
  const accepted = ACCEPTED.find((one) => isAccepted(one, flux, ours))
  return accepted === undefined ? { kind: 'disagreement' } : { kind: 'accepted', reason: accepted.reason }
}

/** Of several names that are no names Go complains of any: it looks through them in an order of its own each time. */
const named = (words: string): string => words.replace(/'[^']*' (?=var name is invalid)/, "'***' ")

function isAccepted(one: Accepted, flux: Outcome, ours: Refusal): boolean {
  if (ours.code !== one.code || !one.ours.test(ours.words)) return false
  return one.flux === undefined || ('words' in flux && one.flux.test(flux.words))
}
