import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { keyString, type KubernetesObject, type ObjectKey } from '@kubectl-gitops/core/object.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { discover, type Discovery } from '@kubectl-gitops/core/live/discovery.js'
import { listFlux, readLive, type Wanted } from '@kubectl-gitops/core/live/list.js'
import { openApiDocuments } from '@kubectl-gitops/core/live/openapi.js'
import type { Cluster as TestCluster } from '../../support/cluster.js'
import { eventually } from '../../support/eventually.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'

const AGENT = 'kubectl-gitops/test (list)'
const OWNER = 'kustomize.toolkit.fluxcd.io/name'

let plane: TestCluster
let cluster: Cluster
let discovery: Discovery
let one = ''
let two = ''

beforeAll(async () => {
  plane = await sharedControlPlane()
  ;[one, two] = [await plane.createNamespace('live'), await plane.createNamespace('live')]
  cluster = await connect({ kubeconfig: await plane.kubeconfigFor('auditor'), env: {}, userAgent: AGENT })
  discovery = await discover(cluster)
})

afterAll(() => {
  cluster.close()
  plane.disconnect()
})

async function create(at: string, body: object): Promise<KubernetesObject> {
  const answer = await plane.request('POST', at, body)
  if (answer.status !== 201) throw new Error(`${at}: ${JSON.stringify(answer.body)}`)
  return answer.body as KubernetesObject
}

function map(namespace: string, name: string, owner?: string): Promise<KubernetesObject> {
  const labels = owner === undefined ? {} : { labels: { [OWNER]: owner } }
  return create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...labels },
    data: { a: '1' },
  })
}

function wanted(apiVersion: string, kind: string, namespace: string, name: string): Wanted {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return { apiVersion, key: { group, kind, namespace, name } }
}

function pick(objects: ReadonlyMap<string, KubernetesObject>, key: ObjectKey): KubernetesObject | undefined {
  return objects.get(keyString(key))
}

describe('discover', () => {
  it('finds the same resources as the walk that old servers need', async () => {
    const plain = await discover({ get: (at) => cluster.get(at) })
    const sorted = ({ resources }: Discovery): readonly string[] =>
      resources.map((each) => JSON.stringify(each)).sort()
    expect(sorted(discovery)).toEqual(sorted(plain))
    expect(discovery.unavailable).toEqual([])
  })

  it('prefers the kinds that kubectl api-resources lists', async () => {
    const { stdout } = await plane.kubectl(['api-resources', '--no-headers', '-o', 'name'])
    const ours = discovery.resources
      .filter(({ group, kind, plural }) => {
        const preferred = discovery.preferred(group, kind)
        return preferred?.plural === plural
      })
      .filter((each) => each === discovery.preferred(each.group, each.kind))
      .map(({ group, plural }) => (group === '' ? plural : `${plural}.${group}`))
    expect([...ours].sort()).toEqual(stdout.trim().split('\n').sort())
  })
})

describe('readLive', () => {
  it('reads labelled objects, a wanted one without its label, custom resources and names with a colon', async () => {
    const labels = { [OWNER]: 'apps' }
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
    const owned = await map(one, 'owned', 'apps')
    const stripped = await map(one, 'stripped')
    const extra = await map(two, 'extra', 'apps')
    await map(one, 'foreign')
    const reader = await create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      ...role,
      metadata: { name: `${one}:reader`, labels },
      rules: [],
    })
    const widget = await create(`/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${one}/kustomizations`, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'child', labels },
      spec: { interval: '1m', prune: true, sourceRef: { kind: 'GitRepository', name: 'x' } },
    })
    const wants = {
      owned: wanted('v1', 'ConfigMap', one, 'owned'),
      stripped: wanted('v1', 'ConfigMap', one, 'stripped'),
      gone: wanted('v1', 'ConfigMap', one, 'gone'),
      nowhere: wanted('v1', 'ConfigMap', `${one}-absent`, 'gone'),
      reader: wanted(role.apiVersion, role.kind, '', `${one}:reader`),
      widget: wanted('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', one, 'child'),
      oldVersion: wanted('apps/v1beta1', 'Deployment', one, 'web'),
      unknown: wanted('example.com/v1', 'Widget', one, 'web'),
    }
    const live = await readLive(cluster, discovery, Object.values(wants), {})
    const extraKey = wanted('v1', 'ConfigMap', two, 'extra').key
    expect(
      [wants.owned.key, wants.stripped.key, wants.reader.key, wants.widget.key, extraKey].map((key) =>
        pick(live.objects, key),
      ),
    ).toEqual([owned, stripped, reader, widget, extra])
    expect(pick(live.objects, wanted('v1', 'ConfigMap', one, 'foreign').key)).toBeUndefined()
    expect([pick(live.objects, wants.gone.key), pick(live.objects, wants.nowhere.key)]).toEqual([
      undefined,
      undefined,
    ])
    expect(new Map([...live.problems].map(([key, { code, why }]) => [key, [code, why]]))).toEqual(
      new Map([
        [keyString(wants.oldVersion.key), ['NOT_FOUND', 'it serves Deployment in apps/v1']],
        [keyString(wants.unknown.key), ['NOT_FOUND', expect.stringContaining('CustomResourceDefinition')]],
      ]),
    )
    expect([live.notes, live.requests]).toEqual([[], 6])
  })

  it('falls back to namespaces and names for a user with few rights, and says so', async () => {
    const guest = `guest-${one}`
    await grant(one, guest, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }])
    await grant(two, guest, [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['named'] },
    ])
    const [listed, named] = [await map(one, 'listed', 'apps'), await map(two, 'named', 'apps')]
    await map(two, 'hidden', 'apps')
    const as = await connect({ kubeconfig: plane.kubeconfig, env: {}, as: guest, userAgent: AGENT })
    await eventually(
      () =>
        as.get(`/api/v1/namespaces/${two}/configmaps/named`).then(
          () => true,
          () => undefined,
        ),
      { timeoutMs: 10_000, complaint: () => 'the rights do not count' },
    )
    const wants = [
      wanted('v1', 'ConfigMap', one, 'listed'),
      wanted('v1', 'ConfigMap', two, 'named'),
      wanted('v1', 'ConfigMap', two, 'hidden'),
    ]
    const live = await readLive(as, discovery, wants, {})
    as.close()
    expect(wants.map(({ key }) => pick(live.objects, key))).toEqual([listed, named, undefined])
    expect([...live.problems].map(([key, { code, why }]) => [key, code, why])).toEqual([
      [
        keyString(wants[2]!.key),
        'FORBIDDEN',
        `configmaps "hidden" is forbidden: User "${guest}" cannot get resource "configmaps" in API group "" in the namespace "${two}"`,
      ],
    ])
    expect(live.notes).toEqual([
      'cluster-wide list of configmaps refused, read namespace by namespace; others were not looked into',
      `list of configmaps in namespace ${two} refused, read by name`,
    ])
  })

  it('finds the objects of Flux, and every request it made was a read', async () => {
    const found = await listFlux(cluster, discovery, 'Kustomization', one)
    expect(found.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'child'],
    ])
    const events = (await plane.auditEvents()).filter(({ userAgent }) => userAgent === AGENT)
    expect(events.length).toBeGreaterThan(10)
    expect([...new Set(events.map(({ verb }) => verb))].sort()).toEqual(['get', 'list'])
  })
})

describe('openApiDocuments', () => {
  it('caches the documents of built-in and custom kinds under the hash the server gives them', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'openapi-'))
    const versions = ['v1', 'apps/v1', 'kustomize.toolkit.fluxcd.io/v1', 'example.com/v1']
    const fetched: string[] = []
    const counting = {
      get: (at: string): Promise<unknown> => cluster.get(at),
      text: (at: string): Promise<string> => {
        fetched.push(at)
        return cluster.text(at)
      },
    }
    const first = await openApiDocuments(counting, versions, folder)
    const second = await openApiDocuments(counting, versions, folder)
    await rm(folder, { recursive: true })
    expect([...first.keys()]).toEqual(['v1', 'apps/v1', 'kustomize.toolkit.fluxcd.io/v1'])
    expect(second).toEqual(first)
    expect(fetched.length).toBe(3)
    expect(first.get('apps/v1')).toHaveProperty(['components', 'schemas', 'io.k8s.api.apps.v1.Deployment'])
  })
})

async function grant(namespace: string, user: string, rules: readonly object[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const at = `/apis/${apiVersion}/namespaces/${namespace}`
  await create(`${at}/roles`, { apiVersion, kind: 'Role', metadata: { name: 'guest' }, rules })
  await create(`${at}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: 'guest' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'guest' },
  })
}
