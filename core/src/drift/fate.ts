import { isRecord, type KubernetesObject, type ManagedFieldsEntry } from '../object.js'
import { valueAt, fieldPath, formatField, formatPointer, type Path } from '../pointer.js'
import { actorOf, HELM_MANAGER, isFluxApply, type Actor, type Applier } from './actor.js'
import { adoptionsOf, isBelow } from './adoption.js'
import type { Addition } from './additions.js'
import type { Comparison, Difference } from './compare.js'
import { mayBeSecret } from './encrypted-fields.js'
import type { IgnoreRule } from './ignore.js'
import { holdersOf } from './managed-fields.js'
import { MASK, MASK_AFTER, MASK_BEFORE, maskValue } from './mask.js'
import { keeperOf } from './pruning.js'
import { beyondCorrection } from './release-fate.js'
import type { FieldRecord } from './report.js'
import type { FieldType } from './schema.js'
import { goesWithItsService } from './service.js'
import { allowsOthers, type OptOut } from './switches.js'
import { isCleanedUp, isOverlooked, isWritten } from './writing.js'

/** What decides whether Flux will put a field back. */
export interface Circumstances {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
  readonly type: FieldType | undefined
  readonly entries: readonly ManagedFieldsEntry[]
  readonly applier: Applier
  readonly out: OptOut | undefined
  /** Why Flux will not reconcile for now; undefined when it will. */
  readonly held: string | undefined
  /** Why helm-controller will upgrade the release; undefined where it corrects drift, if anything. */
  readonly upgrade: string | undefined
  /** Why the server will refuse what helm-controller corrects. */
  readonly refused?: string | undefined
  readonly ignore: readonly IgnoreRule[]
  readonly comparison: Comparison
}

type Fate = Pick<FieldRecord, 'willRevert' | 'because'>

/** A field that Git has and live has not so: who did it, and will Flux put it back? */
export function differenceRecord(it: Circumstances, difference: Difference): FieldRecord {
  const { path, op, git, live } = difference
  const actor = newestActor(
    holdersOf(it.entries, path, it.type).filter((entry) => !isFluxApply(entry, it.applier)),
  )
  return {
    path: formatPointer(path),
    field: formatField(path),
    op,
    git: maskValue(it.git, path, git, MASK_AFTER),
    ...(live === undefined ? {} : { live: shownLive(it, difference, MASK_BEFORE) }),
    ...(actor === undefined ? {} : { actor }),
    ...fateOfDifference(it, path),
  }
}

function fateOfDifference(it: Circumstances, path: Path): Fate {
  if (it.applier !== HELM_MANAGER) return fateInBuild(it, path)
  if (it.upgrade !== undefined) return unlessHindered(it, it.upgrade)
  const obstacle = beyondCorrection(path) ?? it.refused
  if (obstacle !== undefined && it.held === undefined) return { willRevert: false, because: obstacle }
  return unlessHindered(it, 'the release declares it, and spec.driftDetection.mode is enabled')
}

function fateInBuild(it: Circumstances, path: Path): Fate {
  const fate = unlessHindered(it, 'Git declares it')
  return !fate.willRevert || !isOverlooked(path) || isWritten(it) ? fate : OVERLOOKED
}

const OVERLOOKED: Fate = {
  willRevert: false,
  because:
    'Flux does not compare finalizers and owner references: it puts them back only along with something else',
}

/** Masked where it is a secret, also by being encrypted in Git. */
function shownLive(it: Circumstances, place: Shown, mark: string): unknown {
  const { path, git, live } = place
  return mayBeSecret(path, git, it.comparison.encrypted) ? mark : maskValue(it.live, path, live, mark)
}

interface Shown {
  readonly path: Path
  readonly git?: unknown
  readonly live?: unknown
}

/** A field that only live has. */
export function additionRecord(it: Circumstances, addition: Addition): FieldRecord {
  return {
    path: formatPointer(addition.path),
    field: formatField(addition.path),
    op: 'added',
    live: shownLive(it, addition, MASK),
    actor: actorOf(addition.entry),
    ...fateOfAddition(it, addition),
  }
}

/** A field that only live has and that nobody is known to have written. */
export function unownedRecord(it: Circumstances, path: Path): FieldRecord {
  return {
    path: formatPointer(path),
    field: formatField(path),
    op: 'added',
    live: shownLive(it, { path, live: valueAt(it.live, path) }, MASK),
    ...fateOfUnowned(it, path),
  }
}

function fateOfUnowned(it: Circumstances, path: Path): Fate {
  if (it.applier !== HELM_MANAGER && goesWithItsService(path, it)) return unlessHindered(it, GOES_ALONG)
  return { willRevert: false, because: 'nobody owns it, so Flux leaves it alone' }
}

const GOES_ALONG = 'the server drops it along with what Flux takes away'

/**
 * Replicas that Git leaves open and that are not the default of 1. A first write through the scale subresource
 * leaves no trace in managedFields (apimachinery scalehandler.go), so nobody can be named.
 */
export function scaledRecords(it: Circumstances): readonly FieldRecord[] {
  const path = fieldPath([], 'spec', 'replicas')
  const { replicas } = isRecord(it.live.spec) ? it.live.spec : {}
  const pinned = isRecord(it.git.spec) && typeof it.git.spec.replicas === 'number'
  const open = SCALED.has(`${it.git.apiVersion} ${it.git.kind}`) && !pinned && replicas !== 1
  if (!open || replicas === undefined || holdersOf(it.entries, path, it.type).length > 0) return []
  const because =
    'an autoscaler or kubectl scale set it; the server does not record which, and Git leaves it open'
  return [
    {
      path: '/spec/replicas',
      field: 'spec.replicas',
      op: 'added',
      live: replicas,
      willRevert: false,
      because,
    },
  ]
}

const SCALED = new Set(['apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 ReplicaSet'])

/**
 * Flux merges the entries of kubectl into its own and then drops what Git does not declare; what any other
 * manager holds as well stays. Source: fluxcd/pkg ssa/manager_apply.go cleanupMetadata.
 */
function fateOfAddition(it: Circumstances, addition: Addition): Fate {
  if (it.applier === HELM_MANAGER)
    return { willRevert: false, because: 'helm-controller never removes what the release does not declare' }
  return isMerged(it) ? fateWhenMerged(it, addition) : fateWhenTakenOver(it, addition)
}

function fateWhenTakenOver(it: Circumstances, { path, entry }: Addition): Fate {
  if (isCleanedUp(path)) return unlessHindered(it, 'Flux takes this mark off whatever it applies')
  if (isAlwaysSent(it.git, path)) return unlessHindered(it, ALWAYS_SENT)
  if (goesWithItsService(path, it)) return unlessHindered(it, GOES_ALONG)
  if (adoptionsOf(it).some((one) => one.sends === 'live' && isBelow(path, one.path))) return ADOPTED
  const keeper = keeperOf(it, path)
  if (keeper !== undefined)
    return { willRevert: false, because: `Flux leaves fields of ${named(keeper)} alone` }
  return unlessHindered(it, isFluxApply(entry, it.applier) ? PRUNED : takenOver(entry))
}

/** Does Git say that others may add fields? Only kustomize-controller asks. */
export const keepsOthers = ({ git, applier }: Circumstances): boolean =>
  applier !== HELM_MANAGER && allowsOthers(git)

const ADOPTED: Fate = {
  willRevert: false,
  because:
    "the Kustomization's spec.ignore names it: as something there is not as in Git, Flux takes over what is live",
}

const ALWAYS_SENT = 'Flux always sends this field: where Git has none, it asks for the default'
const PRUNED = 'Flux applied it, and Git no longer declares it'

const takenOver = (entry: ManagedFieldsEntry): string =>
  `Flux takes over what ${named(entry)} wrote and drops what Git does not declare`

const isMerged = (it: Circumstances): boolean => keepsOthers(it) || it.out?.merge === true

/** With `ssa: Merge` Flux takes nobody's fields over; its own go when Git drops them, unless somebody has them too. */
function fateWhenMerged(it: Circumstances, { path, entry }: Pick<Addition, 'path' | 'entry'>): Fate {
  if (isAlwaysSent(it.git, path)) return unlessHindered(it, ALWAYS_SENT)
  const others = holdersOf(it.entries, path, it.type).some((one) => !isFluxApply(one, it.applier))
  if (!isFluxApply(entry, it.applier) || others)
    return { willRevert: false, because: 'with ssa: Merge Flux keeps what others add' }
  return unlessHindered(it, PRUNED)
}

/**
 * Go cannot leave out an int-or-string or a struct that is no pointer: Flux sends its zero, by which the server takes
 * the default.
 */
const isAlwaysSent = (git: KubernetesObject, path: Path): boolean =>
  (git.kind === 'Service' && formatField(path).endsWith('.targetPort')) ||
  (git.kind === 'NetworkPolicy' && formatField(path) === 'spec.podSelector')

function named(entry: ManagedFieldsEntry): string {
  const { manager = 'an unnamed manager', subresource } = entry
  return subresource === undefined || subresource === '' ? manager : `${manager} (subresource ${subresource})`
}

/** Flux reverts, unless something keeps it from reconciling this object. */
function unlessHindered(it: Circumstances, because: string): Fate {
  if (it.out?.inGit === false && !it.out.merge) return { willRevert: false, because: it.out.message }
  if (it.held !== undefined) return { willRevert: false, because: it.held }
  return { willRevert: true, because }
}

function newestActor(holders: readonly ManagedFieldsEntry[]): Actor | undefined {
  const newest = newestOf(holders)
  return newest === undefined ? undefined : actorOf(newest)
}

/** The entry that was written last. */
export function newestOf(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry | undefined {
  return [...entries].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]
}
