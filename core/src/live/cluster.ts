import http from 'node:http'
import https from 'node:https'
import { KubeConfig, type User } from '@kubernetes/client-node'
import { isRecord } from '../object.js'
import { clusterEntry, credentialError, userEntry } from './authentication.js'
import { createClient, type Access, type AccessSource, type Client } from './client.js'
import { chooseContext } from './context.js'
import { impersonationHeaders, type Headers } from './impersonation.js'
import { invalid, kubeconfigFiles, readKubeconfig, type Kubeconfig } from './kubeconfig.js'
import { serviceAccountConfig } from './service-account.js'
import { MAX_SOCKETS } from './transport.js'

export type { ObjectPage, Query } from './pages.js'

/** What kubectl's own flags say, and the environment they are read in. */
export interface ClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly as?: string
  readonly asGroups?: readonly string[]
  /** Milliseconds for one request, connect and answer together; 30,000 unless given, 0 for none. */
  readonly requestTimeoutMs?: number
  /** `kubectl-gitops/<version> (drift)`; the bare product name unless given. */
  readonly userAgent?: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * A cluster that can be read and not be written. `get` answers one GET as parsed JSON, nothing dropped;
 * `text` the JSON as the server wrote it; `pages` a LIST; `review` a POST of a SelfSubject*Review.
 */
export interface Cluster extends Client {
  /** The server's URL without credentials. */
  readonly server: string
  readonly context: string
  /** The namespace of the context, or `default`. */
  readonly namespace: string
}

const DEFAULT_TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 256 * 1024 * 1024

/**
 * Chooses a context as kubectl does and prepares its credentials; nothing is sent to the cluster yet.
 * Throws KUBECONFIG_INVALID, CONTEXT_NOT_FOUND, USAGE (impersonation) and UNAUTHORIZED (a credential
 * plugin that fails). The requests throw CLUSTER_UNREACHABLE, CLUSTER_TIMEOUT, UNAUTHORIZED, FORBIDDEN,
 * NOT_FOUND, SERVER_ERROR, LIMIT_EXCEEDED and WRITE_REFUSED.
 */
export async function connect(options: ClusterOptions): Promise<Cluster> {
  const context = chooseContext(await loadConfig(options), options.context)
  const impersonation = impersonationHeaders(context.user, options)

  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [clusterEntry(context, options.env)],
    users: [userEntry(context, options.env)],
    contexts: [{ name: context.name, cluster: 'cluster', user: 'user' }],
    currentContext: context.name,
  })
  const client = createClient({
    server: context.server,
    access: await accessSource(config, impersonation),
    userAgent: options.userAgent ?? 'kubectl-gitops',
    timeoutMs: options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  })
  const server = context.server.href.replace(/\/+$/, '')
  return { ...client, server, context: context.name, namespace: context.namespace }
}

async function loadConfig({ kubeconfig, env }: ClusterOptions): Promise<Kubeconfig> {
  const { files, required } = kubeconfigFiles(kubeconfig, env)
  const config = await readKubeconfig(files, required)
  if (config.contexts.size > 0 || config.clusters.size > 0) return config
  const inCluster = required ? undefined : await serviceAccountConfig(env)
  if (inCluster !== undefined) return inCluster
  throw invalid('there is no kubeconfig with a cluster in it', `looked at: ${files.join(', ') || 'nothing'}`)
}

async function accessSource(config: KubeConfig, impersonation: Headers): Promise<AccessSource> {
  const user = config.getCurrentUser()
  const agents = new Set<http.Agent>()
  const read = async (): Promise<Access> => {
    const access = await readAccess(config, user, impersonation)
    agents.add(access.agent)
    return access
  }
  const first = await read()
  let latest = Promise.resolve(first)
  return {
    current: async () => {
      // Token files and OIDC tokens are watched by client-node itself; a plugin is asked once.
      if (!isRecord(user?.authProvider)) return latest
      const { headers } = await readAccess(config, user, impersonation)
      return { agent: first.agent, headers }
    },
    renew: async (refused) => {
      if (!isRecord(user?.exec)) return undefined
      if ((await latest) !== refused) return latest
      const renewed = read()
      latest = renewed.catch(() => refused)
      return renewed
    },
    close: () => {
      for (const agent of agents) agent.destroy()
    },
  }
}

async function readAccess(config: KubeConfig, user: User | null, impersonation: Headers): Promise<Access> {
  const options: https.RequestOptions = { headers: {}, rejectUnauthorized: true }
  try {
    await config.applyToHTTPSOptions(options)
  } catch (thrown) {
    throw credentialError(user?.exec, thrown)
  }
  const { authorization, Authorization = authorization } = options.headers as Record<
    string,
    string | undefined
  >
  const basic =
    typeof options.auth === 'string' ? `Basic ${Buffer.from(options.auth).toString('base64')}` : ''
  const bearer = Authorization?.trim() ?? basic
  return {
    agent: keepAliveAgent(config, options),
    headers: bearer === '' ? impersonation : { ...impersonation, authorization: bearer },
  }
}

function keepAliveAgent(config: KubeConfig, options: https.RequestOptions): http.Agent {
  const pool = { keepAlive: true, maxSockets: MAX_SOCKETS }
  const cluster = config.getCurrentCluster()
  if (cluster?.proxyUrl !== undefined && options.agent instanceof http.Agent) {
    // The agents for proxies take no such options, but they are http.Agents and read these fields.
    for (const [name, value] of Object.entries(pool)) Reflect.set(options.agent, name, value)
    return options.agent
  }
  if (cluster?.server.startsWith('http:') === true) return new http.Agent(pool)
  const tls: https.AgentOptions = { ...pool, rejectUnauthorized: options.rejectUnauthorized ?? true }
  const { ca, cert, key, servername } = options
  for (const [name, value] of Object.entries({ ca, cert, key, servername })) {
    if (value !== undefined) Reflect.set(tls, name, value)
  }
  return new https.Agent(tls)
}
