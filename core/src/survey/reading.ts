import { fullName } from '../desired/dependency-order.js'
import { HELM_OWNER_NAME, HELM_OWNER_NAMESPACE, type HelmRelease } from '../desired/helm-release.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Prediction } from '../drift/prediction.js'
import { createSchema, type Schema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { ClusterLists } from '../live/cluster-lists.js'
import { toldTogether, type Told } from '../live/counted.js'
import { OWNER_LABEL, readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { isRecord, keyString, type KubernetesObject } from '../object.js'
import { isNameUnknown } from './generated-names.js'
import { releasedObjects, type HelmPlan } from './helm-plan.js'
import { inventoryItems } from './inventory-items.js'
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
  /** What dry runs came to, by the built object; absent where none were asked for. */
  readonly predictions?: ReadonlyMap<KubernetesObject, Prediction>
  readonly helm: HelmReading
}

/** The same of HelmReleases. */
export interface HelmReading {
  readonly labelled: ReadonlyMap<string, readonly string[]>
  readonly claims: ReadonlyMap<string, readonly HelmRelease[]>
}

/** All that applies objects. */
export interface Plans {
  readonly kustomizations: readonly Plan[]
  readonly helmReleases: readonly HelmPlan[]
}

/** What Git itself brings along: an object that needs one of these can be missing for that reason. */
export interface Definitions {
  /** Kinds of CustomResourceDefinitions, as `group/Kind`. */
  readonly kinds: ReadonlySet<string>
  readonly namespaces: ReadonlySet<string>
}

/** What the cluster is read with. */
export interface ReadingMeans {
  readonly cluster: Cluster
  readonly discovery: Discovery
  readonly cacheDirectory: string
  /** LISTs that may have begun. */
  readonly lists: ClusterLists
  /** Undefined: every object that a plan names is read. */
  readonly focus?: Focus | undefined
  /** What else to read, of a revision that is not applied. */
  readonly also?: readonly Wanted[]
  /** All Kustomizations there are; those without a plan claim what their inventories list. */
  readonly kustomizations?: readonly Kustomization[]
  /** Told how many kinds have been read. */
  readonly told?: Told
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
export async function readCluster(plans: Plans, means: ReadingMeans): Promise<Reading> {
  const { kustomizations, helmReleases } = plans
  const { cluster, discovery, cacheDirectory } = means
  const definitions = definitionsOf(plans)
  const { wanted, released } = wantedOf(plans, means, definitions)
  const versions = [...new Set([...wanted, ...released].map((item) => item.apiVersion))]
  const [live, documents] = await Promise.all([
    readAll(wanted, released, means),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  return {
    live,
    labelled: labelledObjects(live.objects),
    discovery,
    schema: createSchema(documents),
    definitions,
    claims: withUnplanned(
      claimsOf(
        kustomizations.map(({ build, kustomization }) => [
          kustomization,
          build?.ok === true ? build.build.objects : [],
        ]),
        discovery,
      ),
      kustomizations,
      means.kustomizations ?? [],
    ),
    helm: {
      labelled: labelledObjects(live.objects, HELM_OWNER_NAME, HELM_OWNER_NAMESPACE),
      claims: claimsOf(
        helmReleases.map((plan) => [plan.release, releasedObjects(plan)]),
        discovery,
      ),
    },
  }
}

/** Objects of releases carry another label, so that their kinds are listed once more; only those that releases have. */
async function readAll(
  wanted: readonly Wanted[],
  released: readonly Wanted[],
  { cluster, discovery, lists, told, focus }: ReadingMeans,
): Promise<LiveState> {
  if (released.length === 0)
    return readLive(cluster, discovery, wanted, { lists, ...(told === undefined ? {} : { told }) })
  const [toldOfWanted, toldOfReleased] = toldTogether(told ?? (() => undefined))
  const byName = focus?.owners.length === 0
  const helmLists = new ClusterLists(cluster, HELM_OWNER_NAME)
  const [live, others] = await Promise.all([
    readLive(cluster, discovery, wanted, { lists, byName, told: toldOfWanted }),
    readLive(cluster, discovery, released, { lists: helmLists, byName, told: toldOfReleased }),
  ])
  const own = new Set(wanted.map(({ key }) => keyString(key)))
  return {
    objects: new Map([...live.objects, ...[...others.objects].filter(([key]) => !own.has(key))]),
    problems: new Map([...live.problems, ...others.problems]),
    notes: [...new Set([...live.notes, ...others.notes])],
    requests: live.requests + others.requests,
  }
}

/** Few objects are asked for by name; everything of an owner is, and everything where nothing is named. */
function wantedOf(
  { kustomizations, helmReleases }: Plans,
  { discovery, focus, also = [] }: ReadingMeans,
  { namespaces }: Definitions,
): { readonly wanted: readonly Wanted[]; readonly released: readonly Wanted[] } {
  const all = eachOnce([...wantedObjects(kustomizations, discovery), ...also])
  const released = wantedReleased(helmReleases, all, discovery)
  if (focus === undefined) return { wanted: all, released }
  const owned = kustomizations.filter(({ kustomization }) =>
    isOwnerAsked(focus, { ...kustomization, kind: 'Kustomization' }),
  )
  const asked = new Set(focus.objects.map(({ key }) => keyString(key)))
  const isAsked = ({ key }: Wanted): boolean => asked.has(keyString(key))
  const single = [...all, ...released].filter(isAsked)
  const known = new Set(single.map(({ key }) => keyString(key)))
  const unknown = focus.objects.filter(({ key }) => !known.has(keyString(key)))
  const homes = [...new Set(focus.objects.map(({ key }) => key.namespace))]
    .filter((name) => namespaces.has(name))
    .map((name) => ({ apiVersion: 'v1', key: { group: '', kind: 'Namespace', namespace: '', name } }))
  const more = focus.owners.length === 0 ? [] : also
  const wanted = [...wantedObjects(owned, discovery), ...all.filter(isAsked), ...unknown, ...more, ...homes]
  const ofOwners = focus.owners.some(({ kind }) => kind === 'HelmRelease')
  return { wanted: eachOnce(wanted), released: ofOwners ? released : released.filter(isAsked) }
}

/** The first of each counts: its version is the one to compare in. */
const eachOnce = (wanted: readonly Wanted[]): readonly Wanted[] => [
  ...new Map([...wanted].reverse().map((one) => [keyString(one.key), one])).values(),
]

/** What releases have; what Git has as well is read for Git. */
function wantedReleased(
  plans: readonly HelmPlan[],
  others: readonly Wanted[],
  discovery: Discovery,
): readonly Wanted[] {
  const found = new Set(others.map(({ key }) => keyString(key)))
  return plans.flatMap(releasedObjects).flatMap((object) => {
    const key = clusterKey(object, discovery)
    if (key === undefined || found.has(keyString(key))) return []
    found.add(keyString(key))
    return [{ apiVersion: object.apiVersion, key }]
  })
}

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

/** What the builds of a plan have. */
export const builtObjects = (plan: Plan): readonly KubernetesObject[] =>
  [plan.build, plan.next].flatMap((result) => (result?.ok === true ? result.build.objects : []))

function claimsOf<Owner>(
  built: readonly (readonly [Owner, readonly KubernetesObject[]])[],
  discovery: Discovery,
): ReadonlyMap<string, readonly Owner[]> {
  const claims = new Map<string, readonly Owner[]>()
  for (const [owner, objects] of built) {
    for (const object of objects) {
      const key = clusterKey(object, discovery)
      if (key === undefined) continue
      const id = keyString(key)
      const claimants = claims.get(id)
      if (claimants === undefined) claims.set(id, [owner])
      else if (!claimants.includes(owner)) claims.set(id, [...claimants, owner])
    }
  }
  return claims
}

/** Those that are not built claim what their inventories list. */
function withUnplanned(
  claims: Reading['claims'],
  plans: readonly Plan[],
  all: readonly Kustomization[],
): Reading['claims'] {
  const planned = new Set(plans.map(({ kustomization }) => fullName(kustomization)))
  const whole = new Map(claims)
  for (const kustomization of all.filter((one) => !planned.has(fullName(one)))) {
    for (const { key } of inventoryItems(kustomization)) {
      const id = keyString(key)
      whole.set(id, [...(whole.get(id) ?? []), kustomization])
    }
  }
  return whole
}

function definitionsOf({ kustomizations, helmReleases }: Plans): Definitions {
  const objects = [...kustomizations.flatMap(builtObjects), ...helmReleases.flatMap(releasedObjects)]
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
