import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { fullName } from '../desired/dependency-order.js'
import type { ObjectRecord } from '../drift/report.js'
import { isPruneDisabled } from '../drift/switches.js'
import { keyOf, keyString, type KubernetesObject } from '../object.js'
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
  const own = (labelled.get(fullName(plan.kustomization)) ?? []).filter((key) => !inventory.has(key))
  return [...inventory, ...own].flatMap((key) => {
    const object = inGit.has(key) ? undefined : live.objects.get(key)
    return object === undefined || isMade(object) ? [] : [orphanRecord(plan, object, inventory.has(key))]
  })
}

/**
 * The keys of live objects that carry owner labels, by the full name of the owner. Copies made by controllers carry
 * the labels of what they were copied from, and an owner reference.
 */
export function labelledObjects(
  live: ReadonlyMap<string, KubernetesObject>,
  nameLabel = OWNER_NAME,
  namespaceLabel = OWNER_NAMESPACE,
): ReadonlyMap<string, readonly string[]> {
  const labelled = new Map<string, string[]>()
  for (const [key, { metadata }] of live) {
    const { labels = {}, ownerReferences } = metadata
    const { [nameLabel]: name, [namespaceLabel]: namespace } = labels
    const isCopy = Array.isArray(ownerReferences) && ownerReferences.length > 0
    if (isCopy || name === undefined || namespace === undefined) continue
    const owner = fullName({ name, namespace })
    const keys = labelled.get(owner)
    if (keys === undefined) labelled.set(owner, [key])
    else keys.push(key)
  }
  return labelled
}

/** What the builds have under names that end in a hash of encrypted content: one of the live objects is that. */
const unnamedObjects = ({ build, next }: Plan): readonly KubernetesObject[] =>
  [build, next].flatMap((result) => (result?.ok === true ? result.build.objects : [])).filter(isNameUnknown)

function orphanRecord(plan: Plan, live: KubernetesObject, listed: boolean): ObjectRecord {
  const { apiVersion, namespace, name } = plan.kustomization
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    ...(live.metadata.namespace === undefined ? {} : { namespace: live.metadata.namespace }),
    name: live.metadata.name,
    owner: { apiVersion, kind: 'Kustomization', namespace, name },
    verdict: 'orphaned',
    ...orphanReason(plan, live, listed),
  }
}

/** Source: kustomize-controller deleteObjects, fluxcd/pkg ssa/manager_delete.go (inclusions). */
const isLabelled = ({ kustomization }: Plan, { metadata: { labels = {} } }: KubernetesObject): boolean =>
  labels[OWNER_NAME] === kustomization.name && labels[OWNER_NAMESPACE] === kustomization.namespace

type Reason = Required<Pick<ObjectRecord, 'reason' | 'message'>>

function orphanReason(plan: Plan, live: KubernetesObject, listed: boolean): Reason {
  if (plan.other !== undefined) return { reason: 'not-in-revision', message: plan.other.because }
  if (live.metadata.deletionTimestamp !== undefined) {
    return { reason: 'deleting', message: 'being deleted, held by a finalizer' }
  }
  if (isPruneDisabled(live)) {
    return {
      reason: 'prune-disabled',
      message: 'Flux keeps it: kustomize.toolkit.fluxcd.io/prune is disabled on it',
    }
  }
  if (!plan.kustomization.prune)
    return { reason: 'prune-disabled', message: 'Flux keeps it: spec.prune is false' }
  if (listed && !isLabelled(plan, live)) {
    const message = 'its owner labels do not name this Kustomization: Flux will not delete it'
    return { reason: 'not-labelled', message }
  }
  if (listed) return { reason: 'prune-pending', message: heldBecause(plan) ?? 'Flux will delete it' }
  const message = 'it carries the owner labels but is not in the inventory: Flux will never delete it'
  return { reason: 'not-in-inventory', message }
}
