import type { GitOpsError } from '../errors.js'
import { type Candidate, findCheckouts } from './checkout.js'
import type { Environment } from './environment.js'
import { hasCode, revisionNotFound } from './failure.js'
import { type Mirror, openMirror } from './mirror.js'
import { redactUrl } from './redaction.js'
import { revisionName } from './revision-name.js'

/** One entry of a tree: a file, an executable, a symlink or a submodule; folders are not listed. */
export interface TreeEntry {
  /** From the root of the repository, with `/`, as UTF-8. */
  readonly path: string
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly id: string
  /** Bytes; undefined for a submodule, and throughout where a partial clone lacks one of the files. */
  readonly size: number | undefined
}

export interface Person {
  readonly name: string
  readonly email: string
  /** ISO 8601 with the offset that the person's clock had; empty where the commit holds no readable date. */
  readonly time: string
}

export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly subject: string
  /** Set where a shallow clone cuts history off: the commit has parents that this clone lacks. */
  readonly boundary?: true
}

export interface LogQuery {
  /** Literal paths from the root; none means every commit. */
  readonly paths: readonly string[]
  readonly max: number
  /** A commit's id: neither it nor what leads to it is listed. */
  readonly since?: string
}

/**
 * Git's objects, read-only, by id. Everything in it was written by somebody else: paths are checked, but
 * names, subjects and contents may hold anything, control characters too.
 */
export interface Repository {
  readonly kind: 'checkout' | 'mirror'
  /** The work tree, or the bare repository itself. */
  readonly directory: string
  /** What it was opened for, without credentials. */
  readonly url: string
  /** True if history is cut off (a shallow clone); a mirror never is. */
  readonly shallow: boolean
  /** True if blobs may be absent (a partial clone); they are never fetched. A mirror never is. */
  readonly partial: boolean
  /** A commit id, branch, tag or Flux revision -> the commit's id. Throws REVISION_INVALID, REVISION_NOT_FOUND. */
  resolve(revision: string): Promise<string>
  /** The names of all tags, without `refs/tags/`. */
  tags(): Promise<readonly string[]>
  /** The whole tree of a commit. Throws REVISION_NOT_FOUND, PATH_ESCAPES, LIMIT_EXCEEDED. */
  tree(commit: string): Promise<readonly TreeEntry[]>
  /** Blobs by id. Throws REVISION_NOT_FOUND if one is absent, LIMIT_EXCEEDED. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /**
   * The commits that touch the paths, newest first, no commit before its children; merges are all listed.
   * `parents` are the nearest listed ancestors (one beyond `max` may be named without being listed).
   */
  log(commit: string, query: LogQuery): Promise<readonly Commit[]>
  /** One commit with its true parents. */
  commit(id: string): Promise<Commit>
  /** Throws REVISION_NOT_FOUND where a shallow clone cannot know. */
  isAncestor(older: string, newer: string): Promise<boolean>
  /** Ends the git process behind it. */
  close(): Promise<void>
}

export interface RepositoryRequest {
  readonly url: string
  /** What it must hold: a commit id, a name or a Flux revision. */
  readonly revision?: string | undefined
  /** True for what follows branches and tags: a mirror then fetches them once more. */
  readonly refresh?: boolean
  /** A ref beyond branches and tags (GitRepository spec.ref.name), asked for if the revision is absent. */
  readonly ref?: string
  /** `--repo PATH` and `--repo URL=PATH`, in their order; they go before the working directory. */
  readonly checkouts: readonly { readonly url?: string; readonly path: string }[]
  readonly workingDirectory: string
  readonly cacheDirectory: string
  readonly env: Environment
  readonly timeoutMs?: number
  readonly allowFetch?: boolean
  /** True for what walks back in time: shallow and partial clones are then passed over. */
  readonly fullHistory?: boolean
}

/**
 * The repository to answer from: the first checkout that is a clone of `url` and holds the revision with all
 * its files, else the mirror, fetched where necessary. The user's checkouts are never fetched into.
 * Throws REVISION_INVALID, REVISION_NOT_FOUND, REPOSITORY_NOT_FOUND (a `--repo` that is none),
 * REPOSITORY_UNREACHABLE, SOURCE_UNSUPPORTED, GIT_NOT_FOUND.
 */
export async function openRepository(request: RepositoryRequest): Promise<Repository> {
  const { url, revision, env, timeoutMs } = request
  if (revision !== undefined) revisionName(revision)
  const candidates: readonly Candidate[] = [
    ...request.checkouts,
    { path: request.workingDirectory, optional: true },
  ]
  const limits = timeoutMs === undefined ? {} : { timeoutMs }
  const checkouts = await findCheckouts(url, candidates, { env, ...limits })
  let failure: GitOpsError | undefined
  for (const checkout of checkouts) {
    const unfit = await whyUnfit(checkout, request)
    if (unfit === undefined) return checkout
    failure ??= unfit
  }
  try {
    return await openFilledMirror(request)
  } catch (thrown) {
    throw failure === undefined ? thrown : bothFailed(failure, thrown, request)
  }
}

async function whyUnfit(checkout: Repository, request: RepositoryRequest): Promise<GitOpsError | undefined> {
  try {
    await checkFit(checkout, request)
    return undefined
  } catch (thrown) {
    if (!hasCode(thrown, 'REVISION_NOT_FOUND')) throw thrown
    return thrown
  }
}

async function checkFit(checkout: Repository, { revision, fullHistory }: RepositoryRequest): Promise<void> {
  if (fullHistory === true && (checkout.shallow || checkout.partial))
    throw incomplete(checkout, 'the whole history')
  if (revision === undefined) return
  const id = await checkout.resolve(revision)
  if (!checkout.partial) return
  const entries = await checkout.tree(id)
  if (entries.some(({ mode, size }) => mode !== '160000' && size === undefined))
    throw incomplete(checkout, `every file of ${revision}`)
}

function incomplete(checkout: Repository, revision: string): GitOpsError {
  const words = checkout.shallow ? 'the clone is shallow' : 'the clone is partial'
  return revisionNotFound({ revision, place: checkout.directory, words })
}

async function openFilledMirror(request: RepositoryRequest): Promise<Mirror> {
  const mirror = await openMirror(request.url, request)
  if (request.revision !== undefined) await mirror.ensure(request.revision)
  if (request.refresh === true) await mirror.refresh()
  return mirror
}

/** Both ways failed: the checkout's want is the one that a person can fill with one command. */
function bothFailed(absent: GitOpsError, thrown: unknown, { url, revision }: RepositoryRequest): unknown {
  if (!hasCode(thrown, 'REPOSITORY_UNREACHABLE', 'REVISION_NOT_FOUND', 'SOURCE_UNSUPPORTED')) return thrown
  return revisionNotFound({
    revision: revision ?? 'the whole history',
    place: `any copy of ${redactUrl(url)}`,
    words: [absent, thrown].map((error) => `${error.message}: ${error.why ?? ''}`).join('\n'),
    ...(absent.tryThis === undefined ? {} : { tryThis: absent.tryThis }),
  })
}
