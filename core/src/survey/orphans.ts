import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import type { ObjectRecord } from '../drift/report.js'
import { isPruneDisabled } from '../drift/switches.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { keyOf, keyString, type KubernetesObject } from '../object.js'
import { isNameUnknown, mayBe } from './generated-names.js'
import { heldBecause } from './kustomization-record.js'
import type { Plan } from './plan.js'

/**
 * The live objects that say they are this Kustomization's, or that its inventory lists, and that its
 * build does not have.
 * @param inGit keys of the build's objects
 */
export function orphanRecords(
  plan: Plan,
  live: ReadonlyMap<string, KubernetesObject>,
  inGit: ReadonlySet<string>,
): readonly ObjectRecord[] {
  const inventory = new Set(plan.kustomization.status.inventory.flatMap(inventoryKey))
  const unnamed = unnamedObjects(plan)
  const isMade = (object: KubernetesObject): boolean => unnamed.some((one) => mayBe(keyOf(object), one))
  return [...live]
    .filter(([key, object]) => !inGit.has(key) && (inventory.has(key) || isLabelled(plan, object)))
    .filter(([, object]) => !isMade(object))
    .map(([key, object]) => orphanRecord(plan, object, inventory.has(key)))
}

/** What the builds have under names that end in a hash of encrypted content: one of the live objects is that. */
const unnamedObjects = ({ build, next }: Plan): readonly KubernetesObject[] =>
  [build, next].flatMap((result) => (result?.ok === true ? result.build.objects : [])).filter(isNameUnknown)

function inventoryKey(entry: { readonly id: string; readonly v: string }): readonly string[] {
  const item = parseInventoryEntry(entry)
  return item === undefined ? [] : [keyString(item.key)]
}

/** Copies made by controllers carry the labels of what they were copied from, and an owner reference. */
function isLabelled({ kustomization }: Plan, live: KubernetesObject): boolean {
  const { labels = {}, ownerReferences } = live.metadata
  const owned = Array.isArray(ownerReferences) && ownerReferences.length > 0
  return (
    !owned && labels[OWNER_NAME] === kustomization.name && labels[OWNER_NAMESPACE] === kustomization.namespace
  )
}

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
  if (listed) return { reason: 'prune-pending', message: heldBecause(plan) ?? 'Flux will delete it' }
  const message = 'it carries the owner labels but is not in the inventory: Flux will never delete it'
  return { reason: 'not-in-inventory', message }
}
