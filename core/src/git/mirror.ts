import { GitOpsError } from '../errors.js'
import type { Environment } from './environment.js'
import { hasCode, revisionNotFound } from './failure.js'
import {
  BRANCHES_AND_TAGS,
  HEAD,
  type MirrorHome,
  cloneMirror,
  fetchInto,
  isMirrored,
  mirrorHome,
} from './mirror-store.js'
import { readerOf } from './reader.js'
import type { Repository } from './repository.js'
import { isFullId, revisionName } from './revision-name.js'
import { openTransport } from './transport.js'

export interface MirrorOptions {
  readonly cacheDirectory: string
  readonly env: Environment
  readonly timeoutMs?: number
  /** A ref beyond branches and tags that is worth asking for: `refs/pull/420/head`. */
  readonly ref?: string
  /** False: answer from what the cache holds. */
  readonly allowFetch?: boolean
}

/** A full bare copy in the cache, from which no commit is ever removed. */
export interface Mirror extends Repository {
  readonly kind: 'mirror'
  /**
   * The id of a revision. It is fetched first if it is absent, or if it is a name: names move, ids do not.
   * Throws REVISION_INVALID, REVISION_NOT_FOUND, REPOSITORY_UNREACHABLE.
   */
  ensure(revision: string, ref?: string): Promise<string>
  /**
   * Fetches all branches and tags, unless that happened just now or is not allowed.
   * Throws REPOSITORY_UNREACHABLE.
   */
  refresh(): Promise<void>
}

const TIMEOUT_MS = 300_000
/** What git and its servers say of a ref or an id that is not there (fetch-pack.c, remote.c, upload-pack.c). */
const NOT_HANDED_OUT = /couldn't find remote ref|not our ref|unadvertised object|no such ref/i

/**
 * Opens the mirror of a URL, after cloning it where the cache has none. Never shallow, never partial.
 * Throws REPOSITORY_UNREACHABLE, SOURCE_UNSUPPORTED, GIT_NOT_FOUND.
 */
export async function openMirror(url: string, options: MirrorOptions): Promise<Mirror> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const transport = await openTransport(url, options.env, timeoutMs)
  const home = mirrorHome(options.cacheDirectory, url, { transport, env: options.env, timeoutMs })
  const mayFetch = options.allowFetch !== false
  const wasMirrored = await isMirrored(home)
  if (!wasMirrored) {
    if (!mayFetch) throw notMirrored(transport.url)
    await cloneMirror(home)
  }
  const reader = readerOf({
    kind: 'mirror',
    directory: home.directory,
    gitDirectory: home.directory,
    url: transport.url,
    boundary: new Set(),
    partial: false,
    env: options.env,
    timeoutMs,
  })
  let fresh = !wasMirrored
  return {
    ...reader,
    kind: 'mirror',
    ensure: async (revision, ref = options.ref) => {
      const name = revisionName(revision)
      const held = await resolveIfHeld(reader, name)
      if (!mayFetch) return held ?? notFetched(revision, transport.url)
      const isNew = fresh
      fresh = false
      if (held !== undefined && (isFixed(name, held) || (isNew && !isForeign(name)))) return held
      return fetchUntilHeld({ home, reader, name, revision }, stepsFor(name, ref, isNew))
    },
    refresh: async () => {
      if (mayFetch && !fresh) await fetchInto(home, BRANCHES_AND_TAGS)
      fresh = true
    },
  }
}

function notMirrored(url: string): GitOpsError {
  return new GitOpsError('REPOSITORY_UNREACHABLE', {
    what: `there is no copy of ${url} here`,
    why: 'fetching is not allowed',
    tryThis: 'name a clone of it with --repo PATH',
  })
}

function notFetched(revision: string, url: string): never {
  throw revisionNotFound({ revision, place: `the copy of ${url} here`, words: 'fetching is not allowed' })
}

async function resolveIfHeld(reader: Repository, name: string): Promise<string | undefined> {
  try {
    return await reader.resolve(name)
  } catch (thrown) {
    if (hasCode(thrown, 'REVISION_NOT_FOUND')) return undefined
    throw thrown
  }
}

/** A commit id, whole or shortened, stands for one commit for ever; a name does not. */
function isFixed(name: string, id: string): boolean {
  return /^[0-9a-f]{7,}$/.test(name) && id.startsWith(name)
}

/** The ref that a name starts from: `refs/pull/7/head~2` -> `refs/pull/7/head`, `@` -> `HEAD`. */
function baseOf(name: string): string {
  const base = name.replace(/(?:[~^]|@\{)[^]*$/, '')
  return base === '' || base === '@' ? 'HEAD' : base
}

/** Neither a branch nor a tag, and not a namespace that means something to git or to this mirror. */
function isForeign(name: string): boolean {
  return /^refs\/(?!heads\/|tags\/|replace\/|gitops\/)./.test(baseOf(name))
}

/** What to fetch, one after the other, until the revision is there. */
function stepsFor(name: string, ref: string | undefined, isNew: boolean): readonly (readonly string[])[] {
  if (baseOf(name) === 'HEAD') return [[HEAD]]
  if (isForeign(name)) return [[`+${baseOf(name)}:${baseOf(name)}`]]
  return [
    ...(isNew ? [] : [BRANCHES_AND_TAGS]),
    ...(ref !== undefined && isForeign(revisionName(ref)) ? [[`+${baseOf(ref)}:${baseOf(ref)}`]] : []),
    // A force-push took the commit from every branch; many servers still hand it out by its id.
    ...(isFullId(name) ? [[`+${name}:refs/gitops/${name}`]] : []),
  ]
}

interface Search {
  readonly home: MirrorHome
  readonly reader: Repository
  readonly name: string
  readonly revision: string
}

async function fetchUntilHeld(search: Search, steps: readonly (readonly string[])[]): Promise<string> {
  const { home, reader, name, revision } = search
  const words: string[] = []
  for (const refspecs of steps) {
    try {
      await fetchInto(home, refspecs)
    } catch (thrown) {
      if (!hasCode(thrown, 'REPOSITORY_UNREACHABLE') || !NOT_HANDED_OUT.test(thrown.why ?? '')) throw thrown
      words.push(thrown.why ?? '')
      continue
    }
    const id = await resolveIfHeld(reader, name)
    if (id !== undefined) return id
  }
  throw revisionNotFound({
    revision,
    place: home.transport.url,
    words: words.at(-1) ?? 'no branch or tag of it leads there',
    tryThis: 'check the revision; if history was rewritten, name a clone that still has it with --repo PATH',
  })
}
