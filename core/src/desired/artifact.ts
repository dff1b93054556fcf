import type { Repository, TreeEntry } from '../git/repository.js'
import { effectivePatterns, isIgnored, readPatterns, type IgnorePattern } from './source-ignore.js'

/** The files that source-controller packs for one revision: regular files that no rule leaves out. */
export interface Artifact {
  readonly commit: string
  /** By path relative to the root. */
  readonly files: ReadonlyMap<string, TreeEntry>
  /** Every folder that holds a file, the root as ''. */
  readonly folders: ReadonlySet<string>
  readonly repository: Repository
}

/**
 * Lists the artifact of a commit, as source-controller would pack it.
 * Source: fluxcd/pkg artifact/storage/archive.go (symbolic links are left out), sourceignore.go.
 * @param ignore `spec.ignore` of the GitRepository
 */
export async function readArtifact(
  repository: Repository,
  commit: string,
  ignore: string | undefined,
): Promise<Artifact> {
  const tree = await repository.tree(commit)
  const regular = tree.filter((entry) => entry.mode === '100644' || entry.mode === '100755')
  const patterns = effectivePatterns([
    ...(await sourceIgnoreFiles(repository, regular)),
    ...(ignore === undefined ? [] : readPatterns(ignore, [])),
  ])
  const files = new Map(
    regular.filter((entry) => !isIgnored(entry.path, patterns)).map((entry) => [entry.path, entry]),
  )
  return { commit, files, folders: foldersOf(files.keys()), repository }
}

async function sourceIgnoreFiles(
  repository: Repository,
  entries: readonly TreeEntry[],
): Promise<readonly IgnorePattern[]> {
  const found = entries
    .filter((entry) => entry.path === '.sourceignore' || entry.path.endsWith('/.sourceignore'))
    .sort((a, b) => compareFolders(folderOf(a.path), folderOf(b.path)))
  if (found.length === 0) return []
  const contents = await repository.read(found.map((entry) => entry.id))
  return found.flatMap((entry) => {
    const folder = folderOf(entry.path)
    const content = contents.get(entry.id)
    return readPatterns(new TextDecoder().decode(content), folder === '' ? [] : folder.split('/'))
  })
}

/** The folder of a path; '' for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>([''])
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== '' && !folders.has(folder); folder = folderOf(folder))
      folders.add(folder)
  }
  return folders
}

/** The order of Go's directory walks: a folder's entries by name, each folder before what follows it. */
export function compareFolders(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] ?? ''
    const y = right[i] ?? ''
    if (x !== y) return Buffer.compare(Buffer.from(x), Buffer.from(y))
  }
  return left.length - right.length
}
