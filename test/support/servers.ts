import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { binary } from './binaries.js'
import { startProcess, withFreePorts } from './processes.js'
import type { ServerProcess } from './processes.js'

const READY_MS = 60_000
const PROBE_MS = 2_000

export interface Endpoint {
  readonly url: string
  readonly process: ServerProcess
}

export interface ApiServer extends Endpoint {
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string
}

export interface ApiServerSpec {
  /** Holds `tokens.csv`; certificates and keys are written here. */
  readonly folder: string
  readonly etcdUrl: string
  readonly adminToken: string
  readonly flags: readonly string[]
}

/** etcd without fsync: its data never outlive the test. */
export function startEtcd(folder: string): Promise<Endpoint> {
  return withFreePorts(2, async ([client, peer]) => {
    const url = `http://127.0.0.1:${String(client)}`
    const peerUrl = `http://127.0.0.1:${String(peer)}`
    const server = startProcess({
      name: 'etcd',
      file: binary('etcd'),
      args: [
        ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
        ...['--listen-client-urls', url, '--advertise-client-urls', url],
        ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
        ...['--initial-cluster', `default=${peerUrl}`],
      ],
      env: { HOME: folder, TMPDIR: folder },
    })
    await orStop(server, () => server.waitUntil(() => answersOk(`${url}/health`), READY_MS))
    return { url, process: server }
  })
}

/** kube-apiserver with its own certificates, tokens from a file and RBAC. */
export async function startApiServer(spec: ApiServerSpec): Promise<ApiServer> {
  await writeServiceAccountKeys(spec.folder)
  return withFreePorts(1, async ([port]) => {
    const url = `https://127.0.0.1:${String(port)}`
    const server = startProcess({
      name: 'kube-apiserver',
      file: binary('kube-apiserver'),
      args: apiServerFlags(spec, String(port)),
      env: { HOME: spec.folder, TMPDIR: spec.folder },
    })
    const certificate = join(spec.folder, 'certs', 'apiserver.crt')
    const isReady = async (): Promise<boolean> => {
      const authority = await readFile(certificate, 'utf8')
      return answersOk(`${url}/readyz`, { authority, token: spec.adminToken })
    }
    await orStop(server, () => server.waitUntil(isReady, READY_MS))
    return { url, process: server, authority: await readFile(certificate, 'utf8') }
  })
}

function apiServerFlags(spec: ApiServerSpec, port: string): readonly string[] {
  const inFolder = (name: string): string => join(spec.folder, name)
  return [
    ...['--etcd-servers', spec.etcdUrl, '--secure-port', port, '--cert-dir', inFolder('certs')],
    // Without an advertised address the server looks for a default route, which a test machine may lack.
    ...['--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
    ...['--service-account-key-file', inFolder('service-account.pub')],
    ...['--service-account-signing-key-file', inFolder('service-account.key')],
    ...['--service-account-issuer', 'https://kubernetes.default.svc'],
    ...['--token-auth-file', inFolder('tokens.csv'), '--authorization-mode', 'RBAC'],
    ...['--service-cluster-ip-range', '10.0.0.0/24', '--disable-admission-plugins', 'ServiceAccount'],
    ...['--allow-privileged', '--endpoint-reconciler-type=none'],
    ...spec.flags,
  ]
}

async function writeServiceAccountKeys(folder: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  await writeFile(join(folder, 'service-account.pub'), publicKey)
  await writeFile(join(folder, 'service-account.key'), privateKey, { mode: 0o600 })
}

/** kube-controller-manager, each of its controllers under its own service account, as in a real cluster. */
export function startControllerManager(folder: string, kubeconfig: string): Promise<Endpoint> {
  return withFreePorts(1, async ([port]) => {
    const url = `https://127.0.0.1:${String(port)}`
    const server = startProcess({
      name: 'kube-controller-manager',
      file: binary('kube-controller-manager'),
      args: [
        ...['--kubeconfig', kubeconfig, '--leader-elect=false', '--use-service-account-credentials'],
        ...['--bind-address', '127.0.0.1', '--secure-port', String(port)],
        ...['--cert-dir', join(folder, 'controller-manager')],
      ],
      env: { HOME: folder, TMPDIR: folder },
    })
    const certificate = join(folder, 'controller-manager', 'kube-controller-manager.crt')
    const isReady = async (): Promise<boolean> =>
      answersOk(`${url}/healthz`, { authority: await readFile(certificate, 'utf8') })
    await orStop(server, () => server.waitUntil(isReady, READY_MS))
    return { url, process: server }
  })
}

/** Stops a server whose start failed, so that nothing of a failed attempt stays. */
export async function orStop(server: ServerProcess, start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    await server.stop()
    throw error
  }
}

export interface Trust {
  readonly authority: string
  readonly token?: string
}

/** True when a GET answers 200; rejects when nobody listens. */
export function answersOk(url: string, trust?: Trust): Promise<boolean> {
  const headers = trust?.token === undefined ? {} : { authorization: `Bearer ${trust.token}` }
  const common = { agent: false, timeout: PROBE_MS, headers } as const
  return new Promise((resolve, reject) => {
    const sent =
      trust === undefined
        ? httpRequest(url, common)
        : httpsRequest(url, { ...common, agent: false, ca: trust.authority })
    sent.once('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    sent.once('timeout', () => sent.destroy(new Error(`${url}: no answer in ${PROBE_MS} ms`)))
    sent.once('error', reject)
    sent.end()
  })
}
