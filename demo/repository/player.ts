import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { Recorder } from './git.js'
import { git } from './git.js'
import type { Commit, Edit, Merge, Revert, Role, Step } from './history.js'

/** Where a history is played. */
export interface Stage {
  /** A checkout without changes of its own. */
  readonly worktree: string
  /** Holds one folder a slug with the files of that step. */
  readonly files: string
}

/** Plays steps in order, the first one into an empty repository; answers the commit id of each slug. */
export async function playHistory(
  stage: Stage,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, string>> {
  const played = new Map<string, string>()
  for (const step of steps) played.set(step.slug, await playStep(stage, step, played))
  return played
}

/**
 * Plays one step and answers its commit id, the same one wherever what came before is the same.
 * `played` names the commits a revert may take back.
 */
export async function playStep(
  stage: Stage,
  step: Step,
  played: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  if (step.kind === 'merge') await playMerge(stage, step)
  else if (step.kind === 'revert') await playRevert(stage, step, played)
  else await playCommit(stage, step)
  return await git(stage.worktree, ['rev-parse', 'HEAD'])
}

async function playCommit(stage: Stage, step: Commit): Promise<void> {
  const { worktree } = stage
  await switchTo(worktree, step.branch ?? 'main')
  for (const { from, to } of step.moves ?? []) await move(join(worktree, from), join(worktree, to))
  for (const path of step.removes ?? []) await rm(join(worktree, path))
  if (step.files) await cp(join(stage.files, step.slug), worktree, { recursive: true })
  for (const edit of step.edits ?? []) await applyEdit(worktree, edit)
  await git(worktree, ['add', '--all'])
  await git(worktree, ['commit', '--quiet', '--message', step.message], recorderOf(step))
}

async function playMerge({ worktree }: Stage, step: Merge): Promise<void> {
  await switchTo(worktree, 'main')
  const options = ['--quiet', '--no-ff', '--no-log', '--message', step.message]
  await git(worktree, ['merge', ...options, step.branch], recorderOf(step))
  await git(worktree, ['branch', '--quiet', '--delete', step.branch])
}

async function playRevert(
  { worktree }: Stage,
  step: Revert,
  played: ReadonlyMap<string, string>,
): Promise<void> {
  const reverted = played.get(step.reverts)
  if (reverted === undefined)
    throw new GitOpsError('INTERNAL', { what: `nothing to revert: ${step.reverts}` })
  await switchTo(worktree, 'main')
  const subject = await git(worktree, ['show', '--no-patch', '--format=%s', reverted])
  const message = `Revert "${subject}"\n\nThis reverts commit ${reverted}.\n${step.reason}`
  await git(worktree, ['revert', '--no-commit', reverted])
  await git(worktree, ['commit', '--quiet', '--message', message], recorderOf(step))
}

async function switchTo(worktree: string, branch: string): Promise<void> {
  const current = await git(worktree, ['symbolic-ref', '--short', 'HEAD'])
  if (current === branch) return
  const known = await git(worktree, ['branch', '--list', branch])
  const target = known === '' ? ['--create', branch, 'main'] : [branch]
  await git(worktree, ['switch', '--quiet', ...target])
}

async function move(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rename(from, to)
}

async function applyEdit(worktree: string, { path, from, to }: Edit): Promise<void> {
  const file = join(worktree, path)
  const [before, after, ...more] = (await readFile(file, 'utf8')).split(from)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new GitOpsError('INTERNAL', { what: `${path} holds this text not exactly once: ${from}` })
  }
  await writeFile(file, before + to + after)
}

function recorderOf(step: Step): Recorder {
  const committer: Role = step.committer ?? step.author
  return {
    GIT_AUTHOR_NAME: step.author.name,
    GIT_AUTHOR_EMAIL: step.author.email,
    GIT_AUTHOR_DATE: step.date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: step.date,
  }
}
