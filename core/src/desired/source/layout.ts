import type { Repository, TreeEntry } from '../../git/repository.js'

/** What lies in a folder that source-controller packs, before any ignore rule. */
export interface Layout {
  /** Files, links and submodules; paths are relative to the folder. */
  readonly entries: readonly TreeEntry[]
  /** Folders, without the root; some hold nothing. */
  readonly folders: ReadonlySet<string>
  /** Reads the blobs of all entries, whichever repository they are of. */
  readonly repository: Repository
}

/** A checked-out tree; a submodule that is not followed is an empty folder. */
export function layoutOf(entries: readonly TreeEntry[], repository: Repository): Layout {
  const submodules = entries.filter((entry) => entry.mode === '160000').map((entry) => entry.path)
  return {
    entries,
    folders: new Set([...parentsOf(entries.map((entry) => entry.path)), ...submodules]),
    repository,
  }
}

/** The layout with another one in a folder of it; what was an entry of that path is gone. */
export function graft(layout: Layout, folder: string, part: Layout): Layout {
  const entries = part.entries.map((entry) => ({ ...entry, path: `${folder}/${entry.path}` }))
  const folders = [...part.folders].map((path) => `${folder}/${path}`)
  return {
    entries: [...layout.entries.filter((entry) => entry.path !== folder), ...entries],
    folders: new Set([...layout.folders, ...parentsOf([folder]), folder, ...folders]),
    repository: joinRepository(
      layout.repository,
      new Map(entries.map((entry) => [entry.id, part.repository])),
    ),
  }
}

/**
 * A repository that has some blobs from elsewhere: a blob's id says nothing of where it lies, so each is asked
 * of the repository that it came from. History stays the own one's.
 */
export function joinRepository(
  own: Repository,
  elsewhere: ReadonlyMap<string, Repository | Uint8Array>,
): Repository {
  return {
    kind: own.kind,
    directory: own.directory,
    url: own.url,
    shallow: own.shallow,
    partial: own.partial,
    resolve: (revision) => own.resolve(revision),
    tags: () => own.tags(),
    tree: (commit) => own.tree(commit),
    read: (ids) => readJoined(own, elsewhere, ids),
    log: (commit, query) => own.log(commit, query),
    commit: (id) => own.commit(id),
    isAncestor: (older, newer) => own.isAncestor(older, newer),
    close: () => own.close(),
  }
}

async function readJoined(
  own: Repository,
  elsewhere: ReadonlyMap<string, Repository | Uint8Array>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>()
  const asked = new Map<Repository, string[]>()
  for (const id of ids) {
    const place = elsewhere.get(id) ?? own
    if (place instanceof Uint8Array) contents.set(id, place)
    else asked.set(place, [...(asked.get(place) ?? []), id])
  }
  const answers = await Promise.all([...asked].map(([place, wanted]) => place.read(wanted)))
  for (const [id, content] of answers.flatMap((answer) => [...answer])) contents.set(id, content)
  return contents
}

/** The folder of a path; '' for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** Every folder that one of the paths stands in, without the root. */
export function parentsOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== '' && !folders.has(folder); folder = folderOf(folder))
      folders.add(folder)
  }
  return folders
}
