import type { KubernetesObject, ManagedFieldsEntry } from '../../object.js'
import { valueAt, pathIdentity, type Path } from '../../pointer.js'
import { actorOf, isFluxApply, type Actor, type Applier } from '../actor.js'
import { holdersOf } from '../managed-fields.js'
import type { FieldType } from '../schema.js'
import { isSwitch } from '../switches.js'
import { coversField } from './field-pattern.js'
import { missingFields, patternTree, type PatternTree } from './pattern-tree.js'
import type { Rule } from './rule.js'
import { tiesOf, type Tie } from './tie.js'

/** The rules that hold, and what other objects on the cluster decide. */
export interface Rulebook {
  /** In the order in which they are asked; the first that matches counts. */
  readonly rules: readonly Rule[]
  readonly ties: readonly Tie[]
  /** Nobody will look at what the server filled in: it need not be searched for. */
  readonly silent?: boolean
}

/** The object that is explained. */
export interface Explained {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
  readonly type: FieldType | undefined
  readonly entries: readonly ManagedFieldsEntry[]
  readonly applier: Applier
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
  const object = isThere(valueAt(it.live, path)) ? it.live : it.git
  const rules = chosenFor(it.live, book).rules.filter(({ patterns }) =>
    patterns.some((pattern) => coversField(pattern, path, object)),
  )
  if (rules.length === 0) return undefined
  // What Git does not tell Flux about an object is as much Git's as what it says.
  const asserted = isThere(valueAt(it.git, path)) || isSwitch(path)
  const writers = writersOf(it, path, asserted)
  const ties = tiesOf(book.ties, it.live)
  for (const rule of rules) {
    const tie = ties.find(({ role }) => role === rule.tie)
    const settles = !asserted || speaksOverGit(rule, it)
    // Over what Git declares a rule without such a reach can only name who fights with Flux.
    const isAsked = settles || tie !== undefined
    if (isAsked && concerns(rule, tie, it) && rule.writtenBy(writers))
      return { ...wordsOf(rule, tie), settles }
  }
  return undefined
}

/** What of a book can be for objects of one kind. */
interface Chosen {
  readonly rules: readonly Rule[]
  /** Where to look for what nobody owns. */
  readonly unowned: PatternTree
}

const chosen = new WeakMap<readonly Rule[], Map<string, Chosen>>()

/** Thousands of objects are of a few kinds. */
function chosenFor(live: KubernetesObject, { rules }: Rulebook): Chosen {
  const kinds = chosen.get(rules) ?? new Map<string, Chosen>()
  chosen.set(rules, kinds)
  const name = `${live.apiVersion} ${live.kind}`
  const known = kinds.get(name) ?? chooseFor(live, rules)
  kinds.set(name, known)
  return known
}

function chooseFor(live: KubernetesObject, rules: readonly Rule[]): Chosen {
  const mine = rules.filter((rule) => !rule.byKind || rule.selects(live))
  const unowned = mine.filter((rule) => rule.unowned).flatMap(({ patterns }) => patterns)
  return { rules: mine, unowned: patternTree(unowned) }
}

const speaksOverGit = ({ reach }: Rule, { optedOut }: Explained): boolean =>
  reach === 'git' || (reach === 'opt-out' && optedOut)

function concerns({ selects, tie, beside }: Rule, found: Tie | undefined, it: Explained): boolean {
  if (!selects(it.live) || (tie !== undefined && found === undefined)) return false
  return beside === undefined || missingFields(patternTree([beside]), { ...it, git: undefined }).length > 0
}

function wordsOf({ id, because }: Rule, tie: Tie | undefined): Omit<Explanation, 'settles'> {
  if (tie === undefined) return { rule: id, because }
  return { rule: id, because: because.replaceAll('{by}', tie.by), by: tie.by }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

/** Flux holds what Git declares; of a field that Git does not have, its holding it is a fact that counts. */
function writersOf({ entries, type, applier }: Explained, path: Path, asserted: boolean): readonly Actor[] {
  return holdersOf(entries, path, type)
    .filter((entry) => !(asserted && isFluxApply(entry, applier)))
    .map(actorOf)
}

/**
 * The fields of a live object that Git does not have, that nobody owns and that a rule knows: what the server and
 * its admission webhooks filled in. Without any managedFields nothing can be said.
 */
export function unownedFields(it: Explained, book: Rulebook): readonly Path[] {
  if (it.entries.length === 0 || book.silent === true) return []
  const missing = missingFields(chosenFor(it.live, book).unowned, it)
  const found = missing.filter((path) => holdersOf(it.entries, path, it.type).length === 0)
  if (found.length < 2) return found
  const all = new Map(found.map((path) => [pathIdentity(path), path]))
  return [...all.values()].filter((path) => !path.some((_, end) => all.has(pathIdentity(path.slice(0, end)))))
}
