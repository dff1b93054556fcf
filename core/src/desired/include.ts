import { GitOpsError } from '../errors.js'
import type { Repository, TreeEntry } from '../git/repository.js'
import type { Artifact } from './artifact.js'
import { normalizePath } from './kustomization.js'
import type { Include, Source } from './source.js'

/** The artifact of another GitRepository, and where its files are put. */
export interface IncludedArtifact {
  readonly artifact: Artifact
  readonly fromPath: string
  readonly toPath: string
}

/** What lies in the folder that source-controller packs, before any ignore rule. */
export interface Layout {
  readonly entries: readonly TreeEntry[]
  /** Folders, without the root; some hold nothing. */
  readonly folders: ReadonlySet<string>
  /** Reads the blobs of whichever repository they are of. */
  readonly repository: Repository
}

/**
 * Puts included artifacts into a layout, one after another, as source-controller moves them: a folder never
 * goes where anything is already, a file replaces a file.
 * Source: source-controller reconcileInclude; fluxcd/pkg artifact/storage CopyToPath (one rename).
 * @throws GitOpsError SOURCE_UNSUPPORTED where Flux could not pack it, or a symbolic link is in the way
 */
export function placeIncludes(layout: Layout, includes: readonly IncludedArtifact[]): Layout {
  return includes.reduce(placeOne, layout)
}

function placeOne(layout: Layout, include: IncludedArtifact): Layout {
  const { artifact } = include
  const from = normalizePath(include.fromPath)
  const to = normalizePath(include.toPath)
  const file = artifact.files.get(from)
  if (file === undefined && !artifact.folders.has(from))
    throw unplaced(include, `${include.fromPath} is not in the included artifact`)
  const taken = conflict(layout, to, file === undefined)
  if (taken !== undefined) throw unplaced(include, taken)
  const move = (path: string): string => joined(to, path.slice(from === '' ? 0 : from.length + 1))
  const moved = file === undefined ? below([...artifact.files.values()], from) : []
  const entries =
    file === undefined
      ? moved.map((entry) => ({ ...entry, path: move(entry.path) }))
      : [{ ...file, path: to }]
  const folders = file === undefined ? [...artifact.folders].filter((path) => isBelow(path, from)) : []
  return {
    entries: [...layout.entries.filter((entry) => entry.path !== to), ...entries],
    folders: new Set([
      ...layout.folders,
      ...ancestorsOf(to),
      ...(file === undefined ? [to] : []),
      ...folders.map(move),
    ]),
    repository: joinRepositories(layout.repository, artifact, entries),
  }
}

const below = (entries: readonly TreeEntry[], folder: string): readonly TreeEntry[] =>
  entries.filter((entry) => isBelow(entry.path, folder))

const isBelow = (path: string, folder: string): boolean =>
  folder === '' ? path !== '' : path.startsWith(`${folder}/`)

const joined = (folder: string, path: string): string => (path === '' ? folder : `${folder}/${path}`)

function ancestorsOf(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))
}

/** Why nothing can be moved there. */
function conflict(layout: Layout, to: string, isFolder: boolean): string | undefined {
  if (to === '' || layout.folders.has(to)) return 'a folder is there already'
  const inWay = new Set([...ancestorsOf(to), to])
  const blocking = layout.entries.filter((entry) => inWay.has(entry.path))
  if (blocking.some((entry) => entry.mode === '120000')) return 'a symbolic link is in the way'
  const isReplaced = !isFolder && blocking.every((entry) => entry.path === to)
  return blocking.length === 0 || isReplaced ? undefined : 'a file is in the way'
}

function unplaced({ fromPath, toPath }: IncludedArtifact, why: string): GitOpsError {
  const from = fromPath === '' ? 'its root' : fromPath
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `an included GitRepository cannot be put from ${from} to ${toPath}`,
    why,
  })
}

/** Blob ids say nothing of where a blob lies: each is asked of the repository that it came from. */
function joinRepositories(
  own: Repository,
  { repository }: Artifact,
  entries: readonly TreeEntry[],
): Repository {
  const theirs = new Set(entries.map((entry) => entry.id))
  return {
    kind: own.kind,
    directory: own.directory,
    url: own.url,
    shallow: own.shallow,
    partial: own.partial,
    resolve: (revision) => own.resolve(revision),
    tree: (commit) => own.tree(commit),
    read: async (ids) => {
      const [mine, others] = await Promise.all([
        own.read(ids.filter((id) => !theirs.has(id))),
        repository.read(ids.filter((id) => theirs.has(id))),
      ])
      return new Map([...mine, ...others])
    },
    log: (commit, query) => own.log(commit, query),
    commit: (id) => own.commit(id),
    isAncestor: (older, newer) => own.isAncestor(older, newer),
    close: () => own.close(),
  }
}

/** Gives every included repository of every source its own source, to any depth; a circle is left open. */
export function resolveIncludes(sources: ReadonlyMap<string, Source>): ReadonlyMap<string, Source> {
  return new Map([...sources].map(([key, source]) => [key, resolved(source, sources, [key])]))
}

function resolved(source: Source, sources: ReadonlyMap<string, Source>, above: readonly string[]): Source {
  if (source.includes.length === 0) return source
  const includes = source.includes.map((include): Include => {
    const { kind, namespace, name } = include.repository
    const key = `${kind}/${namespace}/${name}`
    const found = above.includes(key) ? undefined : sources.get(key)
    return found === undefined ? include : { ...include, source: resolved(found, sources, [...above, key]) }
  })
  return { ...source, includes }
}
