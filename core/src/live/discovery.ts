import { asGitOpsError, GitOpsError } from '../errors.js'
import { groupVersion } from '../object.js'
import { printable } from './answer.js'
import type { Cluster } from './cluster.js'
import {
  readAggregated,
  readCoreVersions,
  readGroups,
  readResourceList,
  type AnnouncedVersion,
  type ApiResource,
  type Discovered,
  type UnavailableGroup,
} from './discovery-document.js'

export type { ApiResource, UnavailableGroup } from './discovery-document.js'

/** The kinds a server serves, in every version, subresources left out. */
export interface Discovery {
  readonly resources: readonly ApiResource[]
  readonly unavailable: readonly UnavailableGroup[]
  /** The resource of a kind in exactly this version. */
  find(apiVersion: string, kind: string): ApiResource | undefined
  /** The resource of a kind in the version the server prefers, or in the first that has the kind. */
  preferred(group: string, kind: string): ApiResource | undefined
}

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

/**
 * Asks a server what it serves: two requests, or one for each group version where the server does not know
 * aggregated discovery. A group that fails is listed in `unavailable`. Throws what `Cluster.get` throws.
 * Source: client-go discovery/discovery_client.go.
 */
export async function discover(cluster: Pick<Cluster, 'get'>): Promise<Discovery> {
  const [core, groups] = await Promise.all([
    part(cluster, '/api', readCoreVersions),
    part(cluster, '/apis', readGroups),
  ])
  return discoveryOf({
    resources: [...core.resources, ...groups.resources],
    unavailable: [...core.unavailable, ...groups.unavailable],
  })
}

/** Makes what was discovered askable; where two resources have a kind, the one that can be read counts. */
export function discoveryOf({ resources, unavailable }: Discovered): Discovery {
  const usable = resources.filter(({ kind, plural }) => kind !== '' && plural !== '')
  const exact = new Map<string, ApiResource>()
  const preferred = new Map<string, ApiResource>()
  for (const one of [...usable].sort((a, b) => Number(isReadable(b)) - Number(isReadable(a)))) {
    const { group, version, kind } = one
    setOnce(exact, nameOf(group, version, kind), one)
    const known = preferred.get(nameOf(group, kind))
    if (known === undefined || (one.preferred && !known.preferred)) preferred.set(nameOf(group, kind), one)
  }
  return {
    resources: usable,
    unavailable,
    find: (apiVersion, kind) => {
      const { group, version } = groupVersion(apiVersion)
      return exact.get(nameOf(group, version, kind))
    },
    preferred: (group, kind) => preferred.get(nameOf(group, kind)),
  }
}

const nameOf = (...parts: readonly string[]): string => parts.join('\u0000')

function setOnce<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (!map.has(key)) map.set(key, value)
}

function isReadable({ verbs }: ApiResource): boolean {
  return verbs.includes('get')
}

async function part(
  cluster: Pick<Cluster, 'get'>,
  path: string,
  announced: (document: unknown) => readonly AnnouncedVersion[],
): Promise<Discovered> {
  const document = await cluster.get(path, undefined, AGGREGATED)
  const aggregated = readAggregated(document)
  if (aggregated !== undefined) return aggregated
  const answers = await Promise.all(announced(document).map((at) => oneVersion(cluster, at)))
  return {
    resources: answers.flatMap((answer) => answer.resources),
    unavailable: answers.flatMap((answer) => answer.unavailable),
  }
}

async function oneVersion(cluster: Pick<Cluster, 'get'>, at: AnnouncedVersion): Promise<Discovered> {
  try {
    return { resources: readResourceList(at, await cluster.get(groupVersionPath(at))), unavailable: [] }
  } catch (thrown) {
    const { message, why } = asGitOpsError(thrown)
    const { group, version } = at
    return { resources: [], unavailable: [{ group, version, why: why ?? message }] }
  }
}

/**
 * The path of a resource, of its objects in a namespace, or of one object. Names are foreign text: throws
 * PATH_ESCAPES for one that a server would read as something else than one name.
 * Source: apimachinery pkg/api/validation/path/name.go, IsValidPathSegmentName.
 */
export function resourcePath(resource: ApiResource, namespace?: string, name?: string): string {
  const inNamespace = resource.namespaced && namespace !== undefined && namespace !== ''
  const segments = [
    ...(inNamespace ? ['namespaces', namespace] : []),
    resource.plural,
    ...(name === undefined ? [] : [name]),
  ]
  return [groupVersionPath(resource), ...segments.map(pathSegment)].join('/')
}

function groupVersionPath({ group, version }: { readonly group: string; readonly version: string }): string {
  const root = group === '' ? '/api' : `/apis/${pathSegment(group)}`
  return `${root}/${pathSegment(version)}`
}

function pathSegment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\%\p{Cc}\p{Cs}]/u.test(name)) {
    throw new GitOpsError('PATH_ESCAPES', {
      what: `${JSON.stringify(printable(name, 80))} cannot be the name of an object`,
      why: 'a name may not be empty, "." or "..", nor hold "/", "\\", "%" or control characters',
    })
  }
  return encodeURIComponent(name)
}
