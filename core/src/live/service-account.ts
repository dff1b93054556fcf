import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { isIPv6 } from 'node:net'
import type { Kubeconfig } from './kubeconfig.js'

/** Where the kubelet puts a pod's service account. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The kubeconfig of a pod: its service account and the API server the environment names; undefined outside
 * a cluster. The token file is read again when it changes, because the kubelet rotates it.
 * Source: client-go rest/config.go, InClusterConfig.
 */
export async function serviceAccountConfig(
  env: Readonly<Record<string, string | undefined>>,
  folder = SERVICE_ACCOUNT_FOLDER,
): Promise<Kubeconfig | undefined> {
  const host = env.KUBERNETES_SERVICE_HOST ?? ''
  const port = env.KUBERNETES_SERVICE_PORT ?? ''
  const tokenFile = path.join(folder, 'token')
  if (host === '' || port === '' || (await readOptional(tokenFile)) === undefined) return undefined
  const namespace = (await readOptional(path.join(folder, 'namespace')))?.trim() ?? ''
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  const name = 'in-cluster'
  return {
    clusters: new Map([[name, { server, 'certificate-authority': path.join(folder, 'ca.crt') }]]),
    users: new Map([[name, { tokenFile }]]),
    contexts: new Map([[name, { cluster: name, user: name, namespace }]]),
    currentContext: name,
  }
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}
