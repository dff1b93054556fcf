import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface CommitFacts {
  /** `Name <mail>`; author and committer. */
  readonly author?: string
  /** ISO 8601; author and committer date. */
  readonly date?: string
}

/** A repository that Flux can fetch: a bare one behind a URL, and a work tree of our own to fill it from. */
export interface FluxRepository {
  readonly name: string
  readonly url: string
  /** The work tree's path. */
  readonly path: string
  readonly barePath: string
  readonly branch: string
  /** Writes files into the work tree: path to content. */
  write(files: Readonly<Record<string, string>>): Promise<void>
  remove(...paths: readonly string[]): Promise<void>
  /** Commits everything that changed; answers the 40 hex of the commit. An empty commit is fine. */
  commit(message: string, facts?: CommitFacts): Promise<string>
  push(): Promise<void>
  /** Any other git command in the work tree; answers its trimmed output. */
  git(...args: readonly string[]): Promise<string>
}

/** Creates `NAME.git` in the served folder and a work tree beside the served folder. */
export async function createFluxRepository(place: {
  readonly served: string
  readonly trees: string
  readonly name: string
  readonly url: string
}): Promise<FluxRepository> {
  const { name, url } = place
  const barePath = join(place.served, `${name}.git`)
  const path = join(place.trees, name)
  const branch = 'main'
  await gitIn(place.served, {}, ['init', '--quiet', '--bare', `--initial-branch=${branch}`, barePath])
  await gitIn(place.trees, {}, ['init', '--quiet', `--initial-branch=${branch}`, path])
  const git = (...args: readonly string[]): Promise<string> => gitIn(path, {}, args)
  await git('remote', 'add', 'origin', barePath)
  return {
    name,
    url,
    path,
    barePath,
    branch,
    git,
    write: async (files) => {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, file)), { recursive: true })
        await writeFile(join(path, file), content)
      }
    },
    remove: async (...paths) => {
      for (const file of paths) await rm(join(path, file), { recursive: true })
    },
    commit: async (message, facts = {}) => {
      await git('add', '--all')
      await gitIn(path, identity(facts), ['commit', '--quiet', '--allow-empty', '-m', message])
      return git('rev-parse', 'HEAD')
    },
    push: async () => {
      await git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
    },
  }
}

function identity({
  author = 'Test Author <author@example.com>',
  date,
}: CommitFacts): Record<string, string> {
  const [, name = author, mail = ''] = /^(.*?) *<(.*)>$/.exec(author) ?? []
  const times = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: mail,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: mail,
    ...times,
  }
}

async function gitIn(cwd: string, extra: Record<string, string>, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...extra,
  }
  const { stdout } = await run('git', [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}
