import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { releaseObjects } from '@kubectl-gitops/core/desired/helm-manifest.js'
import { readStoredRelease } from '@kubectl-gitops/core/desired/helm-storage.js'
import { ClusterLists } from '@kubectl-gitops/core/live/cluster-lists.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { discover } from '@kubectl-gitops/core/live/discovery.js'
import { OWNER_LABEL } from '@kubectl-gitops/core/live/list.js'
import { readHelmState } from '@kubectl-gitops/core/survey/helm-plan.js'
import { helmRecords, type HelmRecords } from '@kubectl-gitops/core/survey/helm-records.js'
import { readCluster } from '@kubectl-gitops/core/survey/reading.js'
import type { Cluster as TestCluster } from '../../support/cluster.js'
import { describeWith } from '../../support/describe-with.js'
import { temporaryFolder } from '../../support/processes.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'
import { helmReleaseObject, helmSecret, SNAPSHOT, STORED } from '../desired/helm-world.js'

const NEEDED = [
  ...(['etcd', 'kube-apiserver', 'source-controller', 'kustomize-controller'] as const),
  ...(['helm-controller', 'notification-controller'] as const),
]

/** A release of this version: Helm's word for it, its manifest, its hooks. */
interface Release {
  readonly status: string
  readonly manifest: string
  readonly hooks?: readonly object[]
}

describeWith(NEEDED, 'HelmReleases whose Secrets are as Helm makes them', () => {
  let plane: TestCluster
  let cluster: Cluster
  let cache: Awaited<ReturnType<typeof temporaryFolder>>
  let namespace: string
  let records: HelmRecords

  const send = async (method: string, path: string, body: object, contentType?: string) => {
    const answer = await plane.request(method, path, body, contentType === undefined ? {} : { contentType })
    if (answer.status > 201) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  }

  /** As Flux's post-renderer leaves it, with the labels of the HelmRelease. */
  const configMap = (owner: string, name: string, value: string) => {
    const labels = `{helm.toolkit.fluxcd.io/name: ${owner}, helm.toolkit.fluxcd.io/namespace: ${namespace}}`
    return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: ${labels}}\ndata: {key: ${value}}\n---\n`
  }

  /** Makes a HelmRelease and the Secrets of its releases, the oldest first. */
  const release = async (name: string, releases: readonly Release[], spec: object = {}) => {
    const folder = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases`
    const snapshots = releases.map(({ status }, i) => ({
      ...SNAPSHOT,
      ...{ name, namespace, version: i + 1, status, digest: 'sha256:0' },
      firstDeployed: SNAPSHOT.lastDeployed,
    }))
    const object = helmReleaseObject({
      ...spec,
      targetNamespace: namespace,
      chartRef: { kind: 'HelmChart', name },
    })
    await send('POST', folder, { ...object, metadata: { name, namespace } })
    const { status } = helmReleaseObject(
      {},
      { storageNamespace: namespace, observedGeneration: 1, history: snapshots },
    )
    const conditions = [{ type: 'Ready', status: 'True', reason: 'Ok', message: '', lastTransitionTime: NOW }]
    await send('PATCH', `${folder}/${name}/status`, { status: { ...(status as object), conditions } })
    for (const [i, { manifest, status: word, hooks = [] }] of releases.entries()) {
      const stored = { ...STORED, name, namespace, version: i + 1, info: { status: word }, manifest, hooks }
      const secret = helmSecret(stored, name, i + 1)
      await send('POST', `/api/v1/namespaces/${namespace}/secrets`, {
        ...secret,
        metadata: { ...secret.metadata, namespace },
      })
    }
  }

  /** Applies the objects of a release as helm-controller does. */
  const install = async (name: string, manifest: string) => {
    const stored = readStoredRelease(helmSecret({ ...STORED, namespace, manifest }), {
      ...SNAPSHOT,
      namespace,
    })
    for (const object of releaseObjects({ ...stored, name }, () => true)) {
      const path = `/api/v1/namespaces/${namespace}/configmaps/${object.metadata.name}`
      await send(
        'PATCH',
        `${path}?fieldManager=helm-controller&force=true`,
        object,
        'application/apply-patch+yaml',
      )
    }
  }

  const NOW = '2026-03-01T12:00:00Z'

  beforeAll(async () => {
    plane = await sharedControlPlane()
    namespace = await plane.createNamespace('releases')
    cache = await temporaryFolder('cache')
    cluster = await connect({ kubeconfig: await plane.kubeconfigFor('auditor'), env: {} })
    const mixed = (name: string, value: string) => configMap('mixed', name, value)
    await release('mixed', [
      { status: 'deployed', manifest: mixed('same', 'a') + mixed('changed', 'a') + mixed('dropped', 'a') },
      { status: 'failed', manifest: mixed('same', 'a') + mixed('changed', 'b') + mixed('new', 'b') },
    ])
    await install('mixed', mixed('same', 'a') + mixed('changed', 'b'))
    const hook = { name: 'hook', manifest: configMap('left', 'hook', 'once') }
    await release('left', [{ status: 'deployed', manifest: configMap('left', 'both', 'a'), hooks: [hook] }])
    await release('right', [{ status: 'deployed', manifest: configMap('right', 'both', 'a') }])
    await install('right', configMap('right', 'both', 'a'))
    await install('left', configMap('left', 'hook', 'once') + configMap('left', 'stray', 'x'))
    await release('damaged', [{ status: 'deployed', manifest: 'data: {password: swordfish' }])
    await release('remote', [{ status: 'deployed', manifest: configMap('remote', 'far', 'a') }], {
      kubeConfig: { secretRef: { name: 'other' } },
    })
    records = await read()
  }, 120_000)

  afterAll(async () => {
    cluster.close()
    plane.disconnect()
    await cache.remove()
  })

  const read = async (scope?: string): Promise<HelmRecords> => {
    const discovery = await discover(cluster)
    const state = await readHelmState(cluster, discovery, namespace)
    const lists = new ClusterLists(cluster, OWNER_LABEL)
    const labels = { everyKind: false, namespace: undefined }
    const means = { cluster, discovery, lists, cacheDirectory: cache.path, labels, rules: [] }
    const reading = await readCluster({ kustomizations: [], helmReleases: state.plans }, means)
    return helmRecords(state, reading, scope)
  }

  const verdicts = (name: string) =>
    records.objects
      .filter(({ owner }) => owner.name === name)
      .map((one) => [one.name, one.verdict, one.reason].filter((word) => word !== undefined).join(' '))
      .sort()

  it('that failed leave objects of two releases: as either says is no drift', () => {
    expect(verdicts('mixed')).toEqual([
      'changed pending applied-ahead',
      'dropped pending applied-ahead',
      'new pending applied-ahead',
      'same in-sync',
    ])
    expect(records.releases.find(({ name }) => name === 'mixed')).toMatchObject({
      verdict: 'pending',
      reason: 'reconciling',
      release: { version: 1 },
    })
  })

  it('that have the same object contest it: the labels say whose it is', () => {
    expect(verdicts('right')).toEqual(['both in-sync'])
    expect(verdicts('left')).toEqual(['both drifted contested', 'stray orphaned not-in-release'])
  })

  it('that are damaged are unknown, and say nothing of what is in them', () => {
    const damaged = records.releases.find(({ name }) => name === 'damaged')
    expect(damaged).toMatchObject({
      verdict: 'unknown',
      code: 'YAML_INVALID',
      message: expect.stringContaining(`the manifest of release ${namespace}/damaged.v1 cannot be read`),
    })
    expect(JSON.stringify(records)).not.toContain('swordfish')
  })

  it('of another cluster are not looked at here', () => {
    expect(records.releases.find(({ name }) => name === 'remote')).toMatchObject({
      verdict: 'excluded',
      reason: 'remote-cluster',
      objects: 0,
    })
  })

  it('are left out where a namespace is asked for that they do not concern', async () => {
    expect((await read('default')).releases).toEqual([])
    expect((await read(namespace)).releases).toEqual(records.releases)
  })

  it('tell of their hooks once', () => {
    expect(records.notes).toEqual([
      `hooks of Helm releases (${namespace}/left) are not compared: Helm runs them and lets them go`,
    ])
  })
})
