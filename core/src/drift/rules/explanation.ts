import type { KubernetesObject, ManagedFieldsEntry } from '../../object.js'
import { pathIdentity, type Path } from '../../pointer.js'
import { actorOf, isFluxApply, type Actor } from '../actor.js'
import { holdersOf } from '../managed-fields.js'
import type { FieldType } from '../schema.js'
import { isSwitch } from '../switches.js'
import { valueAt } from '../value-below.js'
import { coversField, fieldsMatching } from './field-pattern.js'
import type { Rule } from './rule.js'
import { tiesOf, type Tie } from './tie.js'

/** The rules that hold, and what other objects on the cluster decide. */
export interface Rulebook {
  /** In the order in which they are asked; the first that matches counts. */
  readonly rules: readonly Rule[]
  readonly ties: readonly Tie[]
}

/** The object that is explained. */
export interface Explained {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
  readonly type: FieldType | undefined
  readonly entries: readonly ManagedFieldsEntry[]
  /** Is it out of Flux's hands on the cluster, so that nobody fights over what Git declares? */
  readonly optedOut: boolean
}

/** Why a field is as it is. */
export interface Explanation {
  readonly rule: string
  readonly because: string
  /** The object that decides it, where one does. */
  readonly by?: string
  /** False where Git declares something else, which Flux will put back: then two fight over it. */
  readonly settles: boolean
}

/**
 * Explains a field by the first rule that matches it. A rule speaks of fields that Git leaves open; over what Git
 * declares it decides only where its reach says so, and elsewhere it names who fights with Flux.
 */
export function explain(it: Explained, book: Rulebook, path: Path): Explanation | undefined {
  // What Git does not tell Flux about an object is as much Git's as what it says.
  const asserted = isThere(valueAt(it.git, path)) || isSwitch(path)
  const writers = writersOf(it, path, asserted)
  const ties = tiesOf(book.ties, it.live)
  for (const rule of book.rules) {
    const tie = ties.find(({ role }) => role === rule.tie)
    const settles = !asserted || speaksOverGit(rule, it)
    // Over what Git declares a rule without such a reach can only name who fights with Flux.
    const isAsked = settles || tie !== undefined
    if (!isAsked || !concerns(rule, tie, it) || !rule.writtenBy(writers) || !covers(rule, it, path)) continue
    return { ...wordsOf(rule, tie), settles }
  }
  return undefined
}

const speaksOverGit = ({ reach }: Rule, { optedOut }: Explained): boolean =>
  reach === 'git' || (reach === 'opt-out' && optedOut)

function concerns({ selects, tie, beside }: Rule, found: Tie | undefined, it: Explained): boolean {
  if (!selects(it.live) || (tie !== undefined && found === undefined)) return false
  return beside === undefined || fieldsMatching(beside, it.live, it.type).length > 0
}

function wordsOf({ id, because }: Rule, tie: Tie | undefined): Omit<Explanation, 'settles'> {
  if (tie === undefined) return { rule: id, because }
  return { rule: id, because: because.replaceAll('{by}', tie.by), by: tie.by }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

const covers = ({ patterns }: Rule, { git, live }: Explained, path: Path): boolean => {
  const object = valueAt(live, path) === undefined ? git : live
  return patterns.some((pattern) => coversField(pattern, path, object))
}

/** Flux holds what Git declares; of a field that Git does not have, its holding it is a fact that counts. */
function writersOf({ entries, type }: Explained, path: Path, asserted: boolean): readonly Actor[] {
  return holdersOf(entries, path, type)
    .filter((entry) => !(asserted && isFluxApply(entry)))
    .map(actorOf)
}

/**
 * The fields of a live object that Git does not have, that nobody owns and that a rule knows: what the server and
 * its admission webhooks filled in. Without any managedFields nothing can be said.
 */
export function unownedFields(it: Explained, { rules }: Rulebook): readonly Path[] {
  if (it.entries.length === 0) return []
  const found = new Map<string, Path>()
  for (const { patterns } of rules.filter((rule) => rule.unowned && rule.selects(it.live)))
    for (const path of patterns.flatMap((pattern) => fieldsMatching(pattern, it.live, it.type)))
      if (!isThere(valueAt(it.git, path)) && holdersOf(it.entries, path, it.type).length === 0)
        found.set(pathIdentity(path), path)
  return [...found.values()].filter(
    (path) => !path.some((_, end) => found.has(pathIdentity(path.slice(0, end)))),
  )
}
