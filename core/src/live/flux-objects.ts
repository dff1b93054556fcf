import { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import type { Cluster } from './cluster.js'
import { resourcePath, type ApiResource, type Discovery } from './discovery.js'

/** The kinds of Flux that configuration comes from, by their group. */
const FLUX_GROUPS = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  GitRepository: 'source.toolkit.fluxcd.io',
  OCIRepository: 'source.toolkit.fluxcd.io',
  Bucket: 'source.toolkit.fluxcd.io',
  HelmChart: 'source.toolkit.fluxcd.io',
  HelmRepository: 'source.toolkit.fluxcd.io',
  ExternalArtifact: 'source.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  ArtifactGenerator: 'source.extensions.fluxcd.io',
} as const

export type FluxKind = keyof typeof FLUX_GROUPS

/**
 * All objects of a kind of Flux, of the cluster or of one namespace, in the version the server prefers. A
 * kind whose controller is not installed gives none. Throws FLUX_NOT_INSTALLED where not even Kustomizations
 * are served, SERVER_ERROR where the server cannot tell, and what `Cluster.pages` throws.
 */
export async function listFlux(
  cluster: Pick<Cluster, 'pages'>,
  discovery: Discovery,
  kind: FluxKind,
  namespace?: string,
): Promise<readonly KubernetesObject[]> {
  const resource = fluxResource(discovery, kind)
  if (resource === undefined) return []
  const objects: KubernetesObject[] = []
  for await (const page of cluster.pages(resourcePath(resource, namespace)))
    for (const item of page.items) objects.push(item)
  return objects
}

/**
 * One object of a kind of Flux; undefined where its kind is not installed. Throws what `listFlux` throws, and
 * NOT_FOUND and FORBIDDEN as `Cluster.get` does.
 */
export async function getFlux(
  cluster: Pick<Cluster, 'get'>,
  discovery: Discovery,
  { kind, namespace, name }: { readonly kind: FluxKind; readonly namespace: string; readonly name: string },
): Promise<KubernetesObject | undefined> {
  const resource = fluxResource(discovery, kind)
  if (resource === undefined) return undefined
  return (await cluster.get(resourcePath(resource, namespace, name))) as KubernetesObject
}

function fluxResource(discovery: Discovery, kind: FluxKind): ApiResource | undefined {
  const resource = discovery.preferred(FLUX_GROUPS[kind], kind)
  if (resource !== undefined) return resource
  const groups: readonly string[] = [FLUX_GROUPS[kind], FLUX_GROUPS.Kustomization]
  const unknown = discovery.unavailable.find(({ group }) => groups.includes(group))
  if (unknown !== undefined) {
    throw new GitOpsError('SERVER_ERROR', {
      what: `the server cannot say whether it has ${kind}`,
      why: unknown.why,
    })
  }
  if (discovery.preferred(FLUX_GROUPS.Kustomization, 'Kustomization') !== undefined) return undefined
  throw new GitOpsError('FLUX_NOT_INSTALLED', {
    what: 'Flux is not installed on this cluster',
    why: `the server doesn't have a resource type "kustomizations" in ${FLUX_GROUPS.Kustomization}`,
    tryThis: 'kubectl get crd kustomizations.kustomize.toolkit.fluxcd.io',
  })
}
