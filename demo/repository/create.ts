import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RepositoryUrls } from './bootstrap.js'
import { facesHistory } from './faces/commits.js'
import { git } from './git.js'
import type { Step } from './history.js'
import { breakingCommit, platformHistory } from './platform/commits.js'
import { playHistory, playStep } from './player.js'

export interface DemoRepository {
  /** What a Git server serves; its HEAD is `main`. */
  readonly bare: string
  /** A clean checkout of `main`; remote `origin` is the served URL, pushes go to `bare`. */
  readonly worktree: string
  /** The commit id of `main`: 40 hex, equal on every machine. */
  readonly head: string
}

export interface DemoRepositories {
  readonly platform: DemoRepository
  readonly faces: DemoRepository
}

/** The folder of this file, where the histories keep their files; a bundle has to say where that is. */
export const demoFiles = fileURLToPath(new URL('.', import.meta.url))

/**
 * Replays both histories with plain git into `directory` (made if absent), as `platform.git`, `platform`,
 * `faces.git` and `faces`. The URLs go into the checkouts' configuration only, never into a commit.
 * Throws EEXIST where one of the four exists, GIT_FAILED or GIT_NOT_FOUND.
 */
export async function createDemoRepositories(
  directory: string,
  urls: RepositoryUrls,
  files: string = demoFiles,
): Promise<DemoRepositories> {
  await mkdir(directory, { recursive: true })
  const create = (name: keyof RepositoryUrls, steps: readonly Step[]): Promise<DemoRepository> =>
    createRepository({ base: join(directory, name), url: urls[name], files: join(files, name), steps })
  const [platform, faces] = await Promise.all([
    create('platform', platformHistory),
    create('faces', facesHistory),
  ])
  return { platform, faces }
}

/** Commits the change whose build fails onto the platform's `main`, pushes it, and answers its id. */
export async function pushBreakingCommit(
  platform: DemoRepository,
  files: string = demoFiles,
): Promise<string> {
  const commit = await playStep(
    { worktree: platform.worktree, files: join(files, 'platform') },
    breakingCommit,
  )
  await git(platform.worktree, ['push', '--quiet', 'origin', 'main'])
  return commit
}

interface Creation {
  readonly base: string
  readonly url: string
  readonly files: string
  readonly steps: readonly Step[]
}

async function createRepository({ base, url, files, steps }: Creation): Promise<DemoRepository> {
  const bare = `${base}.git`
  await initialise(bare, ['--bare'])
  await initialise(base, [])
  await git(base, ['remote', 'add', 'origin', url])
  await git(base, ['remote', 'set-url', '--push', 'origin', bare])
  await playHistory({ worktree: base, files }, steps)
  await git(base, ['push', '--quiet', '--set-upstream', 'origin', 'main'])
  return { bare, worktree: base, head: await git(base, ['rev-parse', 'HEAD']) }
}

async function initialise(directory: string, options: readonly string[]): Promise<void> {
  await mkdir(directory)
  // Said aloud, since the environment or a newer git may have other defaults.
  const defaults = ['--quiet', '--initial-branch=main', '--object-format=sha1', '--template=']
  await git(directory, ['init', ...defaults, ...options])
}
