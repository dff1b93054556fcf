import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from './cluster.js'
import { eventually } from './eventually.js'
import { startControllers } from './flux-controllers.js'
import type { Controller } from './flux-controllers.js'
import { applyObject, conditionOf, describeConditions, hasAnswered, isReady } from './flux-objects.js'
import { readObject, requestReconcile, titleOf } from './flux-objects.js'
import type { FluxKind, FluxName, FluxObject } from './flux-objects.js'
import { createFluxRepository } from './flux-repository.js'
import type { CommitFacts, FluxRepository } from './flux-repository.js'
import { startGitServer } from './git-server.js'
import type { GitServer } from './git-server.js'
import { temporaryFolder } from './processes.js'

const TIMEOUT_MS = 60_000

export interface FluxOptions {
  /** `source` and `kustomize` unless told; each takes about 80 MB. */
  readonly controllers?: readonly Controller[]
}

export interface GitRepositorySpec {
  readonly name: string
  readonly namespace: string
  readonly url: string
  /** `{branch: 'main'}` unless told. */
  readonly ref?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
}

export interface KustomizationSpec {
  readonly name: string
  readonly namespace: string
  /** The GitRepository's name; of the same namespace. */
  readonly source: string
  readonly path?: string
  readonly spec?: Readonly<Record<string, unknown>>
}

export interface Commit extends CommitFacts {
  readonly repository: FluxRepository
  readonly message: string
  readonly write?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
  readonly source: { readonly namespace: string; readonly name: string }
  /** Those that must apply the commit; in the order given. */
  readonly kustomizations: readonly { readonly namespace: string; readonly name: string }[]
}

/** The real Flux, reconciling only when asked (intervals are an hour), and Git repositories for it. */
export interface Flux {
  readonly git: GitServer
  /** notification-controller's receivers, where it runs. */
  readonly receiverUrl?: string
  createRepository(name: string): Promise<FluxRepository>
  gitRepository(repository: GitRepositorySpec): Promise<FluxObject>
  kustomization(kustomization: KustomizationSpec): Promise<FluxObject>
  /** Applies any other object of Flux. */
  apply(which: FluxName, spec: Readonly<Record<string, unknown>>): Promise<FluxObject>
  get(kind: FluxKind, namespace: string, name: string): Promise<FluxObject | undefined>
  /** Asks for a reconciliation and waits until Flux has handled the request, whatever came of it. */
  reconcile(kind: FluxKind, namespace: string, name: string): Promise<FluxObject>
  /** Waits until the object is as wanted; else throws with its conditions and the controllers' last lines. */
  waitFor(which: FluxName, isWanted: (object: FluxObject) => boolean, timeoutMs?: number): Promise<FluxObject>
  /** Commits, pushes, and waits until every Kustomization named is Ready at that commit; answers its 40 hex. */
  commitAndApply(commit: Commit): Promise<string>
  /** The last log lines of the controllers. */
  log(): string
  stop(): Promise<void>
}

/** Starts Flux's controllers against a control plane that has the `flux` CRDs, in two to three seconds. */
export async function startFlux(cluster: Cluster, options: FluxOptions = {}): Promise<Flux> {
  const folder = await temporaryFolder('flux')
  const served = join(folder.path, 'repositories')
  const trees = join(folder.path, 'trees')
  await Promise.all([mkdir(served), mkdir(trees)])
  const git = await startGitServer({ folder: served })
  const giveUp = async (): Promise<void> => {
    await git.stop()
    await folder.remove()
  }
  try {
    const names = options.controllers ?? ['source', 'kustomize']
    const { processes, ...addresses } = await startControllers(cluster, folder.path, names)
    const log = (): string =>
      processes.map((one) => [`${one.name}:`, ...one.lastLines().slice(-8)].join('\n  ')).join('\n')
    return {
      ...operations(cluster, log),
      ...addresses,
      git,
      log,
      createRepository: (name) =>
        createFluxRepository({ served, trees, name, url: git.urlOf(`${name}.git`) }),
      stop: async () => {
        await Promise.all(processes.map((server) => server.stop()))
        await giveUp()
      },
    }
  } catch (error) {
    await giveUp()
    throw error
  }
}

type Operations = Omit<Flux, 'git' | 'log' | 'createRepository' | 'stop' | 'receiverUrl'>

function operations(cluster: Cluster, log: () => string): Operations {
  const waitFor: Flux['waitFor'] = async (which, isWanted, timeoutMs = TIMEOUT_MS) => {
    let last: FluxObject | undefined
    return eventually(
      async () => {
        last = await readObject(cluster, which)
        return last !== undefined && isWanted(last) ? last : undefined
      },
      {
        timeoutMs,
        complaint: () =>
          `${titleOf(which)} is not as wanted after ${timeoutMs} ms:\n${describeConditions(last)}\n${log()}`,
      },
    )
  }
  let requests = 0
  const reconcile: Flux['reconcile'] = async (kind, namespace, name) => {
    requests += 1
    const at = `${new Date().toISOString()}-${requests}`
    const which = { kind, namespace, name }
    await requestReconcile(cluster, which, at)
    return waitFor(which, (object) => hasAnswered(object, at))
  }
  return {
    waitFor,
    reconcile,
    apply: (which, spec) => applyObject(cluster, which, spec),
    get: (kind, namespace, name) => readObject(cluster, { kind, namespace, name }),
    gitRepository: ({ name, namespace, url, ref = { branch: 'main' }, spec = {} }) =>
      applyObject(
        cluster,
        { kind: 'GitRepository', namespace, name },
        { interval: '1h', timeout: '20s', url, ref, ...spec },
      ),
    kustomization: ({ name, namespace, source, path = './', spec = {} }) =>
      applyObject(
        cluster,
        { kind: 'Kustomization', namespace, name },
        {
          ...{ interval: '1h', retryInterval: '1h', timeout: '20s', prune: true, path },
          sourceRef: { kind: 'GitRepository', name: source },
          ...spec,
        },
      ),
    commitAndApply: (commit) => commitAndApply(commit, { waitFor, reconcile, log }),
  }
}

async function commitAndApply(
  commit: Commit,
  flux: Pick<Flux, 'waitFor' | 'reconcile' | 'log'>,
): Promise<string> {
  const { repository, source } = commit
  await repository.write(commit.write ?? {})
  await repository.remove(...(commit.remove ?? []))
  const hash = await repository.commit(commit.message, commit)
  await repository.push()
  const fetched = await flux.reconcile('GitRepository', source.namespace, source.name)
  const revision = fetched.status?.artifact?.revision
  if (revision?.endsWith(`:${hash}`) !== true) throw new Error(complaint(fetched, hash, flux.log()))
  for (const { namespace, name } of commit.kustomizations) {
    const which: FluxName = { kind: 'Kustomization', namespace, name }
    const done = await flux.waitFor(
      which,
      (object) => isReadyAt(object, revision) || hasFailedAt(object, revision),
    )
    if (!isReadyAt(done, revision)) throw new Error(complaint(done, hash, flux.log()))
  }
  return hash
}

function complaint(object: FluxObject, hash: string, log: string): string {
  const title = titleOf({ kind: object.kind, ...object.metadata })
  return `${title} did not take commit ${hash}:\n${describeConditions(object)}\n${log}`
}

function isReadyAt(object: FluxObject, revision: string): boolean {
  return isReady(object) && object.status?.lastAppliedRevision === revision
}

/** A dependency that is not ready yet is no failure: Flux tries again. */
function hasFailedAt(object: FluxObject, revision: string): boolean {
  const ready = conditionOf(object, 'Ready')
  const isFinal = ready?.status === 'False' && ready.reason !== 'DependencyNotReady'
  return isFinal && object.status?.lastAttemptedRevision === revision
}
