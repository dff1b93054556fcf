import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import { printable } from './answer.js'
import type { ChosenContext } from './context.js'
import { invalid, type Fields } from './kubeconfig.js'
import { proxyFor } from './proxy.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The cluster as client-node wants it; the environment may name a proxy. */
export function clusterEntry({ server, cluster }: ChosenContext, env: Environment): object {
  const caData = cluster['certificate-authority-data']
  const proxyUrl = cluster['proxy-url'] ?? proxyFor(server, env)
  return {
    name: 'cluster',
    server: server.href,
    caData,
    // kubectl lets inline data win over a file; client-node does it the other way round.
    caFile: caData === undefined ? cluster['certificate-authority'] : undefined,
    // client-node refuses plain http unless this is set, kubectl does not.
    skipTLSVerify: server.protocol === 'http:' || cluster['insecure-skip-tls-verify'] === true,
    tlsServerName: cluster['tls-server-name'],
    proxyUrl: proxyUrl === '' ? undefined : proxyUrl,
  }
}

/** The user as client-node wants it. */
export function userEntry({ user, cluster, server }: ChosenContext, env: Environment): object {
  const { tokenFile, token, exec } = user
  const fromFile = typeof tokenFile === 'string' && tokenFile !== ''
  const certData = user['client-certificate-data']
  const keyData = user['client-key-data']
  return {
    name: 'user',
    certData,
    certFile: certData === undefined ? user['client-certificate'] : undefined,
    keyData,
    keyFile: keyData === undefined ? user['client-key'] : undefined,
    token: fromFile ? undefined : token,
    username: user.username,
    password: user.password,
    exec: isRecord(exec) ? execEntry(exec, { ...cluster, server: server.href }, env) : undefined,
    authProvider: fromFile ? { name: 'tokenFile', config: { tokenFile } } : user['auth-provider'],
  }
}

/** Source: client-go plugin/pkg/client/auth/exec; plugins learn from KUBERNETES_EXEC_INFO what is asked. */
function execEntry(exec: Fields, cluster: Fields, env: Environment): Fields {
  const spec = exec.provideClusterInfo === true ? { cluster, interactive: false } : { interactive: false }
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion: exec.apiVersion, spec })
  const inherited = Object.entries(env).map(([name, value]) => ({ name, value }))
  const own = Array.isArray(exec.env) ? (exec.env as readonly unknown[]) : []
  return { ...exec, env: [...inherited, ...own, { name: 'KUBERNETES_EXEC_INFO', value: info }] }
}

/**
 * Names what kept credentials away. Shows a plugin's own words, never what it printed as its answer: that is
 * the credential.
 */
export function credentialError(exec: unknown, thrown: unknown): GitOpsError {
  const { name, message, syscall } = describe(thrown)
  if (syscall === 'open') return invalid('a file the kubeconfig names cannot be read', message)
  const command = isRecord(exec) && typeof exec.command === 'string' ? exec.command : ''
  const isOwnWords = name === 'Error' && message.trim() !== ''
  const facts = {
    what: `Unable to connect to the server: getting credentials${command === '' ? '' : `: exec: ${command}`} failed`,
    why: isOwnWords ? printable(message, 500) : 'its answer is not an ExecCredential',
  }
  if (command === '') return new GitOpsError('UNAUTHORIZED', facts)
  return new GitOpsError('UNAUTHORIZED', {
    ...facts,
    tryThis: `run ${command} by hand as the kubeconfig does`,
  })
}

function describe(thrown: unknown): {
  readonly name: string
  readonly message: string
  readonly syscall: string
} {
  const fields = isRecord(thrown) ? thrown : {}
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return { name: text(fields.name), message: text(fields.message), syscall: text(fields.syscall) }
}
