import { parseUrl } from './location.js'

const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)([^/\s'"]*)@/gi
const QUERY_VALUE = /([?&][^=&\s'"]*=)[^&\s'"]+/g

/**
 * A URL fit for messages, caches and reports. Over ssh the user is a login name and stays; over http it may
 * itself be a token, so it goes with the password. Values of a query go too.
 */
export function redactUrl(url: string): string {
  return url
    .replace(USER_INFO, (_, scheme: string, userInfo: string) => `${scheme}${publicPart(scheme, userInfo)}`)
    .replace(QUERY_VALUE, '$1***')
}

function publicPart(scheme: string, userInfo: string): string {
  const user = userInfo.split(':', 1)[0] ?? ''
  return /ssh/i.test(scheme) && user !== '' ? `${user}@` : ''
}

const ESCAPE_SEQUENCE = /\p{Cc}\[[0-9;?]*[A-Za-z]/gu
const CONTROL_BUT_NEWLINE = /(?!\n)\p{Cc}/gu
const LONGEST = 4_000

/** git's own words (a server may have written them) without credentials, escape sequences or floods. */
export function redactWords(words: string, url?: string): string {
  const secrets = url === undefined ? [] : secretsOf(url)
  const clean = words.replace(ESCAPE_SEQUENCE, '').replace(CONTROL_BUT_NEWLINE, '')
  const redacted = redactUrl(secrets.reduce((text, secret) => text.replaceAll(secret, '***'), clean)).trim()
  return redacted.length > LONGEST ? `${redacted.slice(0, LONGEST)}...` : redacted
}

function secretsOf(url: string): readonly string[] {
  const location = parseUrl(url)
  const user = location?.protocol === 'ssh' ? undefined : location?.user
  return [location?.password, user]
    .filter((secret): secret is string => secret !== undefined && secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
}
