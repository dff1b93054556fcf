import { GitOpsError } from '../errors.js'
import { parseJson } from '../json.js'
import { isRecord } from '../object.js'

/** One answer of a server, read to its end and decompressed. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  /** Whole seconds the server asks to wait, where it says so in seconds. */
  readonly retryAfter?: number
  readonly text: string
}

/** The harmless part of a Kubernetes Status; it travels as the `cause` of the error it explains. */
export interface ServerStatus {
  readonly code: number
  readonly reason: string
  /** The object the server speaks about; empty where it speaks about the path as a whole. */
  readonly name: string
  /** The fields that the server refuses, where it names some; its words hold values and are not for output. */
  readonly causes?: readonly FieldCause[]
}

export interface FieldCause {
  /** As the server writes it: `spec.template.spec.containers[0].image`. */
  readonly field: string
  readonly words: string
}

const WORDS_LIMIT = 2_000

/**
 * The parsed JSON of a good answer, nothing dropped. Throws UNAUTHORIZED, FORBIDDEN, NOT_FOUND or
 * SERVER_ERROR in kubectl's sentences with the server's words as `why`; `request` is the method and path.
 * Source: kubectl pkg/cmd/util/helpers.go, StandardErrorMessage.
 */
export function readAnswer(
  answer: Answer,
  request: string,
  read: (text: string) => unknown = parseJson,
): unknown {
  const body = parse(answer.text, read)
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, body, request)
  if (body !== undefined) return body
  throw notKubernetes(answer, request)
}

/** The status a server explained an error with; undefined for errors that no server explained. */
export function statusOf(thrown: unknown): ServerStatus | undefined {
  const cause = thrown instanceof GitOpsError ? thrown.cause : undefined
  if (!isRecord(cause)) return undefined
  const { code, reason, name } = cause
  if (typeof code !== 'number' || typeof reason !== 'string' || typeof name !== 'string') return undefined
  const causes = readCauses(cause.causes, 'words')
  return { code, reason, name, ...(causes.length === 0 ? {} : { causes }) }
}

function readCauses(causes: unknown, words: 'message' | 'words'): readonly FieldCause[] {
  const all: readonly unknown[] = Array.isArray(causes) ? causes : []
  return all.flatMap((cause) => {
    const field = isRecord(cause) ? cause.field : undefined
    const said = isRecord(cause) ? cause[words] : undefined
    return typeof field === 'string' && typeof said === 'string' ? [{ field, words: said }] : []
  })
}

/** What may be shown of foreign text: one line of printable characters, cut at `limit`. */
export function printable(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
  return line.slice(0, limit)
}

function parse(text: string, read: (text: string) => unknown): unknown {
  try {
    return read(text)
  } catch {
    return undefined
  }
}

function refusal(answer: Answer, body: unknown, request: string): GitOpsError {
  if (!isRecord(body) || body.kind !== 'Status') return unexplained(answer, request)
  const status = readStatus(answer, body)
  const why = printable(typeof body.message === 'string' ? body.message : '', WORDS_LIMIT)
  if (answer.status === 401) return unauthorized(why)
  const code = answer.status === 403 ? 'FORBIDDEN' : answer.status === 404 ? 'NOT_FOUND' : 'SERVER_ERROR'
  return new GitOpsError(code, {
    what: `Error from server (${status.reason}): ${request}`,
    why: why === '' ? `HTTP ${answer.status}` : why,
    cause: status,
  })
}

function readStatus(answer: Answer, body: Readonly<Record<string, unknown>>): ServerStatus {
  const details = isRecord(body.details) ? body.details : {}
  const reason = typeof body.reason === 'string' ? printable(body.reason, 80) : ''
  const causes = readCauses(details.causes, 'message')
  return {
    code: answer.status,
    reason: reason === '' ? `HTTP ${answer.status}` : reason,
    name: typeof details.name === 'string' ? details.name : '',
    ...(causes.length === 0 ? {} : { causes }),
  }
}

function unauthorized(why: string): GitOpsError {
  return new GitOpsError('UNAUTHORIZED', {
    what: `You must be logged in to the server (${why === '' ? 'Unauthorized' : why})`,
    why: 'the server did not accept the credentials of this context',
    tryThis: 'kubectl auth whoami',
  })
}

function unexplained(answer: Answer, request: string): GitOpsError {
  if (answer.status === 401) return unauthorized('')
  // The API server's own answer for a path that nothing serves is this text, not a Status.
  if (answer.status === 404 && answer.text.trim() === '404 page not found') {
    return new GitOpsError('NOT_FOUND', {
      what: `the server could not find the requested resource: ${request}`,
      why: '404 page not found',
    })
  }
  return notKubernetes(answer, request)
}

function notKubernetes(answer: Answer, request: string): GitOpsError {
  const type = printable(answer.contentType.split(';', 1)[0] ?? '', 80)
  return new GitOpsError('SERVER_ERROR', {
    what: `the server answered ${request} with ${type === '' ? 'something' : type} that is not Kubernetes JSON (HTTP ${answer.status})`,
    why: firstWords(answer.text),
    tryThis: 'check that the server of this context is a Kubernetes API server, not a proxy or a login page',
  })
}

// Broken JSON may be half a Secret: only text that never was JSON is shown.
function firstWords(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'the answer is empty'
  return /^[{["]/.test(start) ? 'the JSON is broken or breaks off' : printable(start, 80)
}
