import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
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
  readonly progress: (message: string) => void
}

/**
 * Opens the repository of `--repo`, or that of the working directory, and closes it again. The revision is HEAD
 * unless one was chosen.
 * @throws GitOpsError USAGE for more than one repository or revision, REPOSITORY_NOT_FOUND
 */
export async function withRepository<T>(
  repo: readonly string[] | undefined,
  revisions: readonly RevisionChoice[],
  terminal: Terminal,
  work: (session: OfflineSession) => Promise<T>,
): Promise<T> {
  const [first, ...others] = repo ?? []
  const [chosen = { revision: 'HEAD' }, ...more] = revisions
  if (others.length + more.length > 0 || 'subject' in chosen) {
    throw new GitOpsError('USAGE', {
      what: 'with --path one repository is read at one revision',
      tryThis: '--path PATH --repo PATH --revision REV',
    })
  }
  const folder = first === undefined ? terminal.workingDirectory : readRepoFlag(first).path
  const { env } = terminal
  const repository = await openCheckout(folder, { env })
  const kustomize = kustomizeIn(env, openCache(env).folder)
  const { revision } = chosen
  try {
    return await withProgress(terminal, (progress) => work({ repository, revision, kustomize, progress }))
  } finally {
    await repository.close()
  }
}
