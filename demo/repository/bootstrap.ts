import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

/** Where Flux clones the two repositories from. */
export interface RepositoryUrls {
  readonly platform: string
  readonly faces: string
}

/**
 * What `flux bootstrap` would have left on the cluster: the first source and the Kustomization of the whole
 * cluster. Their addresses are known at run time only, so neither is in Git; the address of the second source
 * reaches Git's GitRepository through the ConfigMap that Kustomization `faces` substitutes from.
 * Source of the shapes: flux2 pkg/manifestgen/sync.
 */
export function bootstrapObjects(urls: RepositoryUrls): readonly KubernetesObject[] {
  const flux = { name: 'flux-system', namespace: 'flux-system' }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cluster-settings', namespace: 'flux-system' },
      data: { cluster_domain: 'my-cluster.example', faces_repository: urls.faces },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: flux,
      spec: { interval: '1m', url: urls.platform, ref: { branch: 'main' } },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: flux,
      spec: {
        interval: '10m',
        path: './clusters/my-cluster',
        prune: true,
        wait: false,
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      },
    },
  ]
}
