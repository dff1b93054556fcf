import { GitOpsError } from '../errors.js'
import { invalid, type Fields, type Kubeconfig } from './kubeconfig.js'

/** One context with everything it refers to, ready to connect with. */
export interface ChosenContext {
  readonly name: string
  readonly namespace: string
  readonly server: URL
  readonly cluster: Fields
  readonly user: Fields
}

/**
 * The context asked for, or the current one. Throws CONTEXT_NOT_FOUND with the names there are, and
 * KUBECONFIG_INVALID where the context refers to what is not there.
 */
export function chooseContext(config: Kubeconfig, asked: string | undefined): ChosenContext {
  const name = asked === undefined || asked === '' ? config.currentContext : asked
  const context = config.contexts.get(name)
  if (context === undefined) throw notFound(name, [...config.contexts.keys()])
  const cluster = referred(config.clusters, context.cluster, `cluster of context ${JSON.stringify(name)}`)
  const hasUser = typeof context.user === 'string' && context.user !== ''
  const user = hasUser ? referred(config.users, context.user, `user of context ${JSON.stringify(name)}`) : {}
  const { namespace } = context
  return {
    name,
    namespace: typeof namespace === 'string' && namespace !== '' ? namespace : 'default',
    server: serverUrl(cluster.server, name),
    cluster,
    user,
  }
}

function notFound(name: string, names: readonly string[]): GitOpsError {
  const there = names.length === 0 ? 'none' : [...names].sort().join(', ')
  return new GitOpsError('CONTEXT_NOT_FOUND', {
    what:
      name === ''
        ? 'the kubeconfig has no current context'
        : `context ${JSON.stringify(name)} does not exist`,
    why: `contexts of the kubeconfig: ${there}`,
    tryThis: 'kubectl config get-contexts',
  })
}

function referred(entries: ReadonlyMap<string, Fields>, name: unknown, what: string): Fields {
  const found = typeof name === 'string' ? entries.get(name) : undefined
  if (found !== undefined) return found
  throw invalid(`the ${what} is not in the kubeconfig`, `${JSON.stringify(name ?? '')} does not exist`)
}

function serverUrl(server: unknown, context: string): URL {
  const text = typeof server === 'string' ? server : ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid(
      `the server of context ${JSON.stringify(context)} is not a URL`,
      'it must begin with https://',
    )
  }
  // Credentials in a URL would show up wherever the server is named.
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url
}
