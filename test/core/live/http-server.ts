import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect, type Cluster, type ClusterOptions } from '@kubectl-gitops/core/live/cluster.js'

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** An HTTP server that misbehaves as a test asks, and a folder with a kubeconfig for it. */
export interface FaultServer {
  readonly url: string
  readonly host: string
  readonly folder: string
  readonly server: Server
  /** Every request so far: method, path with query, headers as they came. */
  readonly requests: readonly {
    readonly method: string
    readonly url: string
    readonly raw: readonly string[]
  }[]
  kubeconfig(user?: object, cluster?: object): Promise<string>
  connect(options?: Partial<ClusterOptions>, user?: object, cluster?: object): Promise<Cluster>
  stop(): Promise<void>
}

/** `count` counts the requests from one on. */
export async function startFaultServer(handler: Handler): Promise<FaultServer> {
  const requests: { method: string; url: string; raw: string[] }[] = []
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', raw: request.rawHeaders })
    handler(request, response, requests.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = await mkdtemp(path.join(tmpdir(), 'live-'))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const clusters: Cluster[] = []
  const kubeconfig = async (user: object = { token: 'the-token' }, cluster: object = {}): Promise<string> => {
    const file = path.join(folder, 'config')
    await writeFile(file, JSON.stringify(kubeconfigOf({ server: `http://${host}`, ...cluster }, user)))
    return file
  }
  return {
    url: `http://${host}`,
    host,
    folder,
    server,
    requests,
    kubeconfig,
    connect: async (options = {}, user, cluster) => {
      const connected = await connect({ kubeconfig: await kubeconfig(user, cluster), env: {}, ...options })
      clusters.push(connected)
      return connected
    },
    stop: async () => {
      for (const cluster of clusters) cluster.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function kubeconfigOf(cluster: object, user: object, namespace?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [
      {
        name: 'test',
        context: { cluster: 'c', user: 'u', ...(namespace === undefined ? {} : { namespace }) },
      },
    ],
    'current-context': 'test',
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function status(code: number, reason: string, message: string, details: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code }
}

/** The error a promise ends with; fails where there is none. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const nothing = Symbol('no error')
  const thrown = await promise.then(
    () => nothing,
    (error: unknown) => error,
  )
  if (thrown === nothing) throw new Error('expected an error')
  const { code, message, why, tryThis } = thrown as Record<string, unknown>
  return { code, message, why, tryThis }
}
