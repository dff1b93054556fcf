import type { FluxReference } from '../desired/kustomization.js'
import { GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { ApiResource, Discovery } from '../live/discovery.js'
import { listFlux } from '../live/flux-objects.js'
import type { Wanted } from '../live/list.js'
import { findResourceType } from '../live/resource-type.js'
import { chooseNamed } from './flux-name.js'
import type { FluxState } from './flux-state.js'

/** What a user named, in words: `deploy/web`, `ks/flux-system/apps`. */
export interface TargetName {
  readonly type: string
  /** Only what applies others may be named with its namespace. */
  readonly namespace?: string
  readonly name: string
}

/** A Flux object all of whose objects are meant, or one object. */
export type Target =
  | { readonly kind: 'owner'; readonly owner: FluxReference }
  | { readonly kind: 'object'; readonly resource: ApiResource; readonly wanted: Wanted }

export interface TargetContext {
  readonly cluster: Pick<Cluster, 'pages' | 'namespace'>
  readonly discovery: Discovery
  readonly state: FluxState
  /** `-n`; without it kubectl's own: that of the context. */
  readonly namespace: string | undefined
}

/**
 * What a name means on this cluster. A Kustomization or HelmRelease stands for all that it applies; it is looked
 * for in the namespace, and without `-n` in the others as well, where that leaves one.
 * @throws GitOpsError USAGE for a type that there is not or a name of several, NOT_FOUND for an owner that there is not
 */
export async function findTarget(name: TargetName, context: TargetContext): Promise<Target> {
  const resource = findResourceType(context.discovery, name.type)
  const { group, kind } = resource
  if (group === 'kustomize.toolkit.fluxcd.io' && kind === 'Kustomization')
    return { kind: 'owner', owner: chooseOwner(kind, context.state.kustomizations, name, context) }
  if (group === 'helm.toolkit.fluxcd.io' && kind === 'HelmRelease')
    return { kind: 'owner', owner: chooseOwner(kind, await helmReleases(context), name, context) }
  if (name.namespace !== undefined) {
    throw new GitOpsError('USAGE', {
      what: `${name.type}/${name.namespace}/${name.name} names no object`,
      tryThis: `${name.type}/${name.name} -n ${name.namespace}`,
    })
  }
  const namespace = resource.namespaced ? (context.namespace ?? context.cluster.namespace) : ''
  const apiVersion = group === '' ? resource.version : `${group}/${resource.version}`
  return {
    kind: 'object',
    resource,
    wanted: { apiVersion, key: { group, kind, namespace, name: name.name } },
  }
}

interface Named {
  readonly namespace: string
  readonly name: string
}

function chooseOwner(
  kind: string,
  all: readonly Named[],
  wanted: TargetName,
  { namespace, cluster }: TargetContext,
): FluxReference {
  const given = wanted.namespace ?? namespace
  const name = { name: wanted.name, ...(given === undefined ? {} : { namespace: given }) }
  const chosen = chooseNamed(kind, all, name, cluster.namespace)
  return { kind, namespace: chosen.namespace, name: chosen.name }
}

async function helmReleases({ cluster, discovery, state }: TargetContext): Promise<readonly Named[]> {
  const found = await listFlux(cluster, discovery, 'HelmRelease', state.namespace)
  return found.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }))
}
