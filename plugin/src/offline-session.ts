import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import { openRepository, type Repository } from '@kubectl-gitops/core/git/repository.js'
import type { OpenRepository } from '@kubectl-gitops/core/survey/repositories.js'
import type { RevisionChoice } from '@kubectl-gitops/core/survey/revision-choice.js'
import { openCache } from './cache-folder.js'
import { kustomizeIn, withProgress } from './cluster-session.js'
import { readRepoFlag } from './flag-values.js'
import type { Terminal } from './terminal.js'

/** A repository to read at one revision, without a cluster. */
export interface OfflineSession {
  readonly repository: Repository
  readonly revision: string
  readonly kustomize: Kustomize
  /** Opens what else is at hand: the clones of `--repo URL=PATH` and the mirrors of the cache. */
  readonly openRepository: OpenRepository
  readonly progress: (message: string) => void
}

/**
 * Opens the repository of `--repo PATH`, or that of the working directory, and closes it again; a single
 * `--repo URL=PATH` is meant just so, several are the clones of other sources. The revision is HEAD unless one was
 * chosen.
 * @throws GitOpsError USAGE for more than one repository or revision, REPOSITORY_NOT_FOUND
 */
export async function withRepository<T>(
  repo: readonly string[] | undefined,
  revisions: readonly RevisionChoice[],
  terminal: Terminal,
  work: (session: OfflineSession) => Promise<T>,
): Promise<T> {
  const flags = (repo ?? []).map(readRepoFlag)
  const [first, ...others] = flags.length === 1 ? flags : flags.filter(({ url }) => url === undefined)
  const [chosen = { revision: 'HEAD' }, ...more] = revisions
  if (others.length + more.length > 0 || 'subject' in chosen) {
    throw new GitOpsError('USAGE', {
      what: 'with --path one repository is read at one revision',
      tryThis: '--path PATH --repo PATH --revision REV',
    })
  }
  const { env, workingDirectory } = terminal
  const repository = await openCheckout(first?.path ?? workingDirectory, { env })
  const cacheDirectory = openCache(env).folder
  const session = {
    repository,
    revision: chosen.revision,
    kustomize: kustomizeIn(env, cacheDirectory),
    openRepository: (url: string, wanted: string | undefined) =>
      openRepository({
        ...{ url, revision: wanted, checkouts: flags, workingDirectory, cacheDirectory, env },
        allowFetch: false,
      }),
  }
  try {
    return await withProgress(terminal, (progress) => work({ ...session, progress }))
  } finally {
    await repository.close()
  }
}
