import { compareOutcomes, SILENCE } from '../differential/agreement.js'
import type { Built, Outcome, Refusal } from '../differential/outcome.js'
import { LAID_OUT } from './laid-out.js'
import { oursOf, type Subject } from './subject.js'

/** What is known of one build: `proved` is the real controller's digest, `failed` are its words. */
export type Verdict =
  | { readonly kind: 'proved' }
  | { readonly kind: 'approximate' | 'failed' | 'unknown' | 'mismatch'; readonly why: string }

/** Ours refuses because it cannot know; a build that it calls broken must be broken for Flux too. */
const BROKEN: readonly Refusal['code'][] = ['BUILD_FAILED', 'PATH_NOT_FOUND', 'YAML_INVALID']

/**
 * Compares both builds. The real controller is not asked where the files are not to be had, or where a build
 * needs the network: what it says then depends on the machine.
 */
export function judge(ours: Outcome, flux: Outcome | undefined, isLaidOut = false): Verdict {
  if (flux === undefined) return unasked(ours)
  const agreement = compareOutcomes(flux, ours)
  if (agreement.kind === 'digest')
    return isLaidOut ? { kind: 'approximate', why: LAID_OUT } : { kind: 'proved' }
  if ('silent' in flux || 'silent' in ours) return { kind: 'unknown', why: SILENCE }
  if ('digest' in ours) return mismatch(ours.digest, flux)
  if ('words' in flux && agreement.kind !== 'disagreement') return { kind: 'failed', why: flux.words }
  return disagreement(ours, flux)
}

const disagreement = (ours: Refusal, flux: Built | Refusal): Verdict =>
  BROKEN.includes(ours.code) ? mismatch(ours.words, flux) : { kind: 'unknown', why: ours.words }

const mismatch = (ours: string, flux: Built | Refusal): Verdict => ({
  kind: 'mismatch',
  why: `ours: ${ours}; the controller: ${'digest' in flux ? flux.digest : flux.words}`,
})

function unasked(ours: Outcome): Verdict {
  if ('words' in ours) return { kind: 'unknown', why: ours.words }
  return { kind: 'approximate', why: 'the controller cannot be given the same files' }
}

/** A subject and what is known of it. */
export interface Judged {
  readonly subject: Subject
  readonly verdict: Verdict
}

/** Holds our builds against the controller's answers, which come in the order of the subjects. */
export function judgeAll(
  subjects: readonly Subject[],
  outcomes: readonly (Outcome | undefined)[],
): readonly Judged[] {
  return subjects.map((subject, i) => ({
    subject,
    verdict: judge(oursOf(subject), outcomes[i], subject.origin?.isLaidOut),
  }))
}
