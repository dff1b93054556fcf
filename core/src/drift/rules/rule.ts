import type { Actor, ActorClass } from '../actor.js'
import { parseFieldPattern, type FieldPattern } from './field-pattern.js'
import type { Target } from './target.js'
import type { Role } from './tie.js'

/** Over what a rule may speak: fields that Git leaves open, those of objects out of Flux's hands, or any. */
export type Reach = 'silence' | 'opt-out' | 'git'

/** Who may have written a field: a class of actors, or nobody that managedFields name. */
export type Writer = ActorClass | 'nobody'

/** A rule as data: what it matches, and the words that explain it. docs/drift.md has the same table. */
export interface RuleData {
  readonly id: string
  /** `group/Kind`, `/Kind` for the core group, `group/*`, or `*`. */
  readonly kinds: readonly string[]
  /** Patterns as `parseFieldPattern` reads them. */
  readonly paths: readonly string[]
  readonly writers: readonly Writer[]
  /** Names of field managers; where given, a writer must have one of them. */
  readonly managers?: readonly string[]
  /** What another object must be to this one. */
  readonly tie?: Role
  /** A field that the live object must have. */
  readonly beside?: string
  readonly reach?: Reach
  /** Why this is no drift; `{by}` is the object that is tied to it. */
  readonly because: string
}

/** A rule that can be applied; made of `RuleData`, or of a rule in `.gitops-drift.yaml`. */
export interface Rule {
  readonly id: string
  readonly selects: Target
  /** Does the kind alone decide whether it is for an object? */
  readonly byKind: boolean
  readonly patterns: readonly FieldPattern[]
  /** May these have written the field? Empty where nobody is known to. */
  readonly writtenBy: (actors: readonly Actor[]) => boolean
  /** Is it to be looked for where nobody owns a field? */
  readonly unowned: boolean
  readonly tie?: Role
  readonly beside?: FieldPattern
  readonly reach: Reach
  readonly because: string
}

/** Compiles rules that this product brings. */
export function compileRule(data: RuleData): Rule {
  const { id, tie, beside, reach = 'silence', because } = data
  return {
    id,
    selects: kindTarget(data.kinds),
    byKind: true,
    patterns: data.paths.map(parseFieldPattern),
    writtenBy: writerTest(data),
    unowned: data.writers.includes('nobody'),
    ...(tie === undefined ? {} : { tie }),
    ...(beside === undefined ? {} : { beside: parseFieldPattern(beside) }),
    reach,
    because,
  }
}

function kindTarget(kinds: readonly string[]): Target {
  const names = new Set(kinds)
  return ({ apiVersion, kind }) => {
    const slash = apiVersion.indexOf('/')
    const group = slash < 0 ? '' : apiVersion.slice(0, slash)
    return names.has('*') || names.has(`${group}/${kind}`) || names.has(`${group}/*`)
  }
}

function writerTest({ writers, managers }: RuleData): Rule['writtenBy'] {
  return (actors) =>
    actors.length === 0
      ? writers.includes('nobody')
      : actors.every((actor) => writers.includes(actor.class) && (managers?.includes(actor.manager) ?? true))
}
