import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import type { Fields } from './kubeconfig.js'

/** Request headers; a list is sent as that many headers of the same name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** Whom the flags ask to act as; each replaces what the kubeconfig says, unless it is empty. */
export interface ActingAs {
  readonly as?: string | undefined
  readonly asGroups?: readonly string[] | undefined
}

const HEADER_VALUE = /^[\x20-\x7e\x80-\xff]+$/

/**
 * The impersonation headers of a user entry and the flags over it. Throws USAGE where groups, a uid or
 * extras are asked for without a user, or where a value cannot be a header.
 * Source: client-go transport/round_trippers.go, impersonatingRoundTripper; kubectl `--as`, `--as-group`.
 */
export function impersonationHeaders(user: Fields, flags: ActingAs): Headers {
  const name = nonEmpty(flags.as) ?? text(user.as)
  const extras = isRecord(user['as-user-extra']) ? Object.entries(user['as-user-extra']) : []
  const headers: [string, string | readonly string[]][] = [
    ['impersonate-user', name],
    ['impersonate-group', nonEmpty(flags.asGroups) ?? texts(user['as-groups'])],
    ['impersonate-uid', text(user['as-uid'])],
    ...extras.map(([key, values]): [string, readonly string[]] => [extraHeader(key), texts(values)]),
  ]
  const given = headers.filter(([, value]) => value.length > 0)
  if (given.length > 0 && name === '') throw usage('a group, uid or extra is asked for without a user')
  const isSendable = given.flatMap(([, value]) => value).every((value) => HEADER_VALUE.test(value))
  if (!isSendable) throw usage('the name of a user or group holds a character that a header cannot')
  return Object.fromEntries(given)
}

/** Keys may hold any character; those a header name cannot are percent-encoded. */
function extraHeader(key: string): string {
  return `impersonate-extra-${encodeURIComponent(key.toLowerCase()).replaceAll(/['()]/g, escape)}`
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function nonEmpty<Value extends string | readonly string[]>(value: Value | undefined): Value | undefined {
  return value === undefined || value.length === 0 ? undefined : value
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function usage(why: string): GitOpsError {
  return new GitOpsError('USAGE', { what: 'cannot impersonate', why, tryThis: '--as USER --as-group GROUP' })
}
