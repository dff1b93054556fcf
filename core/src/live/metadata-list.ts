import type { KubernetesObject } from '../object.js'
import type { Cluster } from './cluster.js'
import { resourcePath, type ApiResource } from './discovery.js'
import { listPages } from './pages.js'

const ACCEPT = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

/**
 * The metadata of the objects of a kind that a label selector selects, in the whole cluster or in one namespace;
 * nothing else of them comes over the wire. Throws what `Cluster.get` throws.
 * Source: Kubernetes API concepts, "Receiving resources as Tables" and metadata-only fetches.
 */
export async function listMetadata(
  cluster: Pick<Cluster, 'get'>,
  resource: ApiResource,
  labelSelector: string,
  namespace?: string,
): Promise<readonly KubernetesObject[]> {
  const path = resourcePath(resource, namespace)
  const { group, version, kind } = resource
  const apiVersion = group === '' ? version : `${group}/${version}`
  const objects: KubernetesObject[] = []
  const list = async (query: Parameters<Cluster['get']>[1]): Promise<{ read: () => unknown }> => {
    const body = await cluster.get(path, query, ACCEPT)
    return { read: () => body }
  }
  for await (const page of listPages(list, { labelSelector }))
    for (const { metadata } of page.items) objects.push({ apiVersion, kind, metadata })
  return objects
}
