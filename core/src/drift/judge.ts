import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import { formatField, formatPointer, pathIdentity, type Path } from '../pointer.js'
import { actorOf, FLUX_MANAGER, isFluxApply, isTakenOver, type Actor } from './actor.js'
import { additionsOf, undeclaredByBuild, type Addition } from './additions.js'
import { compare, type Comparison, type Difference } from './compare.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'
import { holdersOf } from './managed-fields.js'
import { MASK, MASK_AFTER, MASK_BEFORE, maskValue } from './mask.js'
import type { Confidence, FieldRecord, Verdict } from './report.js'
import type { FieldType } from './schema.js'
import { allowsOthers, optOut, type OptOut } from './switches.js'

/** What is known about the Kustomization that applies an object. */
export interface Judging {
  readonly type: FieldType | undefined
  /** A kind that a CustomResourceDefinition defines. */
  readonly custom: boolean
  readonly ignore: readonly IgnoreRule[]
  /** Why Flux will not reconcile for now (suspended, build fails, …); undefined when it will. */
  readonly held: string | undefined
  /** The Kustomization's interval, as written. */
  readonly interval: string | undefined
}

/** What one object turned out to be. */
export interface Judgement {
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly confidence?: Confidence
  readonly fields: readonly FieldRecord[]
  readonly explained: readonly FieldRecord[]
}

/**
 * Judges an object that is both in Git and on the cluster. Values are compared, never inferred from
 * ownership; ownership says who did it, what Flux will put back, and vouches for what the server
 * leaves out. Reads nothing but its arguments.
 */
export function judge(git: KubernetesObject, live: KubernetesObject, judging: Judging): Judgement {
  const out = optOut(git, live)
  if (out?.inGit === true)
    return { ...NOTHING, verdict: 'excluded', reason: out.reason, message: out.message }
  if (live.metadata.deletionTimestamp !== undefined) {
    return {
      ...NOTHING,
      verdict: 'drifted',
      reason: 'deleting',
      message: `being deleted since ${live.metadata.deletionTimestamp}`,
    }
  }
  const entries = live.metadata.managedFields ?? []
  const vouch = (path: Path): boolean => solelyFlux(entries, path)
  const comparison = compare(git, live, { type: judging.type, custom: judging.custom, vouch })
  return decide({ git, live, judging, entries, out, comparison })
}

/** People and programs outside the cluster: what they change should have come through Git. */
const isOutOfBand = (actor: Actor): boolean => actor.class === 'person' || actor.class === 'automation'

const NOTHING = { fields: [], explained: [] } as const

interface Case {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
  readonly judging: Judging
  readonly entries: readonly ManagedFieldsEntry[]
  readonly out: OptOut | undefined
  readonly comparison: Comparison
}

function decide(it: Case): Judgement {
  const heeded = <T extends { readonly path: Path }>(items: readonly T[]): readonly T[] =>
    items.filter((item) => !isIgnoredByFlux(it.judging.ignore, it.live, item.path))
  const differences = heeded(it.comparison.differences)
  const certain = differences.filter(
    (difference) => !solelyFlux(it.entries, difference.path) || difference.op === 'removed',
  )
  const added = heeded(foreignAdditions(it))
  const blamed = allowsOthers(it.git) ? [] : added.filter(({ entry }) => isOutOfBand(actorOf(entry)))
  const fields = [
    ...certain.map((difference) => differenceRecord(it, difference)),
    ...blamed.map((addition) => additionRecord(it, addition)),
  ]
  const explained = added
    .filter((addition) => !blamed.includes(addition))
    .map((addition) => additionRecord(it, addition))
  const sorted = [...fields].sort((a, b) => (a.field < b.field ? -1 : 1))
  if (sorted.length > 0) return { ...verdictOfFields(it, certain.length > 0), fields: sorted, explained }
  const doubt = firstDoubt(it, differences, heeded)
  if (doubt !== undefined)
    return { verdict: 'unknown', reason: 'undecided', message: doubt, fields: [], explained }
  const confidence = it.comparison.vouched.length > 0 ? 'vouched' : 'proved'
  return { verdict: 'in-sync', ...inSyncReason(it.comparison), confidence, fields: [], explained }
}

function verdictOfFields(it: Case, modified: boolean): Omit<Judgement, 'fields' | 'explained'> {
  const reason = modified ? 'modified' : 'unmanaged-field'
  return {
    verdict: 'drifted',
    reason: it.out === undefined ? reason : it.out.reason,
    ...(it.out === undefined ? {} : { message: it.out.message }),
    confidence: it.judging.type === undefined ? 'heuristic' : 'proved',
  }
}

const inSyncReason = (comparison: Comparison): { readonly reason?: string } =>
  comparison.equivalent.length > 0 ? { reason: 'equivalent' } : {}

/** The first thing that keeps an object from being called in sync. */
function firstDoubt(
  it: Case,
  differences: readonly Difference[],
  heeded: <T extends { readonly path: Path }>(items: readonly T[]) => readonly T[],
): string | undefined {
  const [unexplained] = differences
  if (unexplained !== undefined) {
    return (
      `${formatField(unexplained.path)} is not what Git says, although ${FLUX_MANAGER} alone wrote it: an admission ` +
      `webhook may change it, or somebody wrote under Flux's name`
    )
  }
  const [doubt] = heeded(it.comparison.doubts)
  if (doubt !== undefined) return `${formatField(doubt.path)}: ${doubt.why}`
  const own = it.entries.filter(isFluxApply)
  const [undeclared] = heeded(undeclaredByBuild(own, it.git, it.live, it.judging.type))
  if (undeclared === undefined) return undefined
  return `${FLUX_MANAGER} applied ${formatField(undeclared.path)}, which this build does not have`
}

/** What other managers than Flux have put where Git has nothing; one record a field. */
function foreignAdditions(it: Case): readonly Addition[] {
  const foreign = it.entries.filter(
    (entry) => !isFluxApply(entry) && (!entry.subresource || entry.subresource === 'scale'),
  )
  const found = foreign.flatMap((entry) => additionsOf(entry, it.git, it.live, it.judging.type))
  const newest = new Map<string, Addition>()
  for (const addition of found) {
    const identity = pathIdentity(addition.path)
    const known = newest.get(identity)
    if (known === undefined || (known.entry.time ?? '') < (addition.entry.time ?? ''))
      newest.set(identity, addition)
  }
  return [...newest.values()].filter((addition) => !isKubectlRecord(addition.path))
}

/** kubectl's copy of the object: bookkeeping, not configuration. */
const isKubectlRecord = (path: Path): boolean => {
  const last = path.at(-1)
  return last?.kind === 'field' && last.name === 'kubectl.kubernetes.io/last-applied-configuration'
}

/** Flux's own set holds the path and nobody else's does. */
function solelyFlux(entries: readonly ManagedFieldsEntry[], path: Path): boolean {
  const holders = holdersOf(entries, path)
  return holders.length > 0 && holders.every(isFluxApply)
}

function differenceRecord(it: Case, difference: Difference): FieldRecord {
  const { kind } = it.live
  const holders = holdersOf(it.entries, difference.path).filter((entry) => !isFluxApply(entry))
  const actor = newestActor(holders)
  return {
    path: formatPointer(difference.path),
    field: formatField(difference.path),
    op: difference.op,
    git: maskValue(kind, difference.path, difference.git, MASK_AFTER),
    ...(difference.live === undefined
      ? {}
      : { live: maskValue(kind, difference.path, difference.live, MASK_BEFORE) }),
    ...(actor === undefined ? {} : { actor }),
    ...fate(it, true, 'Git declares it'),
  }
}

function additionRecord(it: Case, addition: Addition): FieldRecord {
  const holders = holdersOf(it.entries, addition.path)
  const keeper = holders.find((entry) => !isTakenOver(entry) && !isFluxApply(entry))
  const reverts = keeper === undefined && it.out?.merge !== true && !allowsOthers(it.git)
  const because = reverts
    ? `Flux takes over what ${addition.entry.manager ?? 'kubectl'} wrote and drops what Git does not declare`
    : `Flux leaves fields of ${(keeper ?? addition.entry).manager ?? 'other managers'} alone`
  return {
    path: formatPointer(addition.path),
    field: formatField(addition.path),
    op: 'added',
    live: maskValue(it.live.kind, addition.path, addition.live, MASK),
    actor: actorOf(addition.entry),
    ...fate(it, reverts, because),
  }
}

/** Whether Flux reverts, given that it would if it reconciled. */
function fate(it: Case, reverts: boolean, because: string): Pick<FieldRecord, 'willRevert' | 'because'> {
  if (it.out?.inGit === false && !it.out.merge) return { willRevert: false, because: it.out.message }
  if (!reverts) return { willRevert: false, because }
  if (it.judging.held !== undefined) return { willRevert: false, because: it.judging.held }
  return { willRevert: true, because }
}

function newestActor(holders: readonly ManagedFieldsEntry[]): Actor | undefined {
  const [newest] = [...holders].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))
  return newest === undefined ? undefined : actorOf(newest)
}
