import { afterEach, describe, expect, it } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { displayName } from '@kubectl-gitops/core/object.js'
import { discoveryOf, type ApiResource } from '@kubectl-gitops/core/live/discovery.js'
import { readLive, type LiveState, type Wanted } from '@kubectl-gitops/core/live/list.js'
import { json, startFaultServer, status, type FaultServer } from './http-server.js'

let running: FaultServer | undefined
afterEach(() => running?.stop())

function resource(
  group: string,
  version: string,
  kind: string,
  more: Partial<ApiResource> = {},
): ApiResource {
  const singular = kind.toLowerCase()
  return {
    group,
    version,
    kind,
    plural: `${singular}s`,
    singular,
    shortNames: [],
    namespaced: true,
    verbs: ['get', 'list'],
    preferred: true,
    ...more,
  }
}

const MAPS = resource('', 'v1', 'ConfigMap')
const NODES = resource('', 'v1', 'Node', { namespaced: false })

function wanted(name: string, apiVersion = 'v1', kind = 'ConfigMap', namespace = 'shop'): Wanted {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : ''
  return { apiVersion, key: { group, kind, namespace, name } }
}

function object({ apiVersion, key }: Wanted): object {
  const namespace = key.namespace === '' ? {} : { namespace: key.namespace }
  return { apiVersion, kind: key.kind, metadata: { name: key.name, ...namespace } }
}

function listOf(...items: Wanted[]): object {
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '1' }, items: items.map(object) }
}

type Answers = Readonly<
  Record<string, object | ((response: ServerResponse, request: IncomingMessage) => void)>
>

/** Reads against a server that answers these paths; a path it does not know is an absent object. */
async function read(answers: Answers, resources: readonly ApiResource[], wants: readonly Wanted[]) {
  running = await startFaultServer((request, response) => {
    const path = request.url!.split('?')[0]!
    const answer = answers[path]
    const name = path.split('/').at(-1)
    if (typeof answer === 'function') answer(response, request)
    else if (answer !== undefined) json(response, answer)
    else json(response, status(404, 'NotFound', `"${name}" not found`, { name }), 404)
  })
  const cluster = await running.connect({ requestTimeoutMs: 300 })
  return told(await readLive(cluster, discoveryOf({ resources, unavailable: [] }), wants, {}))
}

function told(live: LiveState) {
  const name = (key: string): string => {
    const [group = '', kind = '', namespace = '', object = ''] = key.split('\u0000')
    return `${namespace}:${displayName({ group, kind, namespace, name: object })}`
  }
  return {
    objects: [...live.objects].map(([key, { apiVersion }]) => `${name(key)} ${apiVersion}`).sort(),
    problems: [...live.problems].map(([key, { code, why }]) => `${name(key)} ${code} ${why ?? ''}`).sort(),
    notes: live.notes,
    requests: live.requests,
  }
}

function refuse(code: number, reason: string, message: string) {
  return (response: ServerResponse): void => {
    json(response, status(code, reason, message), code)
  }
}

function paths(): readonly string[] {
  return running!.requests.map(({ url }) => url)
}

describe('readLive', () => {
  it('lists a kind once by the owner label, gets what the list missed, and leaves the absent out', async () => {
    const stripped = wanted('stripped')
    expect(
      await read(
        {
          '/api/v1/configmaps': listOf(wanted('a'), wanted('extra')),
          '/api/v1/namespaces/shop/configmaps/stripped': object(stripped),
        },
        [MAPS],
        [wanted('a'), stripped, wanted('gone')],
      ),
    ).toEqual({
      objects: ['shop:configmap/a v1', 'shop:configmap/extra v1', 'shop:configmap/stripped v1'],
      problems: [],
      notes: [],
      requests: 3,
    })
    expect([...paths()].sort()).toEqual([
      '/api/v1/configmaps?limit=500&labelSelector=kustomize.toolkit.fluxcd.io%2Fname',
      '/api/v1/namespaces/shop/configmaps/gone',
      '/api/v1/namespaces/shop/configmaps/stripped',
    ])
  })

  it('keeps an object in the version it is wanted in, whichever list ends last', async () => {
    const [one, two] = [resource('x', 'v1', 'Scaler'), resource('x', 'v2', 'Scaler', { preferred: false })]
    const a = { v1: wanted('a', 'x/v1', 'Scaler'), v2: wanted('a', 'x/v2', 'Scaler') }
    const b = { v1: wanted('b', 'x/v1', 'Scaler'), v2: wanted('b', 'x/v2', 'Scaler') }
    const live = await read(
      { '/apis/x/v1/scalers': listOf(a.v1, b.v1), '/apis/x/v2/scalers': listOf(a.v2, b.v2) },
      [one, two],
      [a.v1, b.v2],
    )
    expect(live).toMatchObject({ objects: ['shop:scaler.x/a x/v1', 'shop:scaler.x/b x/v2'], requests: 2 })
  })

  it('lists namespace by namespace, then by name, as far as it is refused, and says so', async () => {
    const no = refuse(403, 'Forbidden', 'configmaps is forbidden')
    const wants = [
      wanted('a', 'v1', 'ConfigMap', 'open'),
      wanted('b', 'v1', 'ConfigMap', 'named'),
      wanted('c', 'v1', 'ConfigMap', 'closed'),
    ]
    expect(
      await read(
        {
          '/api/v1/configmaps': no,
          '/api/v1/namespaces/open/configmaps': listOf(wants[0]!),
          '/api/v1/namespaces/named/configmaps': no,
          '/api/v1/namespaces/named/configmaps/b': object(wants[1]!),
          '/api/v1/namespaces/closed/configmaps': no,
          '/api/v1/namespaces/closed/configmaps/c': no,
        },
        [MAPS],
        wants,
      ),
    ).toEqual({
      objects: ['named:configmap/b v1', 'open:configmap/a v1'],
      problems: ['closed:configmap/c FORBIDDEN configmaps is forbidden'],
      notes: [
        'cluster-wide list of configmaps refused, read namespace by namespace; others were not looked into',
        'list of configmaps in namespace closed refused, read by name',
        'list of configmaps in namespace named refused, read by name',
      ],
      requests: 6,
    })
  })

  it('reads a cluster-scoped kind by name when its list is refused', async () => {
    const node = wanted('one', 'v1', 'Node', '')
    expect(
      await read(
        { '/api/v1/nodes': refuse(403, 'Forbidden', 'no'), '/api/v1/nodes/one': object(node) },
        [NODES],
        [node],
      ),
    ).toEqual({
      objects: [':node/one v1'],
      problems: [],
      notes: ['list of nodes refused, read by name'],
      requests: 2,
    })
  })

  it('does not list what cannot be listed', async () => {
    const live = await read({}, [{ ...MAPS, verbs: ['get'] }], [wanted('a')])
    expect(live).toEqual({
      objects: [],
      problems: [],
      notes: ['configmaps cannot be listed, read by name'],
      requests: 1,
    })
  })

  it('gets by name when a list fails on one broken object, and keeps the pages it had', async () => {
    const live = await read(
      {
        '/api/v1/configmaps': (response, request) => {
          const next = request.url!.includes('continue=')
          if (next) json(response, status(500, 'InternalError', 'conversion failed'), 500)
          else json(response, { ...listOf(wanted('a')), metadata: { continue: 'x' } })
        },
        '/api/v1/namespaces/shop/configmaps/b': object(wanted('b')),
        '/api/v1/namespaces/shop/configmaps/broken': refuse(500, 'InternalError', 'conversion failed'),
      },
      [MAPS],
      [wanted('a'), wanted('b'), wanted('broken')],
    )
    expect(live).toEqual({
      objects: ['shop:configmap/a v1', 'shop:configmap/b v1'],
      problems: ['shop:configmap/broken SERVER_ERROR conversion failed'],
      notes: [
        'list of configmaps failed (Error from server (InternalError): GET /api/v1/configmaps), read by name',
      ],
      requests: 4,
    })
  })

  it('does not ask for every object of a kind whose list is never answered, and reads the other kinds', async () => {
    const node = wanted('one', 'v1', 'Node', '')
    const live = await read(
      { '/api/v1/configmaps': () => undefined, '/api/v1/nodes': listOf(node) },
      [MAPS, NODES],
      [wanted('a'), wanted('b'), node],
    )
    expect(live.objects).toEqual([':node/one v1'])
    expect(live.problems).toEqual([
      expect.stringContaining('shop:configmap/a CLUSTER_TIMEOUT'),
      expect.stringContaining('shop:configmap/b CLUSTER_TIMEOUT'),
    ])
    expect(live.notes).toEqual([expect.stringContaining('list of configmaps failed: the server')])
    expect(live.requests).toBe(2)
  })

  it('takes nothing but the not-found of that very name for absence', async () => {
    const live = await read(
      {
        '/api/v1/configmaps': listOf(),
        '/api/v1/namespaces/shop/configmaps/path': (response) => {
          response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n')
        },
        '/api/v1/namespaces/shop/configmaps/other': (response) => {
          json(response, status(404, 'NotFound', 'another', { name: 'another' }), 404)
        },
        '/api/v1/namespaces/shop/configmaps/swapped': object(wanted('another')),
        '/api/v1/namespaces/shop/configmaps/moved': object(wanted('moved', 'v1', 'ConfigMap', 'elsewhere')),
      },
      [MAPS],
      [wanted('path'), wanted('other'), wanted('swapped'), wanted('moved'), wanted('gone'), wanted('../x')],
    )
    expect(live.objects).toEqual([])
    expect(live.problems).toEqual([
      expect.stringMatching(/^shop:configmap\/\.\.\/x PATH_ESCAPES /),
      expect.stringMatching(/^shop:configmap\/moved SERVER_ERROR /),
      'shop:configmap/other NOT_FOUND another',
      'shop:configmap/path NOT_FOUND 404 page not found',
      expect.stringMatching(/^shop:configmap\/swapped SERVER_ERROR /),
    ])
  })

  it('makes a problem of a namespace that does not fit the kind, not an absence', async () => {
    const live = await read(
      { '/api/v1/configmaps': listOf(), '/api/v1/nodes': listOf() },
      [MAPS, NODES],
      [wanted('a', 'v1', 'ConfigMap', ''), wanted('one', 'v1', 'Node', 'shop')],
    )
    expect(live.problems).toEqual([
      ':configmap/a INTERNAL the server serves ConfigMap in namespaces',
      'shop:node/one INTERNAL the server serves Node for the whole cluster',
    ])
  })

  it('says of a kind the server does not know what is known of it, without a request', async () => {
    const live = await read(
      {},
      [resource('x', 'v1', 'Scaler')],
      [wanted('a', 'x/v2', 'Scaler'), wanted('b', 'y/v1', 'Widget')],
    )
    expect(live).toEqual({
      objects: [],
      problems: [
        'shop:scaler.x/a NOT_FOUND it serves Scaler in x/v1',
        'shop:widget.y/b NOT_FOUND no group version of its discovery has the kind; its CustomResourceDefinition may be missing',
      ],
      notes: [],
      requests: 0,
    })
  })
})
