import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { follow, metadataDigest, type Change } from '@kubectl-gitops/core/live/watch-collection.js'
import type { Cluster as TestCluster } from '../../support/cluster.js'
import { describeWith } from '../../support/describe-with.js'
import { eventually } from '../../support/eventually.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'a collection of a real API server', () => {
  let plane: TestCluster
  let cluster: Cluster
  let namespace: string
  const controller = new AbortController()
  const changes: Change[] = []

  beforeAll(async () => {
    plane = await sharedControlPlane()
    namespace = await plane.createNamespace('watch')
    // Shorter than any watch: it holds for the beginning of an answer alone.
    cluster = await connect({ kubeconfig: plane.kubeconfig, env: {}, requestTimeoutMs: 3_000 })
  })
  afterAll(() => {
    controller.abort()
    cluster.close()
    plane.disconnect()
  })

  const path = (name = '') => `/api/v1/namespaces/${namespace}/configmaps${name}`

  const seen = (wanted: string) =>
    eventually(
      () =>
        Promise.resolve(
          changes
            .map(({ name, object }) => (object === undefined ? `${name} gone` : name))
            .find((line) => line === wanted),
        ),
      { timeoutMs: 30_000, complaint: () => JSON.stringify(changes) },
    )

  it('is followed by its metadata, for longer than a request may take', async () => {
    await plane.request('POST', path(), {
      metadata: { name: 'a', labels: { app: 'web' } },
      data: { key: 'swordfish' },
    })
    await follow(cluster, {
      path: path(),
      labelSelector: 'app',
      part: 'metadata',
      digest: metadataDigest,
      changed: (change) => changes.push(change),
      trouble: () => undefined,
      signal: controller.signal,
    })
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    await plane.request('PATCH', path('/a'), { data: { key: 'tuna' } })
    await seen('a')
    await plane.request('PATCH', path('/a'), { metadata: { labels: { app: null } } })
    await seen('a gone')
    await plane.request('POST', path(), { metadata: { name: 'b', labels: { app: 'web' } } })
    await seen('b')
    expect(JSON.stringify(changes)).not.toContain('tuna')
  })
})
