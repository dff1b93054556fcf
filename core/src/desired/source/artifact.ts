import { isUtf8 } from 'node:buffer'
import { GitOpsError } from '../../errors.js'
import type { Repository, TreeEntry } from '../../git/repository.js'
import { KUSTOMIZATION_NAMES } from '../kustomization-file.js'
import { placeIncludes, type IncludedArtifact } from './include.js'
import { folderOf, type Layout, layoutOf, parentsOf } from './layout.js'
import {
  effectivePatterns,
  ignoring,
  PUSH_PATTERNS,
  readPatterns,
  type IgnorePattern,
} from './source-ignore.js'
import { sparseTree } from './sparse.js'

export { folderOf }

/** The files that source-controller packs for one revision: regular files that no rule leaves out. */
export interface Artifact {
  readonly commit: string
  /** By path relative to the root. */
  readonly files: ReadonlyMap<string, TreeEntry>
  /** Every folder, the root as ''; one whose files are all left out is an empty folder. */
  readonly folders: ReadonlySet<string>
  readonly repository: Repository
  /** Why these may not be the files that Flux had, where only a digest can tell. */
  readonly claim?: string
}

/** What shapes an artifact besides its ignore rules (fields of a GitRepository's spec). */
export interface ArtifactShape {
  readonly sparseCheckout?: readonly string[]
  readonly includes?: readonly IncludedArtifact[]
  /** Puts submodules where they belong (`spec.recurseSubmodules`). */
  readonly submodules?: (layout: Layout) => Promise<Layout>
}

/**
 * Lists the artifact of a commit, as source-controller would pack it.
 * Source: fluxcd/pkg artifact/storage/archive.go (symbolic links are left out, and a rule that leaves a
 * folder out does not leave its files out), sourceignore.go.
 * @param ignore `spec.ignore` of the GitRepository
 * @throws GitOpsError SOURCE_UNSUPPORTED, PATH_NOT_FOUND and what the repository throws
 */
export async function readArtifact(
  repository: Repository,
  commit: string,
  ignore: string | undefined,
  shape: ArtifactShape = {},
): Promise<Artifact> {
  const { sparseCheckout = [], submodules, includes = [] } = shape
  const checkedOut = layoutOf(sparseTree(await repository.tree(commit), sparseCheckout), repository)
  // go-git checks submodules out with the whole tree; a sparse checkout comes later and without them.
  const isSparse = sparseCheckout.length > 0
  const whole = submodules === undefined || isSparse ? checkedOut : await submodules(checkedOut)
  return pack(placeIncludes(whole, includes), commit, ignore)
}

/**
 * Lists the artifact of an OCIRepository that `flux push artifact` made of a commit's root: two sets of rules
 * leave files out, one when it is pushed, then source-controller's.
 * Source: flux2 cmd/flux/build_artifact.go; source-controller ocirepository_controller.go, reconcileArtifact.
 */
export async function readPushedArtifact(
  repository: Repository,
  commit: string,
  ignore: string | undefined,
): Promise<Artifact> {
  const { entries, folders } = layoutOf(await repository.tree(commit), repository)
  const isIgnored = ignoring(PUSH_PATTERNS)
  const pushed = entries.filter((entry) => !isIgnored(entry.path))
  const kept = [...folders].filter((folder) => !isIgnored(folder, 'folder'))
  return pack({ entries: pushed, folders: new Set(kept), repository }, commit, ignore)
}

async function pack(layout: Layout, commit: string, ignore: string | undefined): Promise<Artifact> {
  const regular = layout.entries.filter((entry) => entry.mode === '100644' || entry.mode === '100755')
  const patterns = effectivePatterns([
    ...(await sourceIgnoreFiles(layout.repository, regular)),
    ...(ignore === undefined ? [] : readPatterns(ignore, [])),
  ])
  return filterLayout({ ...layout, entries: regular }, commit, patterns)
}

/** The artifact of a folder by rules that are known already; its entries are regular files. */
export function filterLayout(
  { entries, folders: all, repository }: Layout,
  commit: string,
  patterns: readonly IgnorePattern[],
): Artifact {
  const isIgnored = ignoring(patterns)
  const files = new Map(entries.filter((entry) => !isIgnored(entry.path)).map((entry) => [entry.path, entry]))
  const packed = [...all].filter((folder) => !isIgnored(folder, 'folder'))
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
  const known = isKustomizationFile(path) ? await kustomizationFiles(artifact) : undefined
  return (
    known?.get(entry.id) ?? (await artifact.repository.read([entry.id])).get(entry.id) ?? new Uint8Array()
  )
}

/** As many as are read at once, and as many bytes. */
const MOST_READ = 2_000
const MOST_BYTES = 4 * 1024 * 1024

const kept = new WeakMap<Artifact, Promise<ReadonlyMap<string, Uint8Array>>>()

/** The kustomization files of an artifact by id, read in one turn: most builds begin with one. Empty where they are too many. */
function kustomizationFiles(artifact: Artifact): Promise<ReadonlyMap<string, Uint8Array>> {
  const known = kept.get(artifact)
  if (known !== undefined) return known
  const entries = [...artifact.files.values()].filter(({ path }) => isKustomizationFile(path))
  const bytes = entries.reduce((sum, { size = MOST_BYTES }) => sum + size, 0)
  const isFew = entries.length <= MOST_READ && bytes < MOST_BYTES
  // Where one of them cannot be read, that is the matter of who asks for it.
  const contents = artifact.repository.read(isFew ? entries.map(({ id }) => id) : []).catch(() => new Map())
  kept.set(artifact, contents)
  return contents
}

const isKustomizationFile = (path: string): boolean =>
  KUSTOMIZATION_NAMES.some((name) => path === name || path.endsWith(`/${name}`))

/**
 * The text of a file.
 * @throws GitOpsError YAML_INVALID where it is not UTF-8
 */
export function decode(bytes: Uint8Array, path: string): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes)
  throw new GitOpsError('YAML_INVALID', { what: `${path} is not valid YAML`, why: 'it is not UTF-8' })
}

/** The order of Go's directory walks: name by name, so that `a/x` comes before `a-b` and `a.yaml`. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  const differs = left.findIndex((segment, i) => segment !== right[i])
  if (differs < 0) return left.length - right.length
  return Buffer.compare(Buffer.from(left[differs] ?? ''), Buffer.from(right[differs] ?? ''))
}
