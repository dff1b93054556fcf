import { BlockList, isIP } from 'node:net'

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY (or their lower-case names) choose for a server, as
 * kubectl would; undefined for none. Loopback servers never go through one.
 * Source: golang.org/x/net/http/httpproxy.
 */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = either(env, name)
  if (proxy === '' || bypasses(server, either(env, 'NO_PROXY'))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function either(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const upper = env[name] ?? ''
  return upper === '' ? (env[name.toLowerCase()] ?? '') : upper
}

function bypasses(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  return noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry !== '' && matches(entry, host, port))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isWithin(entry, host)
  const { name, port: onlyPort = port } = splitPort(entry)
  if (onlyPort !== port) return false
  if (isIP(name) !== 0) return name === host
  const suffix = name.replace(/^\*?\./, '')
  return host.endsWith(`.${suffix}`) || (suffix === name && host === name)
}

function splitPort(entry: string): { readonly name: string; readonly port?: string } {
  const parts = isIP(entry) === 6 ? undefined : /^\[?(.*?)\]?:(\d+)$/.exec(entry)
  const [, name, port] = parts ?? []
  return name === undefined || port === undefined ? { name: entry.replace(/^\[|\]$/g, '') } : { name, port }
}

function isWithin(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false
  if (Number(bits) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const type = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(network, Number(bits), type)
  return list.check(host, type)
}
