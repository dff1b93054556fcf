import { asGitOpsError, GitOpsError } from '../errors.js'
import { keyOf, keyString, type KubernetesObject, type ObjectKey } from '../object.js'
import { statusOf } from './answer.js'
import type { Cluster } from './cluster.js'
import { ClusterLists } from './cluster-lists.js'
import { countedAll, type Told } from './counted.js'
import { resourcePath, type ApiResource, type Discovery } from './discovery.js'
import { createGate, type Gate } from './gate.js'
import { listKind, type Listing } from './kind-list.js'
import { readObject } from './pages.js'
import { servedResource } from './served-resource.js'

export { listFlux } from './flux-objects.js'

/** An object that should be there, in the version Git has it in; namespaces are already filled in. */
export interface Wanted {
  readonly apiVersion: string
  readonly key: ObjectKey
}

/** What is on a cluster, as far as it could be read. A wanted object in neither map is not there. */
export interface LiveState {
  /** By `keyString`: every object the LISTs returned, wanted or not. */
  readonly objects: ReadonlyMap<string, KubernetesObject>
  /** By `keyString`: the wanted objects of which nothing can be said, and why. */
  readonly problems: ReadonlyMap<string, GitOpsError>
  /** How the cluster was read, where that was not the usual way. */
  readonly notes: readonly string[]
  readonly requests: number
}

/** How to read. */
export interface ReadOptions {
  /** The LISTs to read by, some of which may have begun; what they return besides what is wanted is kept. */
  readonly lists?: ClusterLists
  /** Told how many kinds have been read. */
  readonly told?: Told
}

type Reader = Pick<Cluster, 'get' | 'pages'>
type Found = KubernetesObject | GitOpsError | undefined

interface KindState extends Pick<Listing, 'notes' | 'requests'> {
  /** By `keyString`. */
  readonly objects: ReadonlyMap<string, KubernetesObject>
  readonly wanted: readonly Wanted[]
  readonly single: ReadonlyMap<string, Found>
}

/** Objects of Kustomizations. */
export const OWNER_LABEL = 'kustomize.toolkit.fluxcd.io/name'
const GETS_AT_ONCE = 8

/**
 * Reads every wanted object and all others with the owner label: one LIST for each kind and version, then
 * one GET for each wanted object the LIST did not return. Only the server's own "not found" for that very
 * name counts as absence; every other failure is a problem of the objects it concerns and of no other.
 */
export async function readLive(
  cluster: Reader,
  discovery: Discovery,
  wanted: readonly Wanted[],
  options: ReadOptions,
): Promise<LiveState> {
  const gets = createGate(GETS_AT_ONCE)
  const lists = options.lists ?? new ClusterLists(cluster, OWNER_LABEL)
  const kinds = await countedAll(
    byKind(wanted).map((group) => readKind({ cluster, discovery, lists, gets }, group)),
    options.told ?? (() => undefined),
  )
  return {
    objects: mergeObjects(kinds),
    problems: new Map(kinds.flatMap(problemsOf)),
    notes: kinds.flatMap((kind) => kind.notes),
    requests: kinds.reduce((sum, kind) => sum + kind.requests, 0),
  }
}

interface Means {
  readonly cluster: Reader
  readonly discovery: Discovery
  readonly lists: ClusterLists
  readonly gets: Gate
}

function byKind(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups = new Map<string, Wanted[]>()
  for (const one of wanted) {
    const name = JSON.stringify([one.apiVersion, one.key.kind])
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [one])
    else group.push(one)
  }
  return [...groups.values()]
}

async function readKind(means: Means, wanted: readonly Wanted[]): Promise<KindState> {
  const { apiVersion = '', key } = wanted[0] ?? {}
  const resource = servedResource(means.discovery, apiVersion, key?.kind ?? '')
  if (resource instanceof GitOpsError) {
    const single = new Map(wanted.map((one): [string, Found] => [keyString(one.key), resource]))
    return { objects: new Map(), requests: 0, notes: [], wanted, single }
  }
  const namespaces = [...new Set(wanted.map((one) => one.key.namespace))].filter((name) => name !== '').sort()
  const listing = await listKind(means.lists, resource, namespaces)
  const objects = new Map(listing.objects.map((object) => [keyString(keyOf(object)), object]))
  const missed = wanted.filter((one) => !objects.has(keyString(one.key)))
  const single = await Promise.all(
    missed.map(async (one): Promise<[string, Found]> => {
      const found = listing.failure ?? (await means.gets(() => readOne(means.cluster, resource, one)))
      return [keyString(one.key), found]
    }),
  )
  const requests = listing.requests + (listing.failure === undefined ? missed.length : 0)
  return { ...listing, objects, requests, wanted, single: new Map(single) }
}

async function readOne(cluster: Reader, resource: ApiResource, { key, apiVersion }: Wanted): Promise<Found> {
  if (resource.namespaced !== (key.namespace !== '')) return wrongScope(key, resource.namespaced)
  try {
    const object = readObject(await cluster.get(resourcePath(resource, key.namespace, key.name)))
    const isAsked = object.apiVersion === apiVersion && keyString(keyOf(object)) === keyString(key)
    return isAsked ? object : anotherObject(key)
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status?.code === 404 && status.name === key.name) return undefined
    return asGitOpsError(thrown)
  }
}

function wrongScope(key: ObjectKey, namespaced: boolean): GitOpsError {
  return new GitOpsError('INTERNAL', {
    what: `${key.kind} ${key.name} was asked for ${namespaced ? 'without its' : 'with a'} namespace`,
    why: `the server serves ${key.kind} ${namespaced ? 'in namespaces' : 'for the whole cluster'}`,
  })
}

function anotherObject(key: ObjectKey): GitOpsError {
  return new GitOpsError('SERVER_ERROR', {
    what: `the server answered with another object than ${key.kind} ${key.name}`,
    why: 'its apiVersion, kind, namespace or name is not the one asked for',
  })
}

/** An object wanted in one version and listed in another as well is kept in the version wanted. */
function mergeObjects(kinds: readonly KindState[]): ReadonlyMap<string, KubernetesObject> {
  const versions = new Map(
    kinds.flatMap(({ wanted }) => wanted).map(({ key, apiVersion }) => [keyString(key), apiVersion]),
  )
  const merged = new Map<string, KubernetesObject>()
  for (const { objects, single } of kinds) {
    for (const [key, found] of [...objects, ...single]) {
      if (isObject(found) && (versions.get(key) ?? found.apiVersion) === found.apiVersion)
        merged.set(key, found)
    }
  }
  return merged
}

function isObject(found: Found): found is KubernetesObject {
  return found !== undefined && !(found instanceof GitOpsError)
}

function problemsOf({ single }: KindState): readonly [string, GitOpsError][] {
  return [...single].filter((entry): entry is [string, GitOpsError] => entry[1] instanceof GitOpsError)
}
