import type { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { GitOpsError } from '../errors.js'
import { formatJson } from '../json.js'
import { readAnswer, type Answer } from './answer.js'
import { createGate } from './gate.js'
import { assertReadOnly } from './guard.js'
import type { Headers } from './impersonation.js'
import { createManagedFieldsReader } from './managed-fields-text.js'
import { continueToken, parsePage } from './page-text.js'
import { listPages, type ObjectPage, type PageAnswer, type Query } from './pages.js'
import { MAX_SOCKETS, send, type Wire, type WireRequest } from './transport.js'

/** What a request needs to be let in. */
export interface Access {
  readonly agent: Agent
  readonly headers: Headers
}

/** Credentials over time: some expire, some are files that change. */
export interface AccessSource {
  current(): Promise<Access>
  /** New credentials in place of refused ones; undefined where there are no others. */
  renew(refused: Access): Promise<Access | undefined>
  close(): void
}

/** Where a client sends to, as whom, and within which bounds. */
export interface ClientSettings {
  readonly server: URL
  readonly access: AccessSource
  readonly userAgent: string
  /** Milliseconds for one request; 0 for none. */
  readonly timeoutMs: number
  /** Bytes of one decompressed answer. */
  readonly maxBytes: number
}

/** The requests that are made of a cluster; each passes the guard. */
export interface Client {
  get(path: string, query?: Query, accept?: string): Promise<unknown>
  text(path: string, query?: Query): Promise<string>
  pages(path: string, query?: Query): AsyncIterable<ObjectPage>
  review(path: string, body: unknown): Promise<unknown>
  /** Server-side apply with force that is only rehearsed: answers the object as it would be stored. */
  dryRunApply(path: string, object: unknown, fieldManager: string): Promise<unknown>
  close(): void
}

type Parts = Omit<WireRequest, 'headers'> & { readonly accept: string; readonly contentType?: string }

const JSON_TYPE = 'application/json'
/** JSON is YAML; the type is what makes a PATCH a server-side apply. */
const APPLY_TYPE = 'application/apply-patch+yaml'
const RETRIES = 3
/** Seconds; a server that asks for more is not waited for. */
const LONGEST_WAIT = 30

/** A client that sends at most eight requests at once and waits where the server asks it to (429, 503). */
export function createClient(settings: ClientSettings): Client {
  const closed = new AbortController()
  const enter = createGate(MAX_SOCKETS)
  const ask = async (parts: Parts): Promise<Answer> => {
    assertReadOnly({ method: parts.method, target: parts.target })
    const access = await settings.access.current()
    const answer = await enter(() => sendPatiently(...prepare(settings, closed.signal, access, parts)))
    const renewed = answer.status === 401 ? await settings.access.renew(access) : undefined
    if (renewed === undefined) return answer
    return enter(() => sendPatiently(...prepare(settings, closed.signal, renewed, parts)))
  }
  const get = async (path: string, query?: Query, accept = JSON_TYPE): Promise<unknown> =>
    readAnswer(await ask({ method: 'GET', target: targetOf(path, query), accept }), label('GET', path))
  const readManagedFields = createManagedFieldsReader()
  const page = async (path: string, query: Query): Promise<PageAnswer> => {
    const answer = await ask({ method: 'GET', target: targetOf(path, query), accept: JSON_TYPE })
    const read = (): unknown =>
      readAnswer(answer, label('GET', path), (text) => parsePage(text, readManagedFields))
    if (answer.status !== 200) read()
    const next = continueToken(answer.text)
    return next === undefined ? { read } : { next, read }
  }
  return {
    get,
    text: async (path, query) => {
      const answer = await ask({ method: 'GET', target: targetOf(path, query), accept: JSON_TYPE })
      readAnswer(answer, label('GET', path))
      return answer.text
    },
    pages: (path, query = {}) => listPages((at) => page(path, at), query),
    review: async (path, body) => {
      const parts = { method: 'POST', target: targetOf(path), accept: JSON_TYPE, body: JSON.stringify(body) }
      return readAnswer(await ask(parts), label('POST', path))
    },
    dryRunApply: async (path, object, fieldManager) => {
      const query = { dryRun: 'All', force: true, fieldManager, fieldValidation: 'Ignore' }
      const body = formatJson(object)
      const kind = { accept: JSON_TYPE, contentType: APPLY_TYPE }
      const answer = await ask({ method: 'PATCH', target: targetOf(path, query), body, ...kind })
      return readAnswer(answer, label('PATCH (dry run)', path))
    },
    close: () => {
      closed.abort(
        new GitOpsError('CLUSTER_UNREACHABLE', { what: 'the connection to the cluster was closed' }),
      )
      settings.access.close()
    },
  }
}

function prepare(
  { server, timeoutMs, maxBytes, userAgent }: ClientSettings,
  closed: AbortSignal,
  { agent, headers }: Access,
  { accept, contentType = JSON_TYPE, ...request }: Parts,
): [Wire, WireRequest] {
  const type: Headers = request.body === undefined ? {} : { 'content-type': contentType }
  return [
    { server, agent, timeoutMs, maxBytes, closed },
    { ...request, headers: { ...headers, ...type, accept, 'user-agent': userAgent } },
  ]
}

/** Source: client-go rest/with_retry.go: only where Retry-After is given in seconds. */
async function sendPatiently(wire: Wire, request: WireRequest): Promise<Answer> {
  for (let retries = 0; ; retries++) {
    const answer = await send(wire, request)
    const busy = answer.status === 429 || answer.status === 503
    const { retryAfter = Number.POSITIVE_INFINITY } = answer
    if (!busy || retries === RETRIES || retryAfter > LONGEST_WAIT) return answer
    await sleep(retryAfter * 1000, undefined, { signal: wire.closed }).catch(() => {
      throw wire.closed.reason
    })
  }
}

function targetOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return path
  const text = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return path.includes('?') ? `${path}&${text}` : `${path}?${text}`
}

/** Names a request in errors; queries may hold tokens of pages and are left out. */
function label(method: string, path: string): string {
  return `${method} ${path.split('?', 1)[0] ?? ''}`
}
