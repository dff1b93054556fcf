import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { GitOpsError } from '../../errors.js'
import type { Repository, TreeEntry } from '../../git/repository.js'
import { isRecord } from '../../object.js'
import { type Artifact, comparePaths, filterLayout } from './artifact.js'
import type { CopyOperation, OutputArtifact } from './artifact-generator.js'
import { joinRepository, parentsOf } from './layout.js'
import {
  type ExcludePattern,
  isPattern,
  matchesExclude,
  matchingPaths,
  parseExclude,
} from './path-pattern.js'
import { effectivePatterns } from './source-ignore.js'
import { printYaml, readYaml } from '../yaml.js'

/**
 * Makes an ExternalArtifact's files of its inputs' as source-watcher does: one copy after another, a later file
 * over an earlier one, then the built-in ignore rules.
 * Source: source-watcher internal/builder/builder.go, merge.go.
 * @throws GitOpsError SOURCE_UNSUPPORTED, PATH_NOT_FOUND and what the repositories throw
 */
export async function generateArtifact(
  output: OutputArtifact,
  inputs: ReadonlyMap<string, Artifact>,
): Promise<Artifact> {
  const [first] = inputs.values()
  if (first === undefined) throw refused(output, 'it has no inputs')
  const staging = new Staging(first.repository)
  for (const operation of output.copy) {
    const copy = readOperation(output, operation)
    const input = inputs.get(copy.alias)
    if (input === undefined) throw refused(output, `source alias '${copy.alias}' not found`)
    for (const { from, to } of copies(copy, input, staging)) await staging.put(from, to, input, copy)
  }
  const { repository, commit } = first
  const elsewhere = joinRepository(repository, staging.places)
  const entries = [...staging.files.values()]
  const layout = { entries, folders: staging.folders, repository: elsewhere }
  return filterLayout(layout, commit, effectivePatterns([]))
}

/** One `copy`, taken apart. */
interface Copy {
  readonly alias: string
  readonly pattern: string
  /** The folder or file in the artifact; '' for its root. */
  readonly to: string
  readonly toFolder: boolean
  readonly exclude: readonly (readonly [text: string, pattern: ExcludePattern])[]
  readonly merges: boolean
  readonly operation: CopyOperation
}

function readOperation(output: OutputArtifact, operation: CopyOperation): Copy {
  const { from, to, strategy } = operation
  const [, alias, pattern] = /^@([^/]*)\/(.*)$/s.exec(from) ?? []
  if (alias === undefined || pattern === undefined) throw refused(output, `invalid copy source '${from}'`)
  const path = /^@artifact\/(.*)$/s.exec(to)?.[1]
  if (path === undefined || path.startsWith('/') || path.split('/').includes('..'))
    throw refused(output, `invalid copy destination '${to}'`)
  if (strategy !== 'Overwrite' && strategy !== 'Merge')
    throw refused(output, `the strategy ${strategy} cannot be followed`)
  return {
    alias,
    pattern,
    to: clean(path),
    toFolder: to.endsWith('/'),
    exclude: operation.exclude.map((text) => {
      const read = parseExclude(text)
      if (read === undefined) throw refused(output, `invalid exclude pattern '${text}'`)
      return [text, read]
    }),
    merges: strategy === 'Merge',
    operation,
  }
}

/** Go's filepath.Clean for a relative path, the root as ''. */
function clean(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '')
  return normal === '.' ? '' : normal
}

/** One thing to copy: a file, or a folder to make. */
interface Move {
  readonly from: TreeEntry | undefined
  readonly to: string
}

function copies(copy: Copy, input: Artifact, staging: Staging): readonly Move[] {
  return isPattern(copy.pattern) ? patternCopies(copy, input) : pathCopies(copy, input, staging)
}

function pathCopies(copy: Copy, input: Artifact, staging: Staging): readonly Move[] {
  const path = clean(copy.pattern)
  const file = input.files.get(path)
  if (file !== undefined) {
    if (isExcluded(path, '', copy)) return []
    const into = copy.toFolder || copy.to === '' || staging.folders.has(copy.to)
    return [{ from: file, to: into ? joined(copy.to, posix.basename(path)) : copy.to }]
  }
  if (input.folders.has(path))
    return folderCopies(path, joined(copy.to, posix.basename(path)), path, { copy, input })
  if (copy.operation.optional) return []
  throw new GitOpsError('PATH_NOT_FOUND', {
    what: `an input of an ArtifactGenerator has no ${JSON.stringify(path)}`,
    why: `source '${path}' does not exist`,
  })
}

function patternCopies(copy: Copy, input: Artifact): readonly Move[] {
  const { pattern } = copy
  const found = matchingPaths(
    pattern,
    [...input.folders, ...input.files.keys()].filter((path) => path !== ''),
  )
  const base = literalStart(pattern)
  const taken = (found ?? []).filter((path) => !isExcluded(path, base, copy)).sort(comparePaths)
  if (taken.length === 0 && !copy.operation.optional) {
    throw new GitOpsError('PATH_NOT_FOUND', {
      what: `nothing in an input of an ArtifactGenerator is copied by ${JSON.stringify(copy.operation.from)}`,
      why: `no files match pattern '${pattern}' in source '${copy.alias}', or all were excluded`,
    })
  }
  // `dir/**` stands for what is in the folder, any other pattern keeps the whole path.
  const stripped = pattern.endsWith('/**') ? `${pattern.slice(0, -3)}/` : undefined
  return taken.flatMap((path) => {
    const kept = stripped !== undefined && path.startsWith(stripped) ? path.slice(stripped.length) : path
    const to = joined(copy.to, kept)
    const file = input.files.get(path)
    return file === undefined ? folderCopies(path, to, base, { copy, input }) : [{ from: file, to }]
  })
}

/** What stands before the first part of a pattern that is one; excluded paths may be relative to it. */
function literalStart(pattern: string): string {
  const parts = clean(pattern).split('/')
  const wild = parts.findIndex(isPattern)
  return parts.slice(0, wild < 0 ? parts.length : wild).join('/')
}

function folderCopies(
  folder: string,
  to: string,
  base: string,
  { copy, input }: { readonly copy: Copy; readonly input: Artifact },
): readonly Move[] {
  const start = folder === '' ? 0 : folder.length + 1
  const isBelow = (path: string): boolean => path !== '' && (folder === '' || path.startsWith(`${folder}/`))
  const isCopied = (path: string): boolean =>
    isBelow(path) && ![path, ...parentsOf([path])].some((one) => isBelow(one) && isExcluded(one, base, copy))
  const folders = [...input.folders].filter(isCopied)
  const files = [...input.files.values()].filter((entry) => isCopied(entry.path))
  return [
    { from: undefined, to },
    ...folders.map((path): Move => ({ from: undefined, to: joined(to, path.slice(start)) })),
    ...files.map((entry): Move => ({ from: entry, to: joined(to, entry.path.slice(start)) })),
  ]
}

const joined = (folder: string, path: string): string =>
  folder === '' || path === '' ? folder + path : `${folder}/${path}`

/** Excluded by the path in the source, by the path below `base`, or, without a slash, by the name alone. */
function isExcluded(path: string, base: string, { exclude }: Copy): boolean {
  const relative = base !== '' && path.startsWith(`${base}/`) ? [path.slice(base.length + 1)] : []
  return exclude.some(
    ([text, pattern]) =>
      [path, ...relative].some((one) => matchesExclude(pattern, one)) ||
      (!text.includes('/') && matchesExclude(pattern, posix.basename(path))),
  )
}

/** The folder in which an artifact is put together. */
class Staging {
  readonly files = new Map<string, TreeEntry>()
  readonly folders = new Set<string>()
  /** Where the blobs of the files are, or what they hold. */
  readonly places = new Map<string, Repository | Uint8Array>()
  readonly #fallback: Repository

  constructor(fallback: Repository) {
    this.#fallback = fallback
  }

  async put(from: TreeEntry | undefined, to: string, input: Artifact, copy: Copy): Promise<void> {
    this.#makeFolders(from === undefined ? `${to}/` : to)
    if (from === undefined) return
    if (this.folders.has(to)) throw inTheWay(to, 'a folder')
    const below = copy.merges ? this.files.get(to) : undefined
    const entry = below === undefined ? { ...from, path: to } : await this.#merge(below, from, input)
    if (below === undefined) this.places.set(entry.id, input.repository)
    this.files.set(to, entry)
  }

  #makeFolders(path: string): void {
    for (const folder of parentsOf([path])) {
      if (this.files.has(folder)) throw inTheWay(folder, 'a file')
      this.folders.add(folder)
    }
  }

  async #merge(below: TreeEntry, above: TreeEntry, input: Artifact): Promise<TreeEntry> {
    const own = joinRepository(this.#fallback, this.places)
    const lower = await readMerged(own, below)
    const upper = await readMerged(input.repository, above)
    const content = Buffer.from(printYaml(mergeMaps(lower, upper)))
    // Git's own id for these bytes, so that equal contents stay equal.
    const id = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
    this.places.set(id, content)
    return { path: below.path, mode: '100644', id, size: content.length }
  }
}

async function readMerged(repository: Repository, entry: TreeEntry): Promise<Fields> {
  const content = (await repository.read([entry.id])).get(entry.id)
  const documents = readYaml(new TextDecoder().decode(content), entry.path)
  return documents.filter(isRecord).reduce<Fields>(mergeMaps, {})
}

type Fields = Readonly<Record<string, unknown>>

/** Helm's rule for values: maps are merged, anything else is replaced. */
function mergeMaps(base: Fields, overlay: Fields): Fields {
  const merged = new Map(Object.entries(base))
  for (const [name, value] of Object.entries(overlay)) {
    const below = merged.get(name)
    merged.set(name, isRecord(below) && isRecord(value) ? mergeMaps(below, value) : value)
  }
  return Object.fromEntries(merged)
}

function inTheWay(path: string, what: string): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `an ArtifactGenerator cannot write ${JSON.stringify(path)}`,
    why: `${what} is in the way`,
  })
}

function refused({ reference }: OutputArtifact, why: string): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `ExternalArtifact/${reference.namespace}/${reference.name} cannot be made here`,
    why,
  })
}
