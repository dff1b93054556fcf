import { parseCommit } from './commit.js'
import { type Environment, readingEnvironment } from './environment.js'
import { gitFailed, hasCode, revisionNotFound, shellWord } from './failure.js'
import { type GitObject, ObjectReader, READ_LIMITS, type ReadLimits } from './objects.js'
import { type GitAnswer, runGit } from './process.js'
import type { Commit, LogQuery, Repository, TreeEntry } from './repository.js'
import { fullId, revisionName } from './revision-name.js'
import { parseTree } from './tree.js'

/** A repository that was found: what reading it takes, nothing else. */
export interface Place {
  readonly kind: Repository['kind']
  readonly directory: string
  readonly gitDirectory: string
  readonly url: string
  /** Where a shallow clone ends; empty for a whole one. */
  readonly boundary: ReadonlySet<string>
  readonly partial: boolean
  readonly env: Environment
  readonly timeoutMs: number
  readonly limits?: ReadLimits
}

/** Reads a repository with git's plumbing only: no porcelain, so that no setting can change an answer. */
export function readerOf(place: Place): Repository {
  const env: Environment = {
    ...readingEnvironment(place.env),
    // Explicit, and one folder: nothing is discovered, and no path is taken as relative to a sub-folder.
    GIT_DIR: place.gitDirectory,
    GIT_WORK_TREE: place.gitDirectory,
  }
  const { gitDirectory, timeoutMs, limits = READ_LIMITS } = place
  const objects = new ObjectReader({ gitDirectory, env, timeoutMs, limits })
  const git: Git = (args, input) =>
    runGit({
      args,
      env,
      directory: gitDirectory,
      timeoutMs,
      maxBytes: limits.listing,
      ...(input === undefined ? {} : { input }),
    })
  // Rules of several sources are laid over one tree, one after another.
  let last: { readonly commit: string; readonly entries: Promise<readonly TreeEntry[]> } | undefined
  const treeOf = (commit: string): Promise<readonly TreeEntry[]> => {
    if (last?.commit !== commit) last = { commit, entries: tree(place, git, commit) }
    return last.entries
  }
  return {
    kind: place.kind,
    directory: place.directory,
    url: place.url,
    shallow: place.boundary.size > 0,
    partial: place.partial,
    resolve: (revision) => resolve(place, git, revision),
    tags: () => tags(place, git),
    tree: treeOf,
    read: (ids) => blobs({ place, git, objects }, ids),
    log: (commit, query) => log({ place, git, objects }, commit, query),
    commit: async (id) => {
      const [commit] = await commits(place, objects, [fullId(id)])
      if (commit === undefined) throw absent(place, id, 'no such object')
      return commit
    },
    isAncestor: (older, newer) => isAncestor(place, git, [fullId(older), fullId(newer)]),
    close: () => objects.close(),
  }
}

type Git = (args: readonly string[], input?: string) => Promise<GitAnswer>

async function resolve(place: Place, git: Git, revision: string): Promise<string> {
  const name = revisionName(revision)
  const { code, stdout, words } = await git(['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`])
  if (code === 0) return fullId(stdout.toString().trimEnd())
  throw absent(place, revision, words)
}

async function tags(place: Place, git: Git): Promise<readonly string[]> {
  const { code, stdout, words } = await git(['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/tags/'])
  if (code !== 0) throw failed(place, 'refs/tags', words)
  return stdout.toString().split('\n').slice(0, -1)
}

const WITHOUT_SIZE = '--format=%(objectmode) %(objecttype) %(objectname) -%x09%(path)'

async function tree(place: Place, git: Git, commit: string): Promise<readonly TreeEntry[]> {
  const list = (shape: string): Promise<GitAnswer> =>
    git(['ls-tree', '-r', '-z', shape, '--full-tree', '--end-of-options', fullId(commit)])
  const sized = await list('-l')
  // git gives up on the size of a file that a partial clone lacks; without sizes it lists every path.
  const { code, stdout, words } = sized.code !== 0 && place.partial ? await list(WITHOUT_SIZE) : sized
  if (code === 0) return parseTree(stdout)
  throw failed(place, commit, words)
}

async function blobs(
  { place, git, objects }: Sources,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = await objectsOf(place, objects, ids.map(fullId))
  const contents = new Map<string, Uint8Array>()
  for (const id of ids) {
    const object = found.get(id)
    if (object === undefined) throw await lacking(place, git, id)
    if (object.type !== 'blob') throw gitFailed(`${id} is not a file`, `it is a ${object.type}`)
    contents.set(id, object.content)
  }
  return contents
}

/** `cat-file --batch` calls a damaged object missing; asked for that one alone, git says what is wrong with it. */
async function lacking(place: Place, git: Git, id: string): Promise<Error> {
  const { words } = await git(['cat-file', '-t', '--end-of-options', id])
  const isDamaged = /corrupt|inflate|unable to (?:unpack|parse|read)/i.test(words)
  return isDamaged ? gitFailed(`${id} cannot be read`, words) : absent(place, id, 'no such object')
}

/** git ends when it may not fetch what a partial clone lacks, instead of answering "missing". */
async function objectsOf(
  place: Place,
  objects: ObjectReader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GitObject>> {
  try {
    return await objects.read(ids)
  } catch (thrown) {
    if (place.partial && hasCode(thrown, 'GIT_FAILED')) throw absent(place, 'an object', thrown.why ?? '')
    throw thrown
  }
}

interface Sources {
  readonly place: Place
  readonly git: Git
  readonly objects: ObjectReader
}

/** rev-list finds and rewrites, cat-file reads: neither knows log.follow, mailmap, gpg or a pretty format. */
async function log(
  { place, git, objects }: Sources,
  commit: string,
  { paths, max, since }: LogQuery,
): Promise<readonly Commit[]> {
  const wanted = paths.map((path) => path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '') || '.')
  const inLines = wanted.filter((path) => !path.includes('\n'))
  const listed = await git(
    [
      ...['rev-list', '--topo-order', '--full-history', '--parents', `--max-count=${max}`],
      ...(inLines.length > 0 ? ['--stdin'] : []),
      ...['--end-of-options', fullId(commit), ...(since === undefined ? [] : [`^${fullId(since)}`]), '--'],
      // stdin is read by lines, so only the rare path with a newline goes on the command line.
      ...wanted.filter((path) => path.includes('\n')),
    ],
    inLines.length > 0 ? `--\n${inLines.join('\n')}\n` : undefined,
  )
  if (listed.code !== 0) throw failed(place, commit, listed.words)
  const lines = listed.stdout.toString().split('\n').slice(0, -1)
  const rewritten = lines.map((line) => line.split(' '))
  const found = await commits(
    place,
    objects,
    rewritten.map(([id = '']) => id),
  )
  return found.map((each, index) => ({ ...each, parents: rewritten[index]?.slice(1) ?? [] }))
}

async function commits(
  place: Place,
  objects: ObjectReader,
  ids: readonly string[],
): Promise<readonly Commit[]> {
  const found = await objectsOf(place, objects, ids)
  return ids.map((id) => {
    const object = found.get(id)
    if (object === undefined) throw absent(place, id, 'no such object')
    if (object.type !== 'commit') throw gitFailed(`${id} is not a commit`, `it is a ${object.type}`)
    const commit = parseCommit(id, object.content)
    return place.boundary.has(id) ? { ...commit, boundary: true } : commit
  })
}

async function isAncestor(place: Place, git: Git, ids: readonly [string, string]): Promise<boolean> {
  const { code, words } = await git(['merge-base', '--is-ancestor', '--end-of-options', ...ids])
  if (code === 0) return true
  if (code !== 1) throw failed(place, ids.join(' or '), words)
  // "No" from a clone that is cut off means only "not within what I hold".
  if (place.boundary.size > 0) throw absent(place, `the history from ${ids[1]} back to ${ids[0]}`, words)
  return false
}

function failed(place: Place, revision: string, words: string): Error {
  const isAbsent = /bad object|not a tree object|not a valid (?:object|commit) name/i.test(words)
  return isAbsent || place.partial
    ? absent(place, revision, words)
    : gitFailed(`git could not read ${place.directory}`, words)
}

function absent(place: Place, revision: string, words: string): Error {
  const fetch = `git -C ${shellWord(place.directory)} fetch`
  const [limits, tryThis] =
    place.boundary.size > 0
      ? ['the clone is shallow: its history is cut off', `${fetch} --unshallow`]
      : place.partial
        ? ['the clone is partial: it lacks files until git fetches them', `${fetch} --refetch --no-filter`]
        : [undefined, place.kind === 'checkout' ? fetch : undefined]
  return revisionNotFound({
    revision,
    place: place.kind === 'checkout' ? place.directory : place.url,
    words: [words, limits].filter((part) => part !== undefined && part !== '').join('\n'),
    ...(tryThis === undefined ? {} : { tryThis }),
  })
}
