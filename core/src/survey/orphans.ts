import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { isFluxApply } from '../drift/actor.js'
import { newestOf } from '../drift/fate.js'
import { holdersOf } from '../drift/managed-fields.js'
import type { ObjectRecord, ObjectRef } from '../drift/report.js'
import { isPruneDisabled } from '../drift/switches.js'
import { isRecord, keyOf, keyString, type KubernetesObject } from '../object.js'
import { fieldPath } from '../pointer.js'
import { isNameUnknown, mayBe } from './generated-names.js'
import { inventoryItems } from './inventory-items.js'
import { heldBecause } from './kustomization-record.js'
import type { Plan } from './plan.js'
import type { Reading } from './reading.js'

/**
 * The live objects that say they are this Kustomization's, or that its inventory lists, and that its
 * build does not have.
 * @param inGit keys of the build's objects
 */
export function orphanRecords(
  plan: Plan,
  { live, labelled }: Pick<Reading, 'live' | 'labelled'>,
  inGit: ReadonlySet<string>,
): readonly ObjectRecord[] {
  const inventory = new Set(inventoryItems(plan.kustomization).map(({ key }) => keyString(key)))
  const unnamed = unnamedObjects(plan)
  const isMade = (object: KubernetesObject): boolean => unnamed.some((one) => mayBe(keyOf(object), one))
  const owner = ownerOf(plan.kustomization)
  const listed = [...inventory].flatMap((key) => {
    const object = inGit.has(key) ? undefined : live.objects.get(key)
    return object === undefined || isMade(object)
      ? []
      : [leftover(object, owner, { verdict: 'orphaned', ...listedReason(plan, object) })]
  })
  const others = (labelled.get(fullName(plan.kustomization)) ?? []).filter((object) => !isMade(object))
  return [...listed, ...others.map((object) => leftover(object, owner, unlistedFinding(plan, object)))]
}

/**
 * The live objects with owner labels of Kustomizations that are not on the cluster: what stays when one is deleted
 * with `deletionPolicy: Orphan`, or without its finalizer.
 * @param isThere is a Kustomization of this full name on the cluster, or may it not be known whether it is?
 */
export function strayRecords(
  labelled: Reading['labelled'],
  isThere: (owner: string) => boolean,
): readonly ObjectRecord[] {
  const strays = [...labelled].flatMap(([owner, objects]) => (isThere(owner) ? [] : objects))
  return strays.map((object) => {
    const { labels = {} } = object.metadata
    const { [OWNER_NAME]: name = '', [OWNER_NAMESPACE]: namespace = '' } = labels
    const owner = ownerOf({ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', namespace, name })
    return leftover(object, owner, strayFinding(object, `Kustomization ${namespace}/${name}`))
  })
}

/** Which objects say whose they are. */
interface Labelling {
  /** The label with the name of the owner, and that with its namespace. */
  readonly labels: readonly [string, string]
  /** Keys of those that a build or an inventory has, which are left out. */
  readonly known: ReadonlySet<string>
}

/** The live objects that carry owner labels, by the full name of the owner. */
export function labelledObjects(
  live: readonly ReadonlyMap<string, KubernetesObject>[],
  { labels, known }: Labelling,
): ReadonlyMap<string, readonly KubernetesObject[]> {
  const labelled = new Map<string, KubernetesObject[]>()
  for (const [key, object] of live.flatMap((some) => [...some])) {
    if (known.has(key)) continue
    const { [labels[0]]: name, [labels[1]]: namespace } = object.metadata.labels ?? {}
    if (name === undefined || namespace === undefined) continue
    const owner = fullName({ name, namespace })
    const objects = labelled.get(owner)
    if (objects === undefined) labelled.set(owner, [object])
    else objects.push(object)
  }
  return labelled
}

/** What the builds have under names that end in a hash of encrypted content: one of the live objects is that. */
const unnamedObjects = ({ build, next }: Plan): readonly KubernetesObject[] =>
  [build, next].flatMap((result) => (result?.ok === true ? result.build.objects : [])).filter(isNameUnknown)

type Finding = Pick<ObjectRecord, 'verdict' | 'reason' | 'message' | 'confidence'>
type Reason = Required<Pick<ObjectRecord, 'reason' | 'message'>>

const ownerOf = ({
  apiVersion,
  namespace,
  name,
}: Pick<Kustomization, 'apiVersion' | 'namespace' | 'name'>): ObjectRef => ({
  apiVersion,
  kind: 'Kustomization',
  namespace,
  name,
})

function leftover(live: KubernetesObject, owner: ObjectRef, finding: Finding): ObjectRecord {
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    ...(live.metadata.namespace === undefined ? {} : { namespace: live.metadata.namespace }),
    name: live.metadata.name,
    owner,
    ...finding,
  }
}

/** Source: kustomize-controller deleteObjects, fluxcd/pkg ssa/manager_delete.go (inclusions). */
const isLabelled = ({ kustomization }: Plan, { metadata: { labels = {} } }: KubernetesObject): boolean =>
  labels[OWNER_NAME] === kustomization.name && labels[OWNER_NAMESPACE] === kustomization.namespace

function listedReason(plan: Plan, live: KubernetesObject): Reason {
  if (plan.other !== undefined) return { reason: 'not-in-revision', message: plan.other.because }
  if (live.metadata.deletionTimestamp !== undefined) return DELETING
  const kept = keptReason(plan, live)
  if (kept !== undefined || isLabelled(plan, live))
    return kept ?? { reason: 'prune-pending', message: heldBecause(plan) ?? 'Flux will delete it' }
  const message = 'its owner labels do not name this Kustomization: Flux will not delete it'
  return { reason: 'not-labelled', message }
}

const DELETING: Reason = { reason: 'deleting', message: 'being deleted, held by a finalizer' }

/** Why Flux does not delete what Git does not have. */
function keptReason(plan: Plan, live: KubernetesObject): Reason | undefined {
  if (isPruneDisabled(live)) {
    const message = 'Flux keeps it: kustomize.toolkit.fluxcd.io/prune is disabled on it'
    return { reason: 'prune-disabled', message }
  }
  return plan.kustomization.prune
    ? undefined
    : { reason: 'prune-disabled', message: 'Flux keeps it: spec.prune is false' }
}

/** Of objects that no inventory lists, their labels are all that says whose they are; anybody can write those. */
function unlistedFinding(plan: Plan, live: KubernetesObject): Finding {
  if (plan.other !== undefined)
    return { verdict: 'orphaned', reason: 'not-in-revision', message: plan.other.because }
  const finding = claimFinding(live, 'it carries the owner labels')
  if (finding !== undefined) return finding
  return { verdict: 'orphaned', ...(keptReason(plan, live) ?? LEFT_BEHIND) }
}

const LEFT_BEHIND: Reason = {
  reason: 'not-in-inventory',
  message: 'it carries the owner labels but is not in the inventory: Flux will never delete it',
}

function strayFinding(live: KubernetesObject, owner: string): Finding {
  const finding = claimFinding(live, `it carries the labels of ${owner}, which is not on this cluster`)
  if (finding !== undefined) return finding
  const message = `${owner} applied it and is not on this cluster any more: nothing updates or deletes it`
  return { verdict: 'orphaned', reason: 'owner-gone', message }
}

/** What there is to say before it is asked whose an object is: that it goes, is a copy, or was never applied. */
function claimFinding(live: KubernetesObject, claim: string): Finding | undefined {
  const { deletionTimestamp, managedFields = [] } = live.metadata
  const maker = makerOf(live)
  if (maker !== undefined) {
    const message = `${maker} made it and copied the owner labels: it goes when that goes`
    return { verdict: 'in-sync', reason: 'controller-made', message, confidence: 'heuristic' }
  }
  if (deletionTimestamp !== undefined) return { verdict: 'orphaned', ...DELETING }
  if (managedFields.length === 0 || managedFields.some((entry) => isFluxApply(entry))) return undefined
  const message = `${claim}, but Flux never applied it${labelledBy(live)}: Flux will never delete it`
  return { verdict: 'orphaned', reason: 'forged-owner-label', message, confidence: 'heuristic' }
}

/** What an object belongs to, by its owner references: the controller, or the first of them. */
function makerOf({ metadata }: KubernetesObject): string | undefined {
  const all: readonly unknown[] = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : []
  const references = all.filter(isRecord)
  const maker = references.find((reference) => reference.controller === true) ?? references[0]
  return maker === undefined ? undefined : `${String(maker.kind)}/${String(maker.name)}`
}

function labelledBy({ metadata }: KubernetesObject): string {
  const path = fieldPath([], 'metadata', 'labels', OWNER_NAME)
  const { manager, time } = newestOf(holdersOf(metadata.managedFields ?? [], path)) ?? {}
  if (manager === undefined) return ''
  return ` (${manager} set the label${time === undefined ? '' : ` at ${time}`})`
}
