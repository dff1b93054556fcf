import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AUDIT_POLICY, webhookKubeconfig } from './audit-policy.js'
import type { AuditWebhook } from './audit-policy.js'
import { binary } from './binaries.js'
import { connect, writeKubeconfig } from './cluster.js'
import type { Cluster, ClusterAccess } from './cluster.js'
import { installCrds } from './crds.js'
import type { CrdSet } from './crds.js'
import { temporaryFolder } from './processes.js'
import type { ServerProcess } from './processes.js'
import { giveRights } from './rights.js'
import { startApiServer, startControllerManager, startEtcd } from './servers.js'
import { AUDITOR, DEFAULT_USERS, newTokens, tokensFile } from './users.js'
import type { User } from './users.js'

export interface ControlPlaneOptions {
  /** People and robots beside `admin`, `auditor`, `developer` and the controllers. */
  readonly users?: readonly User[]
  readonly crds?: readonly CrdSet[]
  readonly auditLog?: boolean
  readonly auditWebhook?: AuditWebhook
  /** kube-controller-manager: deletes namespaces, collects garbage, makes ReplicaSets and Pods, scales. */
  readonly controllerManager?: boolean
  /** More kube-apiserver flags, after ours. */
  readonly apiServerFlags?: readonly string[]
}

/** etcd and kube-apiserver on loopback, alive until `stop` or until this process dies. */
export interface ControlPlane extends Cluster {
  /** Process ids of its servers, which are also their process groups. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/**
 * Starts a control plane in three to five seconds. There is no kubelet and no scheduler: nothing ever runs or
 * becomes ready. Throws with a server's last log lines when it does not come up, and leaves nothing behind.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = await temporaryFolder('control-plane')
  const processes: ServerProcess[] = []
  const stop = async (): Promise<void> => {
    for (const server of [...processes].reverse()) await server.stop()
    await folder.remove()
  }
  try {
    const users = [...DEFAULT_USERS, ...(options.users ?? [])]
    const access = await startServers(folder.path, options, users, processes)
    const cluster = connect(access)
    await furnish(cluster, options, users)
    if (options.controllerManager === true) {
      processes.push((await startControllerManager(folder.path, cluster.kubeconfig)).process)
    }
    return { ...cluster, pids: processes.map(({ pid }) => pid), stop: () => stopAll(cluster, stop) }
  } catch (error) {
    await stop()
    throw error
  }
}

function stopAll(cluster: Cluster, stop: () => Promise<void>): Promise<void> {
  cluster.disconnect()
  return stop()
}

async function startServers(
  folder: string,
  options: ControlPlaneOptions,
  users: readonly User[],
  processes: ServerProcess[],
): Promise<ClusterAccess> {
  const tokens = newTokens(users)
  await writeFile(join(folder, 'tokens.csv'), tokensFile(users, tokens), { mode: 0o600 })
  const auditFlags = await writeAuditConfiguration(folder, options)
  const etcd = await startEtcd(folder)
  processes.push(etcd.process)
  const server = await startApiServer({
    folder,
    etcdUrl: etcd.url,
    adminToken: tokens.admin ?? '',
    flags: [...auditFlags, ...(options.apiServerFlags ?? [])],
  })
  processes.push(server.process)
  const auditLog = options.auditLog === true ? { auditLog: auditLogPath(folder) } : {}
  return {
    url: server.url,
    folder,
    authority: server.authority,
    tokens,
    kubectl: binary('kubectl'),
    etcd: etcd.url,
    ...auditLog,
  }
}

function auditLogPath(folder: string): string {
  return join(folder, 'audit.log')
}

async function writeAuditConfiguration(
  folder: string,
  { auditLog, auditWebhook }: ControlPlaneOptions,
): Promise<readonly string[]> {
  if (auditLog !== true && auditWebhook === undefined) return []
  const policy = join(folder, 'audit-policy.json')
  await writeFile(policy, JSON.stringify(AUDIT_POLICY))
  const flags = ['--audit-policy-file', policy]
  if (auditLog === true) flags.push('--audit-log-path', auditLogPath(folder))
  if (auditWebhook === undefined) return flags
  const webhook = join(folder, 'audit-webhook.json')
  await writeFile(webhook, JSON.stringify(webhookKubeconfig(auditWebhook)), { mode: 0o600 })
  return [...flags, '--audit-webhook-config-file', webhook, '--audit-webhook-batch-max-wait=1s']
}

/** Kubeconfigs on disk; rights and CRDs in the server. */
async function furnish(
  cluster: Cluster,
  options: ControlPlaneOptions,
  users: readonly User[],
): Promise<void> {
  await Promise.all(users.map(({ name }) => writeKubeconfig(cluster.access, name)))
  await giveRights(cluster, users, AUDITOR)
  await installCrds(cluster, options.crds ?? [])
}
