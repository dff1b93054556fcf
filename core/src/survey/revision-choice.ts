import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { GitOpsError } from '../errors.js'
import { referenceKey } from './flux-state.js'

/** A revision to build instead of the applied one. */
export interface RevisionChoice {
  /** `GitRepository/ns/name` or `Kustomization/ns/name`; undefined for all. */
  readonly subject?: string
  /** A commit id, branch, tag or Flux revision. */
  readonly revision: string
}

/**
 * The choice for one Kustomization: its own goes before that of its source, and that before the one for all;
 * the last of each counts, as with every flag.
 */
export function choiceFor(
  kustomization: Kustomization,
  choices: readonly RevisionChoice[],
): string | undefined {
  const subjects = [...subjectsOf(kustomization), undefined]
  const [first] = subjects.flatMap((wanted) => choices.findLast(({ subject }) => subject === wanted) ?? [])
  return first?.revision
}

const subjectsOf = (kustomization: Kustomization): readonly string[] => [
  `Kustomization/${fullName(kustomization)}`,
  referenceKey(kustomization.source),
]

/** Choices as they are typed. */
export const choicesText = (choices: readonly RevisionChoice[]): string =>
  choices
    .map(({ subject, revision }) => (subject === undefined ? revision : `${subject}=${revision}`))
    .join(', ')

/**
 * Refuses a choice that concerns nothing.
 * @throws GitOpsError NOT_FOUND
 */
export function refuseStray(choices: readonly RevisionChoice[], chosen: readonly Kustomization[]): void {
  const known = new Set(chosen.flatMap(subjectsOf))
  const stray = choices.find(({ subject }) => subject !== undefined && !known.has(subject))
  if (stray?.subject === undefined) return
  const sources = [...new Set(chosen.map(({ source }) => referenceKey(source)))]
  throw new GitOpsError('NOT_FOUND', {
    what: `--revision ${stray.subject}=${stray.revision}: nothing that is asked for has this source or name`,
    why: sources.length === 0 ? 'nothing is asked for' : `the sources are ${sources.join(', ')}`,
  })
}
