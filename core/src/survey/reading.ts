import type { Kustomization } from '../desired/kustomization.js'
import { createSchema, type Schema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { ClusterLists } from '../live/cluster-lists.js'
import { OWNER_LABEL, readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { isRecord, keyString, type KubernetesObject } from '../object.js'
import { readDeciders, type Deciders, type Pair } from './deciders.js'
import { isNameUnknown } from './generated-names.js'
import { inventoryItems } from './inventory-items.js'
import { scanLabels, type LabelScope } from './label-scan.js'
import { labelledObjects } from './orphans.js'
import type { Plan } from './plan.js'
import { clusterKey } from './scope.js'

/** What was read of the cluster to judge the plans by. */
export interface Reading {
  readonly live: LiveState
  /** Live objects of no build and no inventory, by the full name of the Kustomization whose labels they carry. */
  readonly labelled: ReadonlyMap<string, readonly KubernetesObject[]>
  readonly discovery: Discovery
  readonly schema: Schema
  readonly definitions: Definitions
  /** The Kustomizations whose builds have an object, by its key. */
  readonly claims: ReadonlyMap<string, readonly Kustomization[]>
  /** What other objects decide of these. */
  readonly deciders: Deciders
  /** How it was read, where that was not the usual way. */
  readonly notes: readonly string[]
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
  /** Where to look for objects that nobody declares. */
  readonly labels: LabelScope
}

/** Begins to list the kinds that inventories name, for they are read while the builds are still being made. */
export function beginLists(
  cluster: Cluster,
  discovery: Discovery,
  kustomizations: readonly Kustomization[],
): ClusterLists {
  const lists = new ClusterLists(cluster, OWNER_LABEL)
  const items = kustomizations.flatMap(inventoryItems)
  const resources = new Set(items.map(({ apiVersion, key }) => discovery.find(apiVersion, key.kind)))
  for (const resource of resources) if (resource?.verbs.includes('list') === true) void lists.of(resource)
  return lists
}

/** Reads every object that a plan names, and the types of their kinds. */
export async function readCluster(plans: readonly Plan[], means: ReadingMeans): Promise<Reading> {
  const { cluster, discovery, cacheDirectory, lists } = means
  const wanted = wantedObjects(plans, discovery)
  const versions = [...new Set(wanted.map((item) => item.apiVersion))]
  const [live, scan, documents] = await Promise.all([
    readLive(cluster, discovery, wanted, { lists }),
    scanLabels(cluster, discovery, wanted, means.labels),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  const deciders = await readDeciders(pairsOf(plans, live, discovery), discovery, cluster)
  return {
    live,
    notes: [...live.notes, ...scan.notes, ...deciders.notes],
    labelled: labelledObjects([live.objects, scan.objects], new Set(wanted.map(({ key }) => keyString(key)))),
    deciders,
    discovery,
    schema: createSchema(documents),
    definitions: definitionsOf(plans),
    claims: claimsOf(plans, discovery),
  }
}

function pairsOf(plans: readonly Plan[], live: LiveState, discovery: Discovery): readonly Pair[] {
  return plans.flatMap(builtObjects).flatMap((git) => {
    const key = clusterKey(git, discovery)
    const found = key === undefined ? undefined : live.objects.get(keyString(key))
    return found === undefined ? [] : [{ git, live: found }]
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

const builtObjects = (plan: Plan): readonly KubernetesObject[] =>
  [plan.build, plan.next].flatMap((result) => (result?.ok === true ? result.build.objects : []))

function claimsOf(plans: readonly Plan[], discovery: Discovery): Reading['claims'] {
  const claims = new Map<string, readonly Kustomization[]>()
  for (const { build, kustomization } of plans) {
    for (const object of build?.ok === true ? build.build.objects : []) {
      const key = clusterKey(object, discovery)
      if (key === undefined) continue
      const id = keyString(key)
      const claimants = claims.get(id)
      if (claimants === undefined) claims.set(id, [kustomization])
      else if (!claimants.includes(kustomization)) claims.set(id, [...claimants, kustomization])
    }
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
