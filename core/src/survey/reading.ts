import { fullName } from '../desired/dependency-order.js'
import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { HELM_OWNER_NAME, HELM_OWNER_NAMESPACE, type HelmRelease } from '../desired/helm-release.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Prediction } from '../drift/prediction.js'
import { BUILT_IN } from '../drift/rules/built-in.js'
import type { Rulebook } from '../drift/rules/explanation.js'
import type { Rule } from '../drift/rules/rule.js'
import { createSchema, type Schema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { ClusterLists } from '../live/cluster-lists.js'
import { toldTogether, type Told } from '../live/counted.js'
import { OWNER_LABEL, readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { keyString, type KubernetesObject } from '../object.js'
import { readDeciders, type Pair } from './deciders.js'
import { definitionsOf, type Definitions } from './definitions.js'
import { releasedObjects, type HelmPlan } from './helm-plan.js'
import { inventoryItems } from './inventory-items.js'
import { scanLabels, type LabelScan, type LabelScope } from './label-scan.js'
import { labelledObjects } from './orphans.js'
import type { Plan } from './plan.js'
import { clusterKey } from './scope.js'
import { isOwnerAsked, ownerSelector, type Focus } from './scope-focus.js'
import { builtObjects, wantedOf } from './wanted.js'

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
  /** What explains that objects are not as Git says. */
  readonly book: Rulebook
  /** How it was read, where that was not the usual way. */
  readonly notes: readonly string[]
  /** What dry runs came to, by the built object; absent where none were asked for. */
  readonly predictions?: ReadonlyMap<KubernetesObject, Prediction>
  readonly helm: HelmReading
}

/** The same of HelmReleases. */
export interface HelmReading {
  readonly labelled: ReadonlyMap<string, readonly KubernetesObject[]>
  readonly claims: ReadonlyMap<string, readonly HelmRelease[]>
}

/** All that applies objects. */
export interface Plans {
  readonly kustomizations: readonly Plan[]
  readonly helmReleases: readonly HelmPlan[]
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
  /** Where to look for objects that nobody declares; nowhere unless given. */
  readonly labels?: LabelScope | undefined
  /** The user's own rules that are in force. */
  readonly userRules?: readonly Rule[]
  /** Nobody will look at what the server filled in. */
  readonly silent?: boolean
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
  const { wanted, released, known } = wantedOf(plans, means, definitions)
  const versions = [...new Set([...wanted, ...released].map((item) => item.apiVersion))]
  const [live, scan, documents] = await Promise.all([
    readAll(wanted, released, means),
    means.labels === undefined ? NO_SCAN : scanLabels(cluster, discovery, wanted, means.labels),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  const deciders = await readDeciders(pairsOf(plans, live, discovery), discovery, cluster)
  return {
    live,
    notes: [...live.notes, ...scan.notes, ...deciders.notes],
    labelled: labelledObjects([live.objects, scan.objects], {
      labels: [OWNER_NAME, OWNER_NAMESPACE],
      known: new Set(known.map(({ key }) => keyString(key))),
    }),
    book: {
      rules: [...(means.userRules ?? []), ...BUILT_IN],
      ties: deciders.ties,
      silent: means.silent === true,
    },
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
      labelled: labelledObjects([live.objects], {
        labels: [HELM_OWNER_NAME, HELM_OWNER_NAMESPACE],
        known: new Set(),
      }),
      claims: claimsOf(
        helmReleases.map((plan) => [plan.release, releasedObjects(plan)]),
        discovery,
      ),
    },
  }
}

const NO_SCAN: LabelScan = { objects: new Map(), notes: [] }

/** What both Git or a release and the cluster have. */
function pairsOf(
  { kustomizations, helmReleases }: Plans,
  live: LiveState,
  discovery: Discovery,
): readonly Pair[] {
  const objects = [...kustomizations.flatMap(builtObjects), ...helmReleases.flatMap(releasedObjects)]
  return objects.flatMap((git) => {
    const key = clusterKey(git, discovery)
    const found = key === undefined ? undefined : live.objects.get(keyString(key))
    return found === undefined ? [] : [{ git, live: found }]
  })
}

/** Objects of releases carry another label, so that their kinds are listed once more; only those that releases have. */
async function readAll(
  wanted: readonly Wanted[],
  released: readonly Wanted[],
  { cluster, discovery, lists, told, focus }: ReadingMeans,
): Promise<LiveState> {
  const byName = focus?.owners.length === 0
  if (released.length === 0)
    return readLive(cluster, discovery, wanted, { lists, byName, ...(told === undefined ? {} : { told }) })
  const [toldOfWanted, toldOfReleased] = toldTogether(told ?? (() => undefined))
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
