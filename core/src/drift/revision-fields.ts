import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject, type ManagedFieldsEntry } from '../object.js'
import { formatField, pathIdentity, type Path } from '../pointer.js'
import { FLUX_MANAGER, isFluxApply, isTakenOver } from './actor.js'
import { undeclaredByBuild, type Addition } from './additions.js'
import { compare, type Comparison, type Difference } from './compare.js'
import { additionRecord, differenceRecord, type Circumstances } from './fate.js'
import { withoutHollow } from './hollow.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'
import type { Judgement } from './judge.js'
import { holdersOf } from './managed-fields.js'
import type { FieldRecord } from './report.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'
import { optOut } from './switches.js'

/** What is known of an object besides its other revision and live. */
export interface RevisionJudging {
  /** As Flux applied it; undefined where this Kustomization did not. */
  readonly applied: KubernetesObject | undefined
  readonly type: FieldType | undefined
  /** A kind that a CustomResourceDefinition defines. */
  readonly custom: boolean
  readonly ignore: readonly IgnoreRule[]
  /** Why Flux does not put live back to this: another revision is applied. */
  readonly because: string
}

/**
 * The fields that applying another revision of an object would change on the cluster: `git` is what that revision has,
 * `live` what is there. What differs from both revisions alike is drift already and not among them, nor is what the
 * revision drops and another manager holds as well. Reads nothing but its arguments.
 * @param next as Flux would send it
 * @param live read in Git's apiVersion
 */
export function revisionFields(
  next: KubernetesObject,
  live: KubernetesObject,
  judging: RevisionJudging,
): readonly FieldRecord[] {
  const out = optOut(next, live)
  if ((out !== undefined && !out.merge) || live.metadata.deletionTimestamp !== undefined) return []
  const run = new Run(next, live, judging)
  const found = [...run.changed(), ...run.dropped(), ...run.droppedInside()]
  const unique = new Map(found.map((field) => [field.field, field]))
  return [...unique.values()].sort(byField)
}

const byField = (a: FieldRecord, b: FieldRecord): number =>
  a.field < b.field ? -1 : a.field > b.field ? 1 : 0

/** A judgement of live against another revision, with the fields in which that one differs from what was applied. */
export function withRevisionFields(judgement: Judgement, fields: readonly FieldRecord[]): Judgement {
  if (fields.length === 0 || judgement.verdict === 'excluded') return judgement
  const told = new Set(fields.map(({ field }) => field))
  const { confidence, explained, encrypted, hidden } = judgement
  return {
    ...(confidence === undefined ? {} : { confidence }),
    explained,
    ...(encrypted === undefined ? {} : { encrypted }),
    ...(hidden === undefined ? {} : { hidden }),
    verdict: 'drifted',
    reason: 'modified',
    fields: [...fields, ...judgement.fields.filter(({ field }) => !told.has(field))].sort(byField),
  }
}

/** One object at another revision beside what was applied of it. */
class Run {
  readonly #next: KubernetesObject
  readonly #applied: KubernetesObject | undefined
  readonly #live: KubernetesObject
  readonly #judging: RevisionJudging
  readonly #entries: readonly ManagedFieldsEntry[]
  readonly #fresh: readonly Difference[]
  readonly #circumstances: Circumstances

  constructor(next: KubernetesObject, live: KubernetesObject, judging: RevisionJudging) {
    const asserted = (git: KubernetesObject): KubernetesObject =>
      judging.custom ? git : withoutHollow(git, judging.type)
    this.#judging = judging
    this.#live = live
    this.#next = asserted(next)
    this.#applied = judging.applied === undefined ? undefined : asserted(judging.applied)
    this.#entries = live.metadata.managedFields ?? []
    const comparison = this.#compare(this.#next, live)
    const known = this.#applied === undefined ? [] : this.#compare(this.#applied, live).differences
    const old = new Set(known.map(differenceIdentity))
    this.#fresh = comparison.differences.filter((one) => !old.has(differenceIdentity(one)))
    this.#circumstances = {
      git: next,
      live,
      type: judging.type,
      entries: this.#entries,
      applier: FLUX_MANAGER,
      out: undefined,
      upgrade: undefined,
      held: judging.because,
      ignore: judging.ignore,
      comparison,
    }
  }

  /** What the revision has otherwise than live, but for what was otherwise before. */
  changed(): readonly FieldRecord[] {
    return this.#fresh
      .filter(({ path }) => !this.#isIgnored(path))
      .map((difference) => this.#told(differenceRecord(this.#circumstances, difference)))
  }

  /** What Flux applied and the revision does not have: Flux drops it, unless somebody else holds it too. */
  dropped(): readonly FieldRecord[] {
    if (this.#applied === undefined) return []
    const before = new Set(this.#undeclaredBy(this.#applied).map(({ path }) => pathIdentity(path)))
    return this.#undeclaredBy(this.#next)
      .filter(({ path }) => !before.has(pathIdentity(path)) && !this.#isIgnored(path) && !this.#isKept(path))
      .map((addition) => this.#told(additionRecord(this.#circumstances, addition)))
  }

  /** What the revision leaves out of a value that is replaced as a whole. */
  droppedInside(): readonly FieldRecord[] {
    if (this.#applied === undefined) return []
    const places = new Map<string, Path>()
    for (const { path, op } of this.#compare(this.#applied, this.#next).differences) {
      const whole = wholeValue(path, this.#judging.type)
      if (op === 'removed' && whole !== undefined) places.set(pathIdentity(whole), whole)
    }
    return [...places.values()]
      .filter((path) => !this.#isIgnored(path) && !this.#fresh.some((one) => isInside(one.path, path)))
      .flatMap((path): readonly FieldRecord[] => {
        const [git, live] = [valueAt(this.#next, path), valueAt(this.#live, path)]
        if (git === undefined || live === undefined) return []
        return [this.#told(differenceRecord(this.#circumstances, { op: 'changed', path, git, live }))]
      })
  }

  #compare(git: KubernetesObject, live: KubernetesObject): Comparison {
    const { type, custom } = this.#judging
    return compare(git, live, { type, custom, vouch: () => false })
  }

  #undeclaredBy(git: KubernetesObject): readonly Addition[] {
    return undeclaredByBuild(
      this.#entries.filter((entry) => isFluxApply(entry)),
      git,
      this.#live,
      this.#judging.type,
    )
  }

  #isIgnored(path: Path): boolean {
    return isIgnoredByFlux(this.#judging.ignore, this.#live, path)
  }

  #isKept(path: Path): boolean {
    const holders = holdersOf(this.#entries, path, this.#judging.type)
    return holders.some((entry) => !isFluxApply(entry) && !isTakenOver(entry))
  }

  /** Who wrote what is there does not matter where Flux itself did. */
  #told({ actor, ...field }: FieldRecord): FieldRecord {
    const foreign = actor === undefined || actor.class === 'flux' ? {} : { actor }
    return { ...field, ...foreign, willRevert: false, because: this.#judging.because }
  }
}

const differenceIdentity = ({ path, git }: Difference): string => formatJson([pathIdentity(path), git])

const isInside = (path: Path, outer: Path): boolean =>
  formatField(path.slice(0, outer.length)) === formatField(outer)

/** The value around a path that server-side apply replaces as one; undefined where there is none. */
function wholeValue(path: Path, root: FieldType | undefined): Path | undefined {
  let type = root ?? UNKNOWN_TYPE
  for (const [depth, element] of path.entries()) {
    if (element.kind === 'index' || (type.kind === 'map' && type.atomic)) return path.slice(0, depth)
    type = typeBelow(type, element)
  }
  return undefined
}

function valueAt(object: KubernetesObject, path: Path): unknown {
  let value: unknown = object
  for (const element of path) {
    if (element.kind === 'field')
      value = isRecord(value) && Object.hasOwn(value, element.name) ? value[element.name] : undefined
    else if (element.kind === 'key') value = itemWith(value, element.keys)
    else value = Array.isArray(value) ? value[element.index] : undefined
  }
  return value
}

function itemWith(list: unknown, keys: Readonly<Record<string, unknown>>): unknown {
  if (!Array.isArray(list)) return undefined
  return (list as readonly unknown[]).find(
    (item) =>
      isRecord(item) && Object.entries(keys).every(([name, value]) => (item[name] ?? value) === value),
  )
}
