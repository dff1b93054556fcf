import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { createSchema, type Schema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { ClusterLists } from '../live/cluster-lists.js'
import { OWNER_LABEL, readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { isRecord, keyString, type KubernetesObject, type ObjectKey } from '../object.js'
import { isNameUnknown } from './generated-names.js'
import { labelledObjects } from './orphans.js'
import type { Plan } from './plan.js'
import { clusterKey } from './scope.js'
import { isOwnerAsked, ownerSelector, type Focus } from './scope-focus.js'

/** What was read of the cluster to judge the plans by. */
export interface Reading {
  readonly live: LiveState
  /** Keys of live objects by the full name of the Kustomization whose labels they carry. */
  readonly labelled: ReadonlyMap<string, readonly string[]>
  readonly discovery: Discovery
  readonly schema: Schema
  readonly definitions: Definitions
  /** The Kustomizations whose builds have an object, by its key. */
  readonly claims: ReadonlyMap<string, readonly Kustomization[]>
}

/** What Git itself brings along: an object that needs one of these can be missing for that reason. */
export interface Definitions {
  /** Kinds of CustomResourceDefinitions, as `group/Kind`. */
  readonly kinds: ReadonlySet<string>
  readonly namespaces: ReadonlySet<string>
}

/** What the cluster is read with. */
export interface ReadingMeans {
  readonly plans: readonly Plan[]
  readonly cluster: Cluster
  readonly discovery: Discovery
  readonly cacheDirectory: string
  /** LISTs that may have begun. */
  readonly lists: ClusterLists
  /** Undefined: every object that a plan names is read. */
  readonly focus: Focus | undefined
  /** What else to read, of a revision that is not applied. */
  readonly also: readonly Wanted[]
  /** All there are; those without a plan claim what their inventories list. */
  readonly kustomizations: readonly Kustomization[]
}

/** Begins to list the kinds that inventories name, for they are read while the builds are still being made. */
export function beginLists(
  cluster: Cluster,
  discovery: Discovery,
  kustomizations: readonly Kustomization[],
  focus: Focus | undefined,
): ClusterLists {
  const lists = new ClusterLists(cluster, ownerSelector(focus) ?? OWNER_LABEL)
  const asked = kustomizations.filter((one) => isOwnerAsked(focus, { ...one, kind: 'Kustomization' }))
  const items = asked.flatMap(inventoryItems)
  const resources = new Set(items.map(({ apiVersion, key }) => discovery.find(apiVersion, key.kind)))
  for (const resource of resources) if (resource?.verbs.includes('list') === true) void lists.of(resource)
  return lists
}

/** Reads every object that a plan names, and the types of their kinds. */
export async function readCluster(means: ReadingMeans): Promise<Reading> {
  const { plans, cluster, discovery, cacheDirectory, lists, focus, kustomizations } = means
  const definitions = definitionsOf(plans)
  const wanted = focusedObjects(means, definitions)
  const versions = [...new Set(wanted.map((item) => item.apiVersion))]
  const [live, documents] = await Promise.all([
    readLive(cluster, discovery, wanted, { lists, byName: focus?.owners.length === 0 }),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  const planned = new Set(plans.map(({ kustomization }) => fullName(kustomization)))
  return {
    live,
    labelled: labelledObjects(live.objects),
    discovery,
    schema: createSchema(documents),
    definitions,
    claims: claimsOf(
      plans,
      discovery,
      kustomizations.filter((one) => !planned.has(fullName(one))),
    ),
  }
}

/** A few objects are read by name, all of an owner by its labels. */
function focusedObjects(
  { plans, discovery, focus, also }: ReadingMeans,
  { namespaces }: Definitions,
): readonly Wanted[] {
  const all = wantedObjects(plans, discovery)
  if (focus === undefined) return eachOnce([...all, ...also])
  const byKey = new Map([...also, ...all].map((one) => [keyString(one.key), one]))
  const owned = plans.filter(({ kustomization }) =>
    isOwnerAsked(focus, { ...kustomization, kind: 'Kustomization' }),
  )
  const single = focus.objects.map((one) => byKey.get(keyString(one.key)) ?? one)
  const homes = [...new Set(single.map(({ key }) => key.namespace))]
    .filter((name) => namespaces.has(name))
    .map((name) => ({ apiVersion: 'v1', key: { group: '', kind: 'Namespace', namespace: '', name } }))
  const more = focus.owners.length === 0 ? [] : also
  return eachOnce([...wantedObjects(owned, discovery), ...single, ...more, ...homes])
}

/** The first of each counts: its version is the one to compare in. */
const eachOnce = (wanted: readonly Wanted[]): readonly Wanted[] => [
  ...new Map([...wanted].reverse().map((one) => [keyString(one.key), one])).values(),
]

/** Everything that Git or an inventory names; the version is Git's, for that is the one to compare in. */
function wantedObjects(plans: readonly Plan[], discovery: Discovery): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const object of plans.flatMap(builtObjects)) {
    const key = clusterKey(object, discovery)
    const id = key === undefined ? undefined : keyString(key)
    if (key === undefined || id === undefined || wanted.has(id) || isNameUnknown(object)) continue
    wanted.set(id, { apiVersion: object.apiVersion, key })
  }
  for (const item of plans.flatMap(({ kustomization }) => inventoryItems(kustomization))) {
    if (!wanted.has(keyString(item.key))) wanted.set(keyString(item.key), item)
  }
  return [...wanted.values()]
}

const inventories = new WeakMap<Kustomization['status']['inventory'], readonly Wanted[]>()

/** What an inventory names; it is long, and asked for several times. */
function inventoryItems({ status: { inventory } }: Kustomization): readonly Wanted[] {
  const known = inventories.get(inventory)
  if (known !== undefined) return known
  const items = inventory.flatMap((entry): readonly Wanted[] => {
    const item = parseInventoryEntry(entry)
    if (item === undefined) return []
    const { key, version } = item
    return [{ apiVersion: key.group === '' ? version : `${key.group}/${version}`, key }]
  })
  inventories.set(inventory, items)
  return items
}

/** What the builds of a plan have. */
export const builtObjects = (plan: Plan): readonly KubernetesObject[] =>
  [plan.build, plan.next].flatMap((result) => (result?.ok === true ? result.build.objects : []))

function claimsOf(
  plans: readonly Plan[],
  discovery: Discovery,
  unplanned: readonly Kustomization[],
): Reading['claims'] {
  const claims = new Map<string, readonly Kustomization[]>()
  const claim = (kustomization: Kustomization, key: ObjectKey | undefined): void => {
    if (key === undefined) return
    const id = keyString(key)
    const claimants = claims.get(id)
    if (claimants === undefined) claims.set(id, [kustomization])
    else if (!claimants.includes(kustomization)) claims.set(id, [...claimants, kustomization])
  }
  for (const { build, kustomization } of plans) {
    for (const object of build?.ok === true ? build.build.objects : [])
      claim(kustomization, clusterKey(object, discovery))
  }
  for (const kustomization of unplanned) {
    for (const { key } of inventoryItems(kustomization)) claim(kustomization, key)
  }
  return claims
}

function definitionsOf(plans: readonly Plan[]): Definitions {
  const objects = plans.flatMap(builtObjects)
  return {
    kinds: new Set(objects.flatMap(definedKind)),
    namespaces: new Set(
      objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
    ),
  }
}

function definedKind({ kind, spec }: KubernetesObject): readonly string[] {
  if (kind !== 'CustomResourceDefinition' || !isRecord(spec) || !isRecord(spec.names)) return []
  return [`${String(spec.group)}/${String(spec.names.kind)}`]
}
