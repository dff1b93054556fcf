import type { Kustomization } from '../desired/kustomization.js'
import { createSchema, type Schema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { isRecord, keyString, type KubernetesObject } from '../object.js'
import { isNameUnknown } from './generated-names.js'
import type { Plan } from './plan.js'
import { clusterKey } from './scope.js'

/** What was read of the cluster to judge the plans by. */
export interface Reading {
  readonly live: LiveState
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

/** Reads every object that a plan names, and the types of their kinds. */
export async function readCluster(
  plans: readonly Plan[],
  discovery: Discovery,
  cluster: Cluster,
  cacheDirectory: string,
): Promise<Reading> {
  const wanted = wantedObjects(plans, discovery)
  const versions = [...new Set(wanted.map((item) => item.apiVersion))]
  const [live, documents] = await Promise.all([
    readLive(cluster, discovery, wanted, {}),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  return {
    live,
    discovery,
    schema: createSchema(documents),
    definitions: definitionsOf(plans),
    claims: claimsOf(plans, discovery),
  }
}

/** Everything that Git or an inventory names; the version is Git's, for that is the one to compare in. */
function wantedObjects(plans: readonly Plan[], discovery: Discovery): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const object of plans.flatMap(builtObjects)) {
    const key = clusterKey(object, discovery)
    if (key === undefined || wanted.has(keyString(key)) || isNameUnknown(object)) continue
    wanted.set(keyString(key), { apiVersion: object.apiVersion, key })
  }
  for (const entry of plans.flatMap((plan) => plan.kustomization.status.inventory)) {
    const item = parseInventoryEntry(entry)
    if (item === undefined || wanted.has(keyString(item.key))) continue
    const apiVersion = item.key.group === '' ? item.version : `${item.key.group}/${item.version}`
    wanted.set(keyString(item.key), { apiVersion, key: item.key })
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
      const claimants = claims.get(keyString(key)) ?? []
      if (!claimants.includes(kustomization)) claims.set(keyString(key), [...claimants, kustomization])
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
