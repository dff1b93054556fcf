import type { Kustomization } from '../desired/kustomization.js'
import { isSource } from '../desired/source/source.js'
import { actorOf, isFluxApply, type Actor } from '../drift/actor.js'
import type { KustomizationRecord, ObjectRecord, MakerRecord } from '../drift/report.js'
import { isRecord, keyOf, keyString, type KubernetesObject, type ObjectMeta } from '../object.js'
import { inventoryItems } from './inventory-items.js'

/** The keys of all objects that an inventory lists. */
export const inventoryKeys = (kustomizations: readonly Kustomization[]): ReadonlySet<string> =>
  new Set(kustomizations.flatMap(inventoryItems).map(({ key }) => keyString(key)))

/** Labels and annotations by which other tools than Kustomizations say that an object is theirs. */
const OTHER_OWNERS = [
  'helm.toolkit.fluxcd.io/name',
  'resourceset.fluxcd.controlplane.io/name',
  'fluxcd.controlplane.io/name',
  'meta.helm.sh/release-name',
]

/** Has anybody made this object who would make it again: an inventory, an owner, another tool? */
function isManaged(object: KubernetesObject, listed: ReadonlySet<string>): boolean {
  const { labels = {}, annotations = {}, ownerReferences } = object.metadata
  if (listed.has(keyString(keyOf(object)))) return true
  if (Array.isArray(ownerReferences) && ownerReferences.length > 0) return true
  return OTHER_OWNERS.some((name) => Object.hasOwn(labels, name) || Object.hasOwn(annotations, name))
}

/** Who made an object, and when; who is known only where the first write left an entry. */
function originOf({ creationTimestamp, managedFields = [] }: ObjectMeta): MakerRecord {
  const first = managedFields.find(({ time, subresource }) => time === creationTimestamp && !subresource)
  return {
    ...(creationTimestamp === undefined ? {} : { created: creationTimestamp }),
    ...(first === undefined ? {} : { createdBy: actorOf(first) }),
  }
}

/** Who suspended a Flux object by hand; undefined where Git did, or nobody is known to have. */
export function suspenderOf({ managedFields = [] }: ObjectMeta): Actor | undefined {
  const entry = managedFields.find(({ fieldsV1, ...one }) => {
    const spec = fieldsV1?.['f:spec']
    return !isFluxApply(one) && isRecord(spec) && 'f:suspend' in spec
  })
  return entry === undefined ? undefined : actorOf(entry)
}

/**
 * Completes the record of a Kustomization by where it comes from. One that no other applies is the root that somebody
 * made by hand, or something that Git does not know; suspended it is drift, for nothing will ever put that right.
 * @param object as it was read of the cluster
 * @param listed keys of all that inventories list
 */
export function withOrigin(
  record: KustomizationRecord,
  object: KubernetesObject | undefined,
  listed: ReadonlySet<string>,
): KustomizationRecord {
  if (object === undefined) return record
  const by = record.suspended ? suspenderOf(object.metadata) : undefined
  const suspension = by === undefined ? {} : { suspendedBy: by }
  if (isManaged(object, listed)) return { ...record, ...suspension }
  const unmanaged = originOf(object.metadata)
  const known = { ...record, ...suspension, unmanaged }
  if (!record.suspended || !SILENT.has(record.verdict)) return known
  return { ...known, verdict: 'drifted', reason: REASON, message: messageOf(unmanaged, by) }
}

/** What a suspended Kustomization may be called while nobody looks at who suspended it. */
const SILENT: ReadonlySet<string> = new Set(['in-sync', 'pending'])

const REASON = 'unmanaged-flux-object'

function messageOf({ created, createdBy }: MakerRecord, suspender: Actor | undefined): string {
  const maker = createdBy === undefined ? 'made' : `made by ${createdBy.manager}`
  const at = created === undefined ? '' : ` at ${created}`
  const since = suspender?.time === undefined ? '' : ` since ${suspender.time}`
  const by = suspender === undefined ? '' : ` by ${suspender.manager}`
  return `no Kustomization applies it (${maker}${at}), and it is suspended${since}${by}: Git has no say in either`
}

/**
 * Suspended sources and HelmReleases that no Kustomization applies: what follows them stands still, and Git does not
 * say so.
 */
export function unmanagedObjects(
  objects: readonly KubernetesObject[],
  listed: ReadonlySet<string>,
): readonly ObjectRecord[] {
  return objects
    .filter((object) => isSource(object) || object.kind === 'HelmRelease')
    .flatMap((object): readonly ObjectRecord[] => {
      const { apiVersion, kind, metadata, spec } = object
      if (!isRecord(spec) || spec.suspend !== true || isManaged(object, listed)) return []
      const message = messageOf(originOf(metadata), suspenderOf(metadata))
      const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace }
      const self = { apiVersion, kind, ...place, name: metadata.name }
      return [{ ...self, owner: self, verdict: 'drifted', reason: REASON, message }]
    })
}
