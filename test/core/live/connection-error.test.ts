import { afterEach, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import net from 'node:net'
import { failureOf, json, startFaultServer, type FaultServer, type Handler } from './http-server.js'

let running: FaultServer | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(handler: Handler): Promise<FaultServer> {
  running = await startFaultServer(handler)
  return running
}

const PODS = '/api/v1/pods'

describe('connections that fail', () => {
  it('meets idle connections the server has closed with a new one, without losing the GET', async () => {
    const server = await start((_request, response) => {
      json(response, { ok: true })
    })
    const cluster = await server.connect()
    const sockets: net.Socket[] = []
    server.server.on('connection', (socket: net.Socket) => sockets.push(socket))
    await Promise.all(Array.from({ length: 8 }, () => cluster.get(PODS)))
    // The next request on each of them is answered with a reset, as by a load balancer that forgot it.
    for (const socket of sockets) socket.removeAllListeners('data').on('data', () => socket.resetAndDestroy())
    expect(await cluster.get(PODS)).toEqual({ ok: true })
  })

  it('does not repeat a request on a fresh connection', async () => {
    const server = await start((request) => {
      request.socket.resetAndDestroy()
    })
    const cluster = await server.connect()
    expect(await failureOf(cluster.get(PODS))).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    expect(server.requests.length).toBe(1)
  })

  it('reports an answer that breaks off', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"kind":', () => response.socket?.resetAndDestroy())
    })
    const cluster = await server.connect()
    expect(await failureOf(cluster.get(PODS))).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: `Unable to connect to the server ${server.host}`,
    })
  })

  it('reports gzip data that is broken', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip')
    })
    expect(await failureOf((await server.connect()).get(PODS))).toMatchObject({
      code: 'SERVER_ERROR',
      why: 'incorrect header check',
    })
  })

  it('gives up when connect and answer together take too long', async () => {
    const server = await start((request, response) => {
      if (request.url === '/api/v1/silent') return
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => {
        clearInterval(drip)
      })
    })
    const cluster = await server.connect({ requestTimeoutMs: 150 })
    const expected = {
      code: 'CLUSTER_TIMEOUT',
      message: `the server ${server.host} did not answer in full within 0.15 s`,
      why: 'connecting and reading the answer together took longer than the request timeout',
      tryThis: 'try again with a longer --request-timeout',
    }
    expect(await failureOf(cluster.get('/api/v1/silent'))).toEqual(expected)
    expect(await failureOf(cluster.get('/api/v1/dripping'))).toEqual(expected)
  })

  it('waits as long as it takes with a timeout of 0', async () => {
    const server = await start((_request, response) => {
      setTimeout(() => {
        json(response, { ok: true })
      }, 100)
    })
    expect(await (await server.connect({ requestTimeoutMs: 0 })).get(PODS)).toEqual({ ok: true })
  })

  it('ends what is under way when it is closed', async () => {
    const server = await start(() => undefined)
    const cluster = await server.connect()
    const pending = failureOf(cluster.get(PODS))
    await new Promise((resolve) => server.server.once('request', resolve))
    cluster.close()
    expect(await pending).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: 'the connection to the cluster was closed',
    })
    expect(await failureOf(cluster.get(PODS))).toMatchObject({
      message: 'the connection to the cluster was closed',
    })
  })

  it('says in kubectl words that nobody listens', async () => {
    const server = await start(() => undefined)
    const free = net.createServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as net.AddressInfo
    await new Promise((resolve) => free.close(resolve))
    const cluster = await server.connect({}, undefined, { server: `http://127.0.0.1:${port}` })
    expect(await failureOf(cluster.get(PODS))).toEqual({
      code: 'CLUSTER_UNREACHABLE',
      message: `The connection to the server 127.0.0.1:${port} was refused - did you specify the right host or port?`,
      why: `connect ECONNREFUSED 127.0.0.1:${port}`,
      tryThis: 'kubectl config view --minify',
    })
  })

  it('names a server that does not speak TLS, and one that does not speak HTTP', async () => {
    const server = await start(() => undefined)
    const secure = await server.connect({}, undefined, { server: `https://${server.host}` })
    expect(await failureOf(secure.get(PODS))).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      message: `Unable to connect to the server ${server.host}`,
      tryThis:
        'check certificate-authority-data, tls-server-name and the scheme of the server in the kubeconfig',
    })
    const ssh = net.createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9\r\n'))
    await new Promise<void>((resolve) => ssh.listen(0, '127.0.0.1', resolve))
    const { port } = ssh.address() as net.AddressInfo
    const cluster = await server.connect({}, undefined, { server: `http://127.0.0.1:${port}` })
    expect(await failureOf(cluster.get(PODS))).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      why: expect.stringContaining('Parse Error'),
    })
    await new Promise((resolve) => ssh.close(resolve))
  })

  it('tunnels through the proxy of the kubeconfig', async () => {
    const server = await start((_request, response) => {
      json(response, { ok: true })
    })
    const tunnels: string[] = []
    const proxy = http.createServer()
    proxy.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
      tunnels.push(request.url ?? '')
      const target = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as net.AddressInfo
    const cluster = await server.connect({}, undefined, { 'proxy-url': `http://127.0.0.1:${port}` })
    expect([await cluster.get(PODS), await cluster.get(PODS)]).toEqual([{ ok: true }, { ok: true }])
    expect(tunnels).toEqual([server.host])
    cluster.close()
    proxy.closeAllConnections()
    await new Promise((resolve) => proxy.close(resolve))
  })
})
