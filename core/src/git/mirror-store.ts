import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GitOpsError } from '../errors.js'
import { type Environment, readingEnvironment } from './environment.js'
import { hasCode } from './failure.js'
import { normalizeUrl } from './location.js'
import { runGit } from './process.js'
import type { Transport } from './transport.js'

/** Where one mirror lies in the cache, and how it is filled. */
export interface MirrorHome {
  /** The folder of all mirrors, 0700. */
  readonly folder: string
  readonly directory: string
  readonly transport: Transport
  readonly env: Environment
  readonly timeoutMs: number
}

export const BRANCHES_AND_TAGS: readonly string[] = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']

/** The server's default branch, whichever it is today: the mirror's own HEAD points here. */
export const HEAD = '+HEAD:refs/gitops/HEAD'

/** Flaws that old tools wrote into commits and tags: harmless and common. git refuses all the others. */
const OLD_FLAWS = [
  'badTimezone',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'nulInCommit',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
]

const CHECKED: readonly string[] = [
  'fetch.fsckObjects=true',
  ...OLD_FLAWS.map((flaw) => `fetch.fsck.${flaw}=ignore`),
].flatMap((setting) => ['-c', setting])

const ABANDONED_MS = 60 * 60 * 1_000
const LOCK_ATTEMPTS = 5
/** Changed-path filters are written in portions: 10,000 commits take seconds, all of a large history a minute. */
const FILTERS_AT_ONCE = 10_000

/** The place of a URL's mirror: one for ssh and https, another for http, the name tells nothing. */
export function mirrorHome(
  cacheDirectory: string,
  url: string,
  rest: Omit<MirrorHome, 'folder' | 'directory'>,
): MirrorHome {
  // Whoever can change plain http on its way must not choose what https then answers for a branch.
  const key = `${rest.transport.insecure ? 'http' : 'secure'} ${normalizeUrl(url) ?? url}`
  const name = createHash('sha256').update(key).digest('hex').slice(0, 40)
  const folder = join(cacheDirectory, 'git')
  return { ...rest, folder, directory: join(folder, `${name}.git`) }
}

/** True if the cache holds the mirror. A folder gets this name by one rename, when it is complete. */
export async function isMirrored({ directory }: MirrorHome): Promise<boolean> {
  return stat(join(directory, 'HEAD')).then(
    () => true,
    () => false,
  )
}

/**
 * Clones into a folder of its own and renames it: whoever is first wins, and what is interrupted never gets
 * the mirror's name. Throws REPOSITORY_UNREACHABLE.
 */
export async function cloneMirror(home: MirrorHome): Promise<void> {
  await mkdir(home.folder, { recursive: true, mode: 0o700 })
  await chmod(home.folder, 0o700)
  await removeAbandoned(home.folder)
  const scratch = await mkdtemp(join(home.folder, `clone-${process.pid}-`))
  try {
    await home.transport.run(home.folder, [...CHECKED, ...CLONE], [scratch])
    await ownHead({ ...home, directory: scratch })
    await writeCommitGraph({ ...home, directory: scratch })
    await moveInto(scratch, home)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

const CLONE = ['clone', '--bare', '--quiet', '--reject-shallow', '--no-local', '--template=']

async function ownHead({ directory, env, timeoutMs }: MirrorHome): Promise<void> {
  const call = { env: readingEnvironment(env), timeoutMs }
  const git = [`--git-dir=${directory}`]
  // It fails where the server has no default branch; HEAD then names nothing here either.
  await runGit({ ...call, args: [...git, 'update-ref', 'refs/gitops/HEAD', 'HEAD'] })
  await runGit({ ...call, args: [...git, 'symbolic-ref', 'HEAD', 'refs/gitops/HEAD'] })
}

async function moveInto(scratch: string, home: MirrorHome): Promise<void> {
  try {
    await rename(scratch, home.directory)
  } catch (thrown) {
    if (await isMirrored(home)) return
    throw new GitOpsError('GIT_FAILED', {
      what: `the mirror of ${home.transport.url} cannot be put into the cache`,
      why: String(thrown),
      tryThis: `remove ${home.directory}`,
      cause: thrown,
    })
  }
}

/** Folders that a killed process left behind; a live clone is younger, or its process runs. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^clone-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    const path = join(folder, name)
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > ABANDONED_MS) await rm(path, { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const FETCH = [
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-auto-maintenance',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
]

/**
 * Fetches refs into the mirror. A branch that is gone loses its name (a branch `a/b` could not follow `a`
 * otherwise), never its commits: nothing here collects garbage. Throws REPOSITORY_UNREACHABLE.
 */
export async function fetchInto(home: MirrorHome, refspecs: readonly string[]): Promise<void> {
  const prune = refspecs === BRANCHES_AND_TAGS ? ['--prune'] : []
  const args = [...CHECKED, `--git-dir=${home.directory}`, ...FETCH, ...prune]
  for (let attempt = 1; ; attempt += 1) {
    try {
      await home.transport.run(home.folder, args, refspecs)
      break
    } catch (thrown) {
      if (attempt === LOCK_ATTEMPTS || !isLocked(thrown)) throw thrown
      await delay(100 * attempt)
    }
  }
  await writeCommitGraph(home)
}

/** Another process is fetching the same refs: git's own locks keep both right, and one has to try again. */
function isLocked(thrown: unknown): boolean {
  return (
    hasCode(thrown, 'REPOSITORY_UNREACHABLE') && /cannot lock ref|\.lock': File exists/.test(thrown.why ?? '')
  )
}

/** 33 ms instead of 501 for the log of one path; without it every answer is the same, so failure is silent. */
async function writeCommitGraph({ directory, env, timeoutMs }: MirrorHome): Promise<void> {
  const filters = ['--changed-paths', `--max-new-filters=${FILTERS_AT_ONCE}`]
  await runGit({
    args: [
      `--git-dir=${directory}`,
      'commit-graph',
      'write',
      '--reachable',
      '--split',
      ...filters,
      '--no-progress',
    ],
    env: readingEnvironment(env),
    timeoutMs,
  }).catch(() => undefined)
}
