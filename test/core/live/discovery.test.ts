import { afterEach, describe, expect, it } from '@jest/globals'
import { discover, discoveryOf, resourcePath, type ApiResource } from '@kubectl-gitops/core/live/discovery.js'
import { servedResource } from '@kubectl-gitops/core/live/served-resource.js'
import { json, startFaultServer, status, type FaultServer } from './http-server.js'

let running: FaultServer | undefined
afterEach(() => running?.stop())

/** A server that answers these paths, whatever is accepted, and nothing else. */
async function serving(answers: Readonly<Record<string, unknown>>): Promise<FaultServer> {
  running = await startFaultServer((request, response) => {
    const answer = answers[request.url ?? '']
    if (answer !== undefined) json(response, answer)
    else json(response, status(503, 'ServiceUnavailable', 'no endpoints available'), 503)
  })
  return running
}

const CONFIG_MAP: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: ['get', 'list'],
  preferred: true,
}
const NODE: ApiResource = {
  ...CONFIG_MAP,
  kind: 'Node',
  plural: 'nodes',
  singular: '',
  shortNames: [],
  namespaced: false,
}
const SCALER: ApiResource = {
  ...CONFIG_MAP,
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
}

function aggregated(resource: ApiResource, extra: object = {}): object {
  return {
    resource: resource.plural,
    responseKind: { group: resource.group, version: '', kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    shortNames: resource.shortNames,
    verbs: resource.verbs,
    ...extra,
  }
}

function listed(resource: ApiResource): object {
  const { plural: name, singular: singularName, kind, namespaced, verbs, shortNames } = resource
  return { name, singularName, kind, namespaced, verbs, ...(shortNames.length === 0 ? {} : { shortNames }) }
}

describe('discover', () => {
  it('reads aggregated discovery in two requests; the first version of a group is the preferred one', async () => {
    const server = await serving({
      '/api': {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: {},
            versions: [
              {
                version: 'v1',
                resources: [
                  aggregated(CONFIG_MAP, { subresources: [{ subresource: 'status' }] }),
                  aggregated(NODE, { shortNames: undefined }),
                  { resource: 'orphans', responseKind: null, scope: 'Cluster', verbs: [] },
                ],
              },
            ],
          },
        ],
      },
      '/apis': {
        kind: 'APIGroupDiscoveryList',
        items: [
          {
            metadata: { name: 'autoscaling' },
            versions: [
              { version: 'v2', freshness: 'Current', resources: [aggregated(SCALER)] },
              { version: 'v1', freshness: 'Current', resources: [aggregated(SCALER)] },
            ],
          },
          {
            metadata: { name: 'metrics.k8s.io' },
            versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [aggregated(NODE)] }],
          },
        ],
      },
    })
    const discovery = await discover(await server.connect())
    expect(discovery.resources).toEqual([
      CONFIG_MAP,
      NODE,
      SCALER,
      { ...SCALER, version: 'v1', preferred: false },
    ])
    expect(discovery.unavailable).toEqual([
      { group: 'metrics.k8s.io', version: 'v1beta1', why: 'the server marks its discovery as stale' },
    ])
    expect(server.requests.map(({ url }) => url).sort()).toEqual(['/api', '/apis'])
    expect(server.requests.every(({ raw }) => raw.join().includes('v=v2;as=APIGroupDiscoveryList'))).toBe(
      true,
    )
  })

  it('walks the group versions of an old server and reports the one that fails', async () => {
    const server = await serving({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/api/v1': {
        kind: 'APIResourceList',
        resources: [listed(CONFIG_MAP), listed(NODE), { ...listed(NODE), name: 'nodes/status' }],
      },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          {
            name: 'autoscaling',
            versions: [{ version: 'v1' }, { version: 'v2' }],
            preferredVersion: { version: 'v2' },
          },
          {
            name: 'metrics.k8s.io',
            versions: [{ version: 'v1beta1' }],
            preferredVersion: { version: 'v1beta1' },
          },
        ],
      },
      '/apis/autoscaling/v1': { kind: 'APIResourceList', resources: [listed(SCALER)] },
      '/apis/autoscaling/v2': { kind: 'APIResourceList', resources: [listed(SCALER)] },
    })
    const discovery = await discover(await server.connect())
    expect(discovery.resources).toEqual([
      CONFIG_MAP,
      NODE,
      { ...SCALER, version: 'v1', preferred: false },
      SCALER,
    ])
    expect(discovery.unavailable).toEqual([
      { group: 'metrics.k8s.io', version: 'v1beta1', why: 'no endpoints available' },
    ])
  })
})

describe('a discovery', () => {
  const v1 = { ...SCALER, version: 'v1', preferred: false }
  const v3 = { ...SCALER, version: 'v3', kind: 'Other', preferred: false }
  const discovery = discoveryOf({
    resources: [{ ...SCALER, plural: 'bindings', verbs: ['create'] }, v1, SCALER, v3],
    unavailable: [],
  })

  it('finds a kind in exactly one version, a readable resource before another', () => {
    expect([
      discovery.find('autoscaling/v1', 'HorizontalPodAutoscaler'),
      discovery.find('autoscaling/v2', 'HorizontalPodAutoscaler'),
      discovery.find('autoscaling/v3', 'HorizontalPodAutoscaler'),
      discovery.find('v2', 'HorizontalPodAutoscaler'),
    ]).toEqual([v1, SCALER, undefined, undefined])
  })

  it('prefers the version the server prefers, else one that has the kind', () => {
    expect([
      discovery.preferred('autoscaling', 'HorizontalPodAutoscaler'),
      discovery.preferred('autoscaling', 'Other'),
      discovery.preferred('apps', 'Other'),
    ]).toEqual([SCALER, v3, undefined])
  })
})

describe('servedResource', () => {
  const down = { group: 'metrics.k8s.io', version: 'v1beta1', why: 'no endpoints available' }
  const discovery = discoveryOf({ resources: [SCALER, { ...SCALER, version: 'v1' }], unavailable: [down] })

  it('says which versions are served instead', () => {
    expect(servedResource(discovery, 'autoscaling/v2beta2', 'HorizontalPodAutoscaler')).toMatchObject({
      code: 'NOT_FOUND',
      message: 'the server does not serve HorizontalPodAutoscaler in version autoscaling/v2beta2',
      why: 'it serves HorizontalPodAutoscaler in autoscaling/v2, autoscaling/v1',
    })
  })

  it('does not call a kind unknown while its group cannot be asked', () => {
    expect([
      servedResource(discovery, 'metrics.k8s.io/v1beta1', 'NodeMetrics'),
      servedResource(discovery, 'metrics.k8s.io/v1', 'NodeMetrics'),
    ]).toEqual([
      expect.objectContaining({ code: 'SERVER_ERROR', why: 'no endpoints available' }),
      expect.objectContaining({ code: 'SERVER_ERROR', why: 'no endpoints available' }),
    ])
  })

  it('says in kubectl words that a kind is unknown', () => {
    expect(servedResource(discovery, 'example.com/v1', 'Widget')).toMatchObject({
      code: 'NOT_FOUND',
      message: 'the server doesn\'t have a resource type "Widget" in example.com/v1',
    })
  })
})

describe('resourcePath', () => {
  it.each([
    [CONFIG_MAP, undefined, undefined, '/api/v1/configmaps'],
    [CONFIG_MAP, 'shop', undefined, '/api/v1/namespaces/shop/configmaps'],
    [CONFIG_MAP, 'shop', 'web', '/api/v1/namespaces/shop/configmaps/web'],
    [NODE, '', 'one', '/api/v1/nodes/one'],
    [NODE, 'ignored', 'system:one', '/api/v1/nodes/system%3Aone'],
    [
      SCALER,
      'shop',
      'a b?c#d',
      '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/a%20b%3Fc%23d',
    ],
  ])('%#', (resource, namespace, name, path) => {
    expect(resourcePath(resource, namespace, name)).toBe(path)
  })

  it.each(['', '.', '..', 'a/b', '../secrets/x', 'a%2Fb', 'a\\b', 'a\u0000', 'a\ud800'])(
    'refuses the name %j',
    (name) => {
      const refused = expect.objectContaining({ code: 'PATH_ESCAPES' })
      expect(() => resourcePath(CONFIG_MAP, 'shop', name)).toThrow(refused)
      if (name !== '') expect(() => resourcePath(CONFIG_MAP, name, 'web')).toThrow(refused)
    },
  )
})
