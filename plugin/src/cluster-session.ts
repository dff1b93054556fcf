import { BuildCache } from '@kubectl-gitops/core/desired/cache/build-cache.js'
import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { openRepository } from '@kubectl-gitops/core/git/repository.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import type { OpenRepository } from '@kubectl-gitops/core/survey/repositories.js'
import { openCache } from './cache-folder.js'
import { defined } from './defined.js'
import { readRepoFlag, readTimeout } from './flag-values.js'
import { visible } from './printers/text.js'
import { createProgress, type Terminal } from './terminal.js'
import { VERSION } from './version.js'

/** The flags that say which cluster, as whom, and where Git is read. */
export interface ClusterFlags {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly as: string | undefined
  readonly 'as-group': readonly string[] | undefined
  readonly 'request-timeout': string
  readonly repo: readonly string[] | undefined
}

/** What a command works with. */
export interface ClusterSession {
  readonly cluster: Cluster
  readonly openRepository: OpenRepository
  readonly kustomize: Kustomize
  /** Safe to delete. */
  readonly cacheDirectory: string
  readonly now: () => Date
  readonly progress: (message: string) => void
}

const BUILD_TIMEOUT_MS = 120_000

/** The kubectl that builds, as the environment names it, with what it built before. */
export function kustomizeIn(env: Terminal['env'], cacheDirectory: string): Kustomize {
  const cache = new BuildCache(cacheDirectory, VERSION)
  return { kubectl: env.KUBECTL_PATH ?? 'kubectl', timeoutMs: BUILD_TIMEOUT_MS, env, cache }
}

/** Connects, lets a command work, and closes what was opened, whatever came of it. */
export async function withCluster<T>(
  command: string,
  flags: ClusterFlags,
  terminal: Terminal,
  work: (session: ClusterSession) => Promise<T>,
): Promise<T> {
  const { env, workingDirectory, now } = terminal
  const checkouts = (flags.repo ?? []).map(readRepoFlag)
  const requestTimeoutMs = readTimeout(flags['request-timeout'])
  const cache = openCache(env)
  const cluster = await connect({
    ...defined({ kubeconfig: flags.kubeconfig, context: flags.context, as: flags.as }),
    ...defined({ asGroups: flags['as-group'] }),
    requestTimeoutMs,
    userAgent: `kubectl-gitops/${VERSION} (${command})`,
    env,
  })
  const session = (progress: (message: string) => void): ClusterSession => ({
    cluster,
    openRepository: (url, revision, { local } = { local: false }) =>
      openRepository({
        ...{ url, revision, checkouts, workingDirectory, cacheDirectory: cache.folder, env },
        refresh: revision === undefined,
        allowFetch: !local,
      }),
    kustomize: kustomizeIn(env, cache.folder),
    cacheDirectory: cache.folder,
    now,
    progress,
  })
  try {
    const answer = await withProgress(terminal, (progress) => work(session(progress)))
    if (cache.note !== undefined) terminal.stderr.write(`note: ${visible(cache.note)}\n`)
    return answer
  } finally {
    cluster.close()
  }
}

/** A progress line for as long as the work takes. */
export async function withProgress<T>(
  terminal: Terminal,
  work: (progress: (message: string) => void) => Promise<T>,
): Promise<T> {
  const progress = createProgress(terminal)
  try {
    return await work((message) => {
      progress.say(message)
    })
  } finally {
    progress.end()
  }
}
