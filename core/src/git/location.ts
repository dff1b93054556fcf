import { posix } from 'node:path'

/** Where a repository is, read from a URL, git's `user@host:path` form or a local path. */
export interface Location {
  readonly protocol: 'https' | 'http' | 'ssh' | 'git' | 'file'
  readonly user?: string
  readonly password?: string
  /** In lower case; empty for a local path. */
  readonly host: string
  readonly port?: number
  readonly path: string
}

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?(\[[^\]/]*\]|[^/:?#]*)(?::(\d*))?(\/.*)?$/i
const SCP_FORM = /^(?:([^@/:]+)@)?(\[[^\]/]*\]|[^/:]+):(?!:|\/\/)(.*)$/
const CONTROL = /\p{Cc}/u

const PROTOCOLS: ReadonlyMap<string, Location['protocol']> = new Map([
  ['https', 'https'],
  ['http', 'http'],
  ['ssh', 'ssh'],
  ['git+ssh', 'ssh'],
  ['ssh+git', 'ssh'],
  ['git', 'git'],
  ['file', 'file'],
])

const DEFAULT_PORT = { https: 443, http: 80, ssh: 22, git: 9418, file: undefined } as const

/** The forges' second names, where their ssh answers on port 443. */
const SSH_OVER_443: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
  ['altssh.bitbucket.org', 'bitbucket.org'],
])

/**
 * Reads the forms of git-clone(1), "GIT URLS"; undefined for anything else: transport helpers (`ext::`),
 * unknown schemes, a host that begins with a dash, control characters.
 */
export function parseUrl(url: string): Location | undefined {
  if (url === '' || CONTROL.test(url)) return undefined
  const location = url.includes('://') ? parseUrlForm(url) : (parseScpForm(url) ?? parsePath(url))
  return location === undefined || location.host.startsWith('-') ? undefined : location
}

function parseUrlForm(url: string): Location | undefined {
  const [, scheme = '', userInfo, host = '', port, path = ''] = URL_FORM.exec(url) ?? []
  const protocol = PROTOCOLS.get(scheme.toLowerCase())
  if (protocol === undefined || (host === '') !== (protocol === 'file')) return undefined
  return {
    protocol,
    ...parseUserInfo(userInfo),
    host: cleanHost(host),
    ...(port === undefined || port === '' ? {} : { port: Number(port) }),
    path,
  }
}

function parseUserInfo(userInfo: string | undefined): { user?: string; password?: string } {
  if (userInfo === undefined) return {}
  const colon = userInfo.indexOf(':')
  if (colon < 0) return { user: decode(userInfo) }
  return { user: decode(userInfo.slice(0, colon)), password: decode(userInfo.slice(colon + 1)) }
}

function parseScpForm(url: string): Location | undefined {
  const [, user, host, path = ''] = SCP_FORM.exec(url) ?? []
  if (host === undefined) return undefined
  return { protocol: 'ssh', ...(user === undefined ? {} : { user }), host: cleanHost(host), path }
}

function parsePath(url: string): Location | undefined {
  const slash = url.indexOf('/')
  const colon = url.indexOf(':')
  if (colon >= 0 && (slash < 0 || colon < slash)) return undefined
  return url.startsWith('-') ? undefined : { protocol: 'file', host: '', path: url }
}

function cleanHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * A form in which two URLs of one repository are equal: `github.com/org/repo`, `git.example:2222/org/repo`,
 * `file:///srv/repo`. Scheme, user, password, default port, `.git` and trailing slashes are left out; the
 * case of the path counts, that of the host does not. Undefined where the URL is none of git's.
 */
export function normalizeUrl(url: string): string | undefined {
  const location = parseUrl(url)
  if (location === undefined) return undefined
  const path = cleanPath(location)
  if (location.protocol === 'file') return `file://${path}`
  return `${cleanAddress(location)}/${path}`
}

function cleanAddress({ protocol, host, port }: Location): string {
  const alias = SSH_OVER_443.get(host)
  if (alias !== undefined) return alias
  if (host === 'ssh.dev.azure.com') return 'dev.azure.com'
  return port === undefined || port === DEFAULT_PORT[protocol] ? host : `${host}:${port}`
}

function cleanPath({ protocol, host, path }: Location): string {
  if (protocol === 'file') return trimEnd(posix.normalize(path))
  const trimmed = trimEnd(decode(path).replace(/\/{2,}/g, '/')).replace(/^\//, '')
  // Azure DevOps names one repository differently over ssh and https.
  if (host === 'ssh.dev.azure.com') return trimmed.replace(/^v3\/([^/]+)\/([^/]+)\//, '$1/$2/_git/')
  return trimmed
}

function trimEnd(path: string): string {
  return path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
}

/**
 * True if both URLs name one repository. Ports are compared only between URLs of one transport, since ssh
 * and https of one server never share theirs.
 */
export function sameRepository(a: string, b: string): boolean {
  const left = normalizeUrl(a)
  const right = normalizeUrl(b)
  if (left === undefined || right === undefined) return false
  return left === right || (isSsh(a) !== isSsh(b) && withoutPort(left) === withoutPort(right))
}

function isSsh(url: string): boolean {
  return parseUrl(url)?.protocol === 'ssh'
}

function withoutPort(normalized: string): string {
  return normalized.replace(/^([^/]*?):\d+\//, '$1/')
}
