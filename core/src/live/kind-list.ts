import type { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import { statusOf } from './answer.js'
import type { ClusterLists } from './cluster-lists.js'
import type { ApiResource } from './discovery.js'

/** What LISTs of one kind brought. */
export interface Listing {
  readonly objects: readonly KubernetesObject[]
  readonly requests: number
  /** What the reader of a report must know about how the kind was read. */
  readonly notes: readonly string[]
  /** Set where asking for single objects would fail, or keep the server busy, just the same. */
  readonly failure?: GitOpsError
}

const HOPELESS_CODES = new Set(['UNAUTHORIZED', 'CLUSTER_UNREACHABLE', 'CLUSTER_TIMEOUT'])
const HOPELESS_STATUSES = new Set([429, 503, 504])

/**
 * Lists a kind in the whole cluster; where that is refused, in each of `namespaces` by itself. What a failed
 * LIST did bring is kept. Never throws: failures become notes, and `failure` where nothing else helps.
 */
export async function listKind(
  lists: ClusterLists,
  resource: ApiResource,
  namespaces: readonly string[],
): Promise<Listing> {
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
  if (!resource.verbs.includes('list')) {
    return { objects: [], requests: 0, notes: [`${name} cannot be listed, read by name`] }
  }
  const all = await lists.of(resource)
  if (all.error === undefined) return { ...all, notes: [] }
  if (all.error.code === 'FORBIDDEN' && resource.namespaced) {
    const note = `cluster-wide list of ${name} refused, read namespace by namespace; others were not looked into`
    const rest = await listNamespaces(lists, resource, namespaces)
    return { ...rest, requests: all.requests + rest.requests, notes: [note, ...rest.notes] }
  }
  const { objects, requests } = all
  return { objects, requests, ...noteOf(`list of ${name}`, all.error) }
}

async function listNamespaces(
  lists: ClusterLists,
  resource: ApiResource,
  namespaces: readonly string[],
): Promise<Listing> {
  const objects: KubernetesObject[] = []
  const notes: string[] = []
  let requests = 0
  for (const namespace of namespaces) {
    const some = await lists.of(resource, namespace)
    for (const object of some.objects) objects.push(object)
    requests += some.requests
    if (some.error === undefined) continue
    const { notes: added, failure } = noteOf(
      `list of ${resource.plural} in namespace ${namespace}`,
      some.error,
    )
    notes.push(...added)
    if (failure !== undefined) return { objects, requests, notes, failure }
  }
  return { objects, requests, notes }
}

function noteOf(
  what: string,
  error: GitOpsError,
): { readonly notes: readonly string[]; readonly failure?: GitOpsError } {
  const refused = error.code === 'FORBIDDEN'
  const hopeless = HOPELESS_CODES.has(error.code) || HOPELESS_STATUSES.has(statusOf(error)?.code ?? 0)
  if (hopeless) return { notes: [`${what} failed: ${error.message}`], failure: error }
  return { notes: [`${what} ${refused ? 'refused' : `failed (${error.message})`}, read by name`] }
}
