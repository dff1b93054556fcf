import { isUtf8 } from 'node:buffer'
import { GitOpsError } from '../errors.js'
import type { Repository, TreeEntry } from '../git/repository.js'
import { effectivePatterns, isIgnored, readPatterns, type IgnorePattern } from './source-ignore.js'

/** The files that source-controller packs for one revision: regular files that no rule leaves out. */
export interface Artifact {
  readonly commit: string
  /** By path relative to the root. */
  readonly files: ReadonlyMap<string, TreeEntry>
  /** Every folder, the root as ''; one whose files are all left out is an empty folder. */
  readonly folders: ReadonlySet<string>
  readonly repository: Repository
}

/**
 * Lists the artifact of a commit, as source-controller would pack it.
 * Source: fluxcd/pkg artifact/storage/archive.go (symbolic links are left out, and a rule that leaves a
 * folder out does not leave its files out), sourceignore.go.
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
  const checkedOut = parentsOf(tree.map((entry) => entry.path))
  const packed = [...checkedOut].filter((folder) => !isIgnored(folder, patterns, 'folder'))
  const folders = new Set(['', ...packed, ...parentsOf([...packed, ...files.keys()])])
  return { commit, files, folders, repository }
}

async function sourceIgnoreFiles(
  repository: Repository,
  entries: readonly TreeEntry[],
): Promise<readonly IgnorePattern[]> {
  const found = entries
    .filter((entry) => entry.path === '.sourceignore' || entry.path.endsWith('/.sourceignore'))
    .sort((a, b) => comparePaths(folderOf(a.path), folderOf(b.path)))
  if (found.length === 0) return []
  const contents = await repository.read(found.map((entry) => entry.id))
  // Go keeps a byte order mark: the first line is then neither a comment nor the name it looks like.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return found.flatMap((entry) => {
    const folder = folderOf(entry.path)
    return readPatterns(decoder.decode(contents.get(entry.id)), folder === '' ? [] : folder.split('/'))
  })
}

/** One file of the artifact; empty where there is none. */
export async function bytesOf(artifact: Artifact, path: string): Promise<Uint8Array> {
  const entry = artifact.files.get(path)
  if (entry === undefined) return new Uint8Array()
  return (await artifact.repository.read([entry.id])).get(entry.id) ?? new Uint8Array()
}

/**
 * The text of a file.
 * @throws GitOpsError YAML_INVALID where it is not UTF-8
 */
export function decode(bytes: Uint8Array, path: string): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes)
  throw new GitOpsError('YAML_INVALID', { what: `${path} is not valid YAML`, why: 'it is not UTF-8' })
}

/** The folder of a path; '' for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function parentsOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== '' && !folders.has(folder); folder = folderOf(folder))
      folders.add(folder)
  }
  return folders
}

/** The order of Go's directory walks: name by name, so that `a/x` comes before `a-b` and `a.yaml`. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  const differs = left.findIndex((segment, i) => segment !== right[i])
  if (differs < 0) return left.length - right.length
  return Buffer.compare(Buffer.from(left[differs] ?? ''), Buffer.from(right[differs] ?? ''))
}
