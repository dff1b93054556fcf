import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { formatJson, parseJson } from '@kubectl-gitops/core/json.js'
import { parseAuditLog } from './audit-policy.js'
import type { AuditEvent } from './audit-policy.js'
import { eventually } from './eventually.js'

/** Everything needed to reach a running control plane from another process: plain JSON. */
export interface ClusterAccess {
  readonly url: string
  /** Holds the kubeconfigs and kubectl's cache. */
  readonly folder: string
  /** PEM of the server's certificate authority. */
  readonly authority: string
  readonly tokens: Readonly<Record<string, string>>
  readonly kubectl: string
  /** Where the server keeps its objects: for what an older one left there and this one would not take. */
  readonly etcd: string
  /** Path of the audit log, where one is written. */
  readonly auditLog?: string
}

export interface Answer {
  readonly status: number
  /** Parsed where the server said JSON, else text. */
  readonly body: unknown
}

export interface RequestOptions {
  /** `admin` unless told. */
  readonly user?: string
  /** `application/json`, and `application/merge-patch+json` for PATCH, unless told. */
  readonly contentType?: string
  readonly timeoutMs?: number
}

export interface KubectlResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** A real API server that tests talk to. */
export interface Cluster {
  readonly url: string
  /** The path of `admin`'s kubeconfig. */
  readonly kubeconfig: string
  readonly access: ClusterAccess
  kubeconfigFor(user: string): Promise<string>
  /** One raw request. An object is sent as JSON, a string as it stands. */
  request(method: string, path: string, body?: object | string, options?: RequestOptions): Promise<Answer>
  /** The real kubectl, with an empty home folder and none of the caller's environment. */
  kubectl(args: readonly string[], options?: { user?: string; stdin?: string }): Promise<KubectlResult>
  /** A namespace nobody else uses; answers its name. */
  createNamespace(prefix?: string): Promise<string>
  /** The audit log so far. Throws where the control plane was started without one. */
  auditEvents(): Promise<readonly AuditEvent[]>
  /** The first audit event that matches; the log is written a moment after the answer. */
  auditEvent(matches: (event: AuditEvent) => boolean, timeoutMs?: number): Promise<AuditEvent>
  /** Drops the connections this object holds; the control plane goes on. */
  disconnect(): void
}

/** Where a user's kubeconfig is kept. */
export function kubeconfigPath(folder: string, user: string): string {
  return join(folder, `kubeconfig-${user.replaceAll(':', '-')}`)
}

/** A kubeconfig for one user, as an object. */
function kubeconfigOf(access: ClusterAccess, user: string): object {
  const authority = Buffer.from(access.authority).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: access.url, 'certificate-authority-data': authority } }],
    users: [{ name: user, user: { token: tokenOf(access, user) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  }
}

/** Writes a user's kubeconfig where `kubeconfigPath` says; answers that path. */
export async function writeKubeconfig(access: ClusterAccess, user: string): Promise<string> {
  const path = kubeconfigPath(access.folder, user)
  await writeFile(path, JSON.stringify(kubeconfigOf(access, user)), { mode: 0o600 })
  return path
}

function tokenOf(access: ClusterAccess, user: string): string {
  const token = access.tokens[user]
  if (token !== undefined) return token
  throw new Error(`this control plane knows no user ${user}, only ${Object.keys(access.tokens).join(', ')}`)
}

/** Reaches a running control plane. */
export function connect(access: ClusterAccess): Cluster {
  const agent = new Agent({ keepAlive: true, ca: access.authority })
  const request: Cluster['request'] = async (method, path, body, options = {}) =>
    send({ agent, access, method, path, ...(body === undefined ? {} : { body }), options })
  const auditEvents = async (): Promise<readonly AuditEvent[]> => {
    if (access.auditLog === undefined) throw new Error('start the control plane with auditLog: true')
    return parseAuditLog(await readFile(access.auditLog, 'utf8'))
  }
  return {
    url: access.url,
    kubeconfig: kubeconfigPath(access.folder, 'admin'),
    access,
    kubeconfigFor: (user) => writeKubeconfig(access, user),
    request,
    kubectl: async (args, options = {}) => kubectl(access, args, options),
    createNamespace: (prefix = 'test') => createNamespace(request, prefix),
    auditEvents,
    auditEvent: (matches, timeoutMs = 5_000) => firstEvent(auditEvents, matches, timeoutMs),
    disconnect: () => {
      agent.destroy()
    },
  }
}

interface Sent {
  readonly agent: Agent
  readonly access: ClusterAccess
  readonly method: string
  readonly path: string
  readonly body?: object | string
  readonly options: RequestOptions
}

function send({ agent, access, method, path, body, options }: Sent): Promise<Answer> {
  const contentType =
    options.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
  const headers = {
    authorization: `Bearer ${tokenOf(access, options.user ?? 'admin')}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': contentType }),
  }
  const timeout = options.timeoutMs ?? 30_000
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(new URL(path, access.url), { method, agent, headers, timeout }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json') === true
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: answer.statusCode ?? 0, body: isJson ? parseJson(text) : text })
      })
    })
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)))
    sent.once('error', reject)
    sent.end(typeof body === 'object' ? formatJson(body) : body)
  })
}

function kubectl(
  access: ClusterAccess,
  args: readonly string[],
  options: { readonly user?: string; readonly stdin?: string },
): Promise<KubectlResult> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: access.folder,
    KUBECONFIG: kubeconfigPath(access.folder, options.user ?? 'admin'),
  }
  return new Promise((resolve, reject) => {
    const child = spawn(access.kubectl, [...args], { env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
    // kubectl may end without reading its input; the exit code says why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ stdout, stderr, code: code ?? -1 })
    })
  })
}

async function createNamespace(request: Cluster['request'], prefix: string): Promise<string> {
  const { status, body } = await request('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: `${prefix}-` },
  })
  if (status !== 201) throw new Error(`no namespace could be made: ${JSON.stringify(body)}`)
  return (body as { metadata: { name: string } }).metadata.name
}

function firstEvent(
  events: () => Promise<readonly AuditEvent[]>,
  matches: (event: AuditEvent) => boolean,
  timeoutMs: number,
): Promise<AuditEvent> {
  return eventually(async () => (await events()).find(matches), {
    timeoutMs,
    complaint: async () => `none of ${(await events()).length} audit events matches after ${timeoutMs} ms`,
  })
}
