import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startControlPlane, type ControlPlane } from '../test/support/control-plane.js'
import { eventually } from '../test/support/eventually.js'
import { startControllers } from '../test/support/flux-controllers.js'
import { conditionOf, readObject, requestReconcile, type FluxName } from '../test/support/flux-objects.js'
import { startGitServer } from '../test/support/git-server.js'
import { temporaryFolder } from '../test/support/processes.js'
import { bootstrapObjects, type RepositoryUrls } from './repository/bootstrap.js'
import { createDemoRepositories, type DemoRepositories } from './repository/create.js'

/** Everything the tour plays on: a cluster, the real Flux, and the repositories it applies. */
export interface Stage {
  readonly cluster: ControlPlane
  readonly repositories: DemoRepositories
  /** Asks Flux to reconcile one object now. */
  reconcile(which: FluxName): Promise<void>
  /** Waits until an object's Ready condition has one of these reasons. */
  settled(which: FluxName, ...reasons: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** The people of the tour: roles, as RBAC knows them. */
export const ONCALL = 'oncall@example.com'

const KUSTOMIZATIONS: readonly (readonly [string, string])[] = [
  ['flux-system', 'flux-system'],
  ['flux-system', 'cert-manager'],
  ['flux-system', 'linkerd'],
  ['flux-system', 'ingress-nginx'],
  ['flux-system', 'flagger'],
  ['flux-system', 'faces'],
  ['faces', 'faces-services'],
]

/** Sets the stage and waits until Flux has applied everything; says what it does. */
export async function setStage(say: (line: string) => void): Promise<Stage> {
  const folder = await temporaryFolder('demo')
  const undo: (() => Promise<void>)[] = [() => folder.remove()]
  const stop = async (): Promise<void> => {
    for (const step of undo.reverse().splice(0)) await step()
  }
  try {
    return await build(folder.path, undo, stop, say)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(
  folder: string,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
  say: (line: string) => void,
): Promise<Stage> {
  say('starting etcd and kube-apiserver (about 5 s)')
  const users = [{ name: ONCALL, groups: ['system:masters'] }]
  const cluster = await startControlPlane({ crds: ['flux', 'flagger'], users })
  undo.push(() => cluster.stop())
  say('writing two Git repositories with their histories (about 3 s)')
  const served = join(folder, 'repositories')
  await mkdir(served)
  const git = await startGitServer({ folder: served })
  undo.push(() => git.stop())
  const urls = { platform: git.urlOf('platform.git'), faces: git.urlOf('faces.git') }
  const repositories = await createDemoRepositories(served, urls)
  say('starting source-controller and kustomize-controller, and letting them apply everything (about 15 s)')
  const { processes } = await startControllers(cluster, folder, ['source', 'kustomize'])
  undo.push(() => Promise.all(processes.map((server) => server.stop())).then(() => undefined))
  await bootstrap(cluster, urls)
  return {
    cluster,
    repositories,
    reconcile: (which) => requestReconcile(cluster, which, new Date().toISOString()),
    settled: (which, ...reasons) => settled(cluster, which, reasons),
    stop,
  }
}

async function bootstrap(cluster: ControlPlane, urls: RepositoryUrls): Promise<void> {
  const objects = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: bootstrapObjects(urls) })
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], { stdin: objects })
  if (code !== 0) throw new Error(stderr)
  for (const [namespace, name] of KUSTOMIZATIONS) {
    await settled(cluster, { kind: 'Kustomization', namespace, name }, ['ReconciliationSucceeded'])
  }
}

async function settled(cluster: ControlPlane, which: FluxName, reasons: readonly string[]): Promise<void> {
  await eventually(() => isSettled(cluster, which, reasons), {
    timeoutMs: 120_000,
    complaint: () => `${which.kind} ${which.namespace}/${which.name} did not become ${reasons.join(' or ')}`,
  })
}

async function isSettled(
  cluster: ControlPlane,
  which: FluxName,
  reasons: readonly string[],
): Promise<true | undefined> {
  const object = await readObject(cluster, which)
  const reason = object === undefined ? undefined : conditionOf(object, 'Ready')?.reason
  return reason !== undefined && reasons.includes(reason) ? true : undefined
}
