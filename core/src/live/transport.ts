import http from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { GitOpsError } from '../errors.js'
import type { Answer } from './answer.js'
import { connectionError } from './connection-error.js'

/** Where requests go, and the bounds they keep. */
export interface Wire {
  /** The server's URL; its path is a prefix of every request's path. */
  readonly server: URL
  readonly agent: http.Agent
  /** Milliseconds for connect and the whole answer; 0 for none. */
  readonly timeoutMs: number
  /** Bytes of one decompressed answer. */
  readonly maxBytes: number
  /** Aborted when the connection to the cluster is closed. */
  readonly closed: AbortSignal
}

/** One request, ready to be sent. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

interface Failure {
  readonly thrown: unknown
  /** The request went out on an idle connection and nothing came back. */
  readonly stale: boolean
}

/** More connections than this are never open; a stale one each may meet a GET. */
export const MAX_SOCKETS = 8

/**
 * Sends one request and reads the answer. A GET that met a connection the server had closed while it was
 * idle is sent again; every such attempt uses up one idle connection. Throws CLUSTER_UNREACHABLE,
 * CLUSTER_TIMEOUT, LIMIT_EXCEEDED or SERVER_ERROR (broken compression); never shows a header.
 */
export async function send(wire: Wire, request: WireRequest): Promise<Answer> {
  for (let spare = request.method === 'GET' ? MAX_SOCKETS : 0; ; spare--) {
    const result = await exchange(wire, request)
    if ('status' in result) return result
    if (!result.stale || spare === 0) throw failure(wire, request, result.thrown)
  }
}

async function exchange(wire: Wire, request: WireRequest): Promise<Answer | Failure> {
  const stop = new AbortController()
  const abort = (): void => {
    stop.abort(wire.closed.reason)
  }
  const expire = (): void => {
    stop.abort(timeout(wire))
  }
  const timer = wire.timeoutMs === 0 ? undefined : setTimeout(expire, wire.timeoutMs)
  wire.closed.addEventListener('abort', abort)
  if (wire.closed.aborted) abort()
  let outgoing: http.ClientRequest | undefined
  let answered = false
  try {
    outgoing = open(wire, request, stop.signal)
    const incoming = await response(outgoing, request.body)
    answered = true
    return await readWhole(incoming, wire.maxBytes, stop.signal)
  } catch (thrown) {
    if (stop.signal.aborted) return { thrown: stop.signal.reason, stale: false }
    return { thrown, stale: !answered && outgoing?.reusedSocket === true && isReset(thrown) }
  } finally {
    clearTimeout(timer)
    wire.closed.removeEventListener('abort', abort)
  }
}

/** Prepares a request; nothing is sent before `response` asks for the answer. */
export function open(
  wire: Wire,
  request: WireRequest,
  signal: AbortSignal,
  encoding = 'gzip',
): http.ClientRequest {
  const { server, agent } = wire
  const prefix = server.pathname.replace(/\/+$/, '')
  const { request: start } = server.protocol === 'http:' ? http : https
  return start({
    protocol: server.protocol,
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? undefined : Number(server.port),
    path: prefix + request.target,
    method: request.method,
    headers: { ...request.headers, 'accept-encoding': encoding } as http.OutgoingHttpHeaders,
    agent,
    signal,
  })
}

/** Sends a request; answers when the answer begins. */
export function response(
  outgoing: http.ClientRequest,
  body: string | undefined,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    // An error after the answer has begun reaches the answer's own stream as well.
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Reads an answer to its end. */
export async function readWhole(
  incoming: http.IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk)
    }
  }
  const { 'content-encoding': encoding, 'content-type': contentType = '' } = incoming.headers
  try {
    if (encoding === 'gzip') await pipeline(incoming, createGunzip(), collect, { signal })
    else await pipeline(incoming, collect, { signal })
  } catch (thrown) {
    // A pipeline may report the abort that a limit caused instead of the limit.
    throw size > maxBytes ? tooLarge(maxBytes) : thrown
  }
  const retryAfter = Number(incoming.headers['retry-after'] ?? Number.NaN)
  const answer = {
    status: incoming.statusCode ?? 0,
    contentType,
    text: Buffer.concat(chunks).toString('utf8'),
  }
  return Number.isInteger(retryAfter) && retryAfter >= 0 ? { ...answer, retryAfter } : answer
}

function isReset(thrown: unknown): boolean {
  const { code } = thrown as { readonly code?: unknown }
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** What is said where an answer took too long. */
export function timeout(wire: Wire): GitOpsError {
  return new GitOpsError('CLUSTER_TIMEOUT', {
    what: `the server ${wire.server.host} did not answer in full within ${wire.timeoutMs / 1000} s`,
    why: 'connecting and reading the answer together took longer than the request timeout',
    tryThis: 'try again with a longer --request-timeout',
  })
}

function tooLarge(maxBytes: number): GitOpsError {
  return new GitOpsError('LIMIT_EXCEEDED', {
    what: `the server's answer is larger than ${maxBytes} bytes`,
    why: 'answers are read whole, so their size is bounded',
  })
}

/** What went wrong on the way, as an error of ours. */
export function failure(wire: Wire, request: WireRequest, thrown: unknown): GitOpsError {
  return thrown instanceof GitOpsError ? thrown : connectionError(wire.server.host, request.method, thrown)
}
