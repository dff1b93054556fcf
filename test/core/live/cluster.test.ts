import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { readFile, writeFile } from 'node:fs/promises'
import type net from 'node:net'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { connect } from '@kubectl-gitops/core/live/cluster.js'
import {
  failureOf,
  json,
  kubeconfigOf,
  startFaultServer,
  status,
  type FaultServer,
  type Handler,
} from './http-server.js'

let running: FaultServer | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(handler: Handler): Promise<FaultServer> {
  running = await startFaultServer(handler)
  return running
}

function headers(raw: readonly string[]): readonly string[] {
  return raw
    .flatMap((name, index) => (index % 2 === 0 ? [`${name.toLowerCase()}: ${raw[index + 1] ?? ''}`] : []))
    .filter((line) => !/^(?:host|connection):/.test(line))
    .sort()
}

const PODS = '/api/v1/pods'

/** Everything but Date goes on as it is. */
const TIMERS = [
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const

describe('a request', () => {
  it('carries the token, the impersonation, one header a group, and the user agent', async () => {
    const server = await start((_request, response) => {
      json(response, { ok: true })
    })
    const cluster = await server.connect({
      as: 'jo',
      asGroups: ['a', 'b'],
      userAgent: 'kubectl-gitops/1.2.3 (drift)',
    })
    expect(await cluster.get(PODS, { labelSelector: 'a in (b,c)', limit: 5, nothing: undefined })).toEqual({
      ok: true,
    })
    expect(server.requests.map(({ method, url, raw }) => [method, url, headers(raw)])).toEqual([
      [
        'GET',
        '/api/v1/pods?labelSelector=a+in+%28b%2Cc%29&limit=5',
        [
          'accept-encoding: gzip',
          'accept: application/json',
          'authorization: Bearer the-token',
          'impersonate-group: a',
          'impersonate-group: b',
          'impersonate-user: jo',
          'user-agent: kubectl-gitops/1.2.3 (drift)',
        ],
      ],
    ])
    expect([cluster.server, cluster.context, cluster.namespace]).toEqual([server.url, 'test', 'default'])
  })

  it('goes below the path of the server, as behind a management proxy', async () => {
    const server = await start((_request, response) => {
      json(response, {})
    })
    const cluster = await server.connect({}, {}, { server: `${server.url}/k8s/clusters/c-1/` })
    await cluster.get(PODS)
    expect([cluster.server, server.requests.map(({ url }) => url)]).toEqual([
      `${server.url}/k8s/clusters/c-1`,
      ['/k8s/clusters/c-1/api/v1/pods'],
    ])
  })

  it('answers JSON with nothing dropped, gzip or not', async () => {
    const body = { apiVersion: 'v1', odd: [null, 1.5, { 'a/b': '\u2603' }], metadata: { unknown: true } }
    const server = await start((request, response, count) => {
      if (count === 1) json(response, body)
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(body)))
    })
    const cluster = await server.connect()
    expect([await cluster.get(PODS), await cluster.get(PODS), await cluster.text(PODS)]).toEqual([
      body,
      body,
      JSON.stringify(body),
    ])
  })

  it('keeps connections open and never opens more than eight', async () => {
    const sockets = new Set<net.Socket>()
    let now = 0
    let most = 0
    const server = await start((request, response) => {
      sockets.add(request.socket)
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        json(response, {})
      }, 5)
    })
    const cluster = await server.connect()
    await Promise.all(Array.from({ length: 40 }, () => cluster.get(PODS)))
    expect([sockets.size, most, server.requests.length]).toEqual([8, 8, 40])
  })

  it('posts a review as JSON, and no other POST leaves', async () => {
    let received = ''
    const server = await start((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.toString()))
      request.on('end', () => {
        json(response, { status: { allowed: true } }, 201)
      })
    })
    const cluster = await server.connect()
    const review = { kind: 'SelfSubjectAccessReview' }
    expect(await cluster.review('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review)).toEqual({
      status: { allowed: true },
    })
    expect(received).toBe(JSON.stringify(review))
    expect(await failureOf(cluster.review(PODS, {}))).toMatchObject({ code: 'WRITE_REFUSED' })
    expect(await failureOf(cluster.get('/api/v1/namespaces/x/pods/y/exec'))).toMatchObject({
      code: 'WRITE_REFUSED',
    })
    expect(server.requests.length).toBe(1)
  })
})

describe('credentials', () => {
  it('takes a password, a token file with a line break, or nothing', async () => {
    const server = await start((request, response) => {
      json(response, { authorization: request.headers.authorization })
    })
    const file = path.join(server.folder, 'token')
    await writeFile(file, 'from-file\n')
    const basic = await server.connect({}, { username: 'jo', password: 'pass' })
    const token = await server.connect({}, { tokenFile: file, token: 'stale' })
    const nobody = await server.connect({}, {})
    expect([await basic.get(PODS), await token.get(PODS), await nobody.get(PODS)]).toEqual([
      { authorization: `Basic ${Buffer.from('jo:pass').toString('base64')}` },
      { authorization: 'Bearer from-file' },
      {},
    ])
  })

  it('reads a token file again after a minute, because the kubelet rotates it', async () => {
    const server = await start((request, response) => {
      json(response, { authorization: request.headers.authorization })
    })
    const tokenFile = path.join(server.folder, 'token')
    await writeFile(tokenFile, 'old')
    const cluster = await server.connect({}, { tokenFile })
    await writeFile(tokenFile, 'new')
    const before = await cluster.get(PODS)
    jest.useFakeTimers({ now: Date.now() + 61_000, doNotFake: [...TIMERS] })
    const after = await cluster.get(PODS)
    jest.useRealTimers()
    expect([before, after]).toEqual([{ authorization: 'Bearer old' }, { authorization: 'Bearer new' }])
  })

  it('asks a plugin once, again only when its token is refused, and tells it what is asked', async () => {
    const server = await start((request, response) => {
      const { authorization } = request.headers
      if (authorization === 'Bearer run-2') json(response, { authorization })
      else json(response, status(401, 'Unauthorized', 'Unauthorized'), 401)
    })
    const plugin = path.join(server.folder, 'plugin.mjs')
    await writeFile(
      plugin,
      `import fs from 'node:fs'
       const file = process.env.COUNT
       const count = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split(' ')[0]) + 1 : 1
       fs.writeFileSync(file, count + ' ' + process.env.KUBERNETES_EXEC_INFO)
       console.log(JSON.stringify({kind: 'ExecCredential', status: {token: 'run-' + count}}))`,
    )
    const count = path.join(server.folder, 'count')
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [plugin] }
    const cluster = await server.connect({ env: { COUNT: count } }, { exec })
    const answers = await Promise.all([cluster.get(PODS), cluster.get(PODS), cluster.get(PODS)])
    expect(answers).toEqual(Array(3).fill({ authorization: 'Bearer run-2' }))
    expect(await readFile(count, 'utf8')).toBe(
      '2 {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}',
    )
  })

  it.each([
    ['fails', `console.error('please log in again'); process.exit(3)`, 'please log in again'],
    ['prints no JSON', `console.log('s3cret-token')`, 'its answer is not an ExecCredential'],
    ['prints other JSON', `console.log('{"token":"s3cret-token"}')`, 'its answer is not an ExecCredential'],
  ])('says so when the plugin %s, without its output', async (_what, script, why) => {
    const server = await start((_request, response) => {
      json(response, {})
    })
    const exec = { command: process.execPath, args: ['-e', script] }
    const failure = await failureOf(server.connect({}, { exec }))
    expect(failure).toEqual({
      code: 'UNAUTHORIZED',
      message: `Unable to connect to the server: getting credentials: exec: ${process.execPath} failed`,
      why,
      tryThis: `run ${process.execPath} by hand as the kubeconfig does`,
    })
  })

  it('says so when the plugin or a file is not there', async () => {
    const server = await start((_request, response) => {
      json(response, {})
    })
    const missing = path.join(server.folder, 'missing')
    expect(await failureOf(server.connect({}, { exec: { command: missing } }))).toMatchObject({
      code: 'UNAUTHORIZED',
      why: `spawn ${missing} ENOENT`,
    })
    expect(await failureOf(server.connect({}, { 'client-certificate': missing }))).toMatchObject({
      code: 'KUBECONFIG_INVALID',
      why: `ENOENT: no such file or directory, open '${missing}'`,
    })
  })

  it('needs a kubeconfig with a cluster in it outside a cluster', async () => {
    const server = await start((_request, response) => {
      json(response, {})
    })
    expect(await failureOf(connect({ env: { HOME: server.folder } }))).toEqual({
      code: 'KUBECONFIG_INVALID',
      message: 'there is no kubeconfig with a cluster in it',
      why: `looked at: ${server.folder}/.kube/config`,
      tryThis: 'kubectl config view',
    })
  })
})

describe('choosing a context', () => {
  it('merges the files of $KUBECONFIG and takes the context asked for', async () => {
    const server = await start((_request, response) => {
      json(response, { ok: true })
    })
    const one = await server.kubeconfig()
    const two = path.join(server.folder, 'two')
    const text = JSON.stringify(kubeconfigOf({ server: server.url }, {}, 'shop')).replace('"test"', '"other"')
    await writeFile(two, text)
    const env = { KUBECONFIG: [path.join(server.folder, 'absent'), one, two].join(path.delimiter) }
    const [first, other] = [await connect({ env }), await connect({ env, context: 'other' })]
    expect([first.context, first.namespace, other.context, other.namespace]).toEqual([
      'test',
      'default',
      'other',
      'shop',
    ])
    expect(await other.get(PODS)).toEqual({ ok: true })
    first.close()
    other.close()
  })
})
