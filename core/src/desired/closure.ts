import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import { bytesOf, decode, type Artifact } from './source/artifact.js'
import { joinPath } from './generator.js'
import { foldName, KUSTOMIZATION_NAMES, type KustomizationFile } from './kustomization-file.js'
import { fileReferences, pluginReferences, type Reference } from './reference.js'
import { isRemoteBase, isRemoteFile } from './remote-base.js'
import { readUnambiguousYaml, readYaml } from './yaml.js'

/** The files that a build reads, and nothing else: they are copied to the scratch folder. */
export interface Closure {
  readonly paths: ReadonlySet<string>
  /** Those kustomization files among them that are no YAML: a build fails when it comes to one. */
  readonly unreadable: ReadonlySet<string>
  /** Folders that are named: kustomize has words of its own for one that holds nothing it can use. */
  readonly folders: ReadonlySet<string>
}

/**
 * Follows every path that kustomize would load, from a (generated or edited) kustomization file on.
 * A path that leaves the artifact is refused, as Flux's secure file system does; so is a remote one,
 * for a build has no network. A missing file is kustomize's to report. In doubt a path is followed: one that
 * kustomize reads and this walk overlooks would be read from the machine that builds.
 * Source: the path-bearing fields of kustomize's own localizer (api/internal/localizer).
 * @throws GitOpsError PATH_ESCAPES, REMOTE_BASE_REFUSED, YAML_INVALID, SPEC_UNSUPPORTED, LIMIT_EXCEEDED for more than
 * anybody needs: kustomize loads a base as often as it is named, so that a few small files can make it load millions
 */
export async function readClosure(
  artifact: Artifact,
  folder: string,
  file: KustomizationFile,
): Promise<Closure> {
  const walk: Walk = {
    artifact,
    data: new Set(),
    entered: new Set(),
    unreadable: new Set(),
    folders: new Set(),
    loads: new Map([[folder, 0]]),
    configured: new Set(),
    depth: 0,
  }
  // With a second kustomization file beside the first, kustomize has to fail as it does in Flux.
  const own = kustomizationFiles(artifact, folder)
  for (const path of own) walk.entered.add(path)
  if (own.length > 1) for (const path of own) await readOrNote(walk, path)
  await follow(walk, folder, file)
  refuseReused(walk)
  const { unreadable, folders } = walk
  return { paths: new Set([...walk.entered, ...walk.data]), unreadable, folders }
}

interface Walk {
  readonly artifact: Artifact
  /** Files that kustomize takes as they are. */
  readonly data: Set<string>
  /** Kustomization files of the folders that were followed. */
  readonly entered: Set<string>
  readonly unreadable: Set<string>
  readonly folders: Set<string>
  /** How many files kustomize loads for each folder that was followed; 0 while that is not known. */
  readonly loads: Map<string, number>
  /** What was read as a plugin's configuration, with the folder that its paths start in. */
  readonly configured: Set<string>
  /** Bases of bases. */
  readonly depth: number
}

/** The largest repositories of clusters hold some thousand manifests. */
const MOST_LOADS = 20_000
const MOST_NESTED = 100

/** Answers how many files kustomize loads for one kustomization file, each as often as it is named. */
async function follow(walk: Walk, folder: string, file: KustomizationFile): Promise<number> {
  let loads = 0
  for (const reference of fileReferences(file)) {
    const found =
      reference.kind === 'plugin'
        ? await followPlugin(walk, folder, reference)
        : await take(walk, folder, reference)
    loads += walk.loads.get(found ?? '') ?? 1
    if (loads + walk.data.size > MOST_LOADS) throw tooMuch(folder, `more than ${MOST_LOADS} files`)
  }
  return loads
}

const tooMuch = (folder: string, why: string): GitOpsError =>
  new GitOpsError('LIMIT_EXCEEDED', {
    what: `${nameOf(folder)} is larger than a build may be`,
    why: `kustomize would load ${why}`,
  })

/** Adds what a reference names; answers its path in the artifact. */
async function take(walk: Walk, folder: string, reference: Reference): Promise<string | undefined> {
  const found = locate(folder, reference)
  if (walk.artifact.folders.has(found)) walk.folders.add(found)
  if (walk.artifact.files.has(found)) walk.data.add(found)
  else if (reference.kind === 'file' || !walk.artifact.folders.has(found)) return undefined
  else await enter(walk, found)
  return found
}

async function enter(walk: Walk, folder: string): Promise<void> {
  if (walk.loads.has(folder)) return
  const inner = { ...walk, depth: walk.depth + 1 }
  if (inner.depth > MOST_NESTED) throw tooMuch(folder, `bases that are nested more than ${MOST_NESTED} deep`)
  let loads = 0
  walk.loads.set(folder, loads)
  for (const path of kustomizationFiles(walk.artifact, folder)) {
    walk.entered.add(path)
    for (const file of await readOrNote(walk, path)) {
      if (isRecord(file)) loads += await follow(inner, folder, file)
    }
  }
  walk.loads.set(folder, loads + 1)
}

/** What cannot be read names no file. */
async function readOrNote(walk: Walk, path: string): Promise<readonly unknown[]> {
  try {
    return readYaml(await contentOf(walk.artifact, path), path)
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'YAML_INVALID') throw error
    walk.unreadable.add(path)
    return []
  }
}

/** A generator's or transformer's own configuration, in place or in a file or folder, names files too. */
async function followPlugin(walk: Walk, folder: string, reference: Reference): Promise<string | undefined> {
  const { path } = reference
  const inline = /[:\n]/.test(path) ? readUnambiguousYaml(path, 'a plugin written in place') : []
  if (await followConfigurations(walk, folder, inline)) return undefined
  const found = await take(walk, folder, { path, kind: 'resource' })
  if (found !== undefined) await followConfigured(walk, folder, found)
  return found
}

/** The paths in a plugin's configuration start where the kustomization file is that names the plugin. */
async function followConfigurations(
  walk: Walk,
  folder: string,
  documents: readonly unknown[],
): Promise<boolean> {
  const inner = documents.flatMap(pluginReferences)
  for (const reference of inner) await take(walk, folder, reference)
  return documents.some((document) => isRecord(document))
}

async function followConfigured(walk: Walk, folder: string, path: string): Promise<void> {
  const step = `${folder}\0${path}`
  if (walk.configured.has(step)) return
  walk.configured.add(step)
  if (walk.artifact.files.has(path)) {
    const documents = readUnambiguousYaml(await contentOf(walk.artifact, path), path)
    await followConfigurations(walk, folder, documents)
    return
  }
  for (const resource of await resourcesOf(walk.artifact, path)) {
    const found = await take(walk, path, resource)
    if (found !== undefined) await followConfigured(walk, folder, found)
  }
}

async function resourcesOf(artifact: Artifact, folder: string): Promise<readonly Reference[]> {
  const resources: Reference[] = []
  for (const path of kustomizationFiles(artifact, folder)) {
    for (const document of readYaml(await contentOf(artifact, path), path))
      resources.push(...plainResources(document, path))
  }
  return resources
}

/** A patched or generated configuration could name any file: only one that stands there can be followed. */
function plainResources(document: unknown, path: string): readonly Reference[] {
  const fields = isRecord(document) ? Object.keys(document).map(foldName) : []
  const odd = fields.find((field) => !['apiversion', 'kind', 'metadata', 'resources'].includes(field))
  if (odd === undefined) return isRecord(document) ? fileReferences(document) : []
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: `${path} changes the configuration of a plugin`,
    why: 'which files such a configuration names is known to kustomize alone, while it builds',
    tryThis: 'let generators, transformers and validators name the configuration files themselves',
  })
}

/** kustomize is given every kustomization file in one unambiguous spelling, so none can be data as well. */
function refuseReused(walk: Walk): void {
  const reused = [...walk.entered].find((path) => walk.data.has(path))
  if (reused === undefined) return
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: `${reused} is built and is an input of the build too`,
    why: 'a kustomization file that is read as data cannot be followed',
  })
}

function kustomizationFiles(artifact: Artifact, folder: string): readonly string[] {
  return KUSTOMIZATION_NAMES.map((name) => joinPath(folder, name)).filter((path) => artifact.files.has(path))
}

async function contentOf(artifact: Artifact, path: string): Promise<string> {
  return decode(await bytesOf(artifact, path), path)
}

/** Where a reference points in the artifact, whether anything is there or not. */
function locate(folder: string, reference: Reference): string {
  const { path, kind } = reference
  const remote =
    (kind !== 'base' && isRemoteFile(path)) || (kind !== 'file' && isRemoteBase(path) && !isFileUrl(path))
  if (remote) {
    throw new GitOpsError('REMOTE_BASE_REFUSED', {
      what: `${nameOf(folder)} loads ${redacted(path)} from the network`,
      why: 'a build reads the revision and nothing else: what a remote base says can change at any time',
      tryThis: 'copy the remote base into the repository',
    })
  }
  const found = isFileUrl(path) ? undefined : resolvePath(folder, path)
  if (found !== undefined) return found
  throw new GitOpsError('PATH_ESCAPES', {
    what: `${nameOf(folder)} names ${shown(path)}, which lies outside the repository`,
    why: 'Flux builds inside the artifact and refuses paths that leave it',
    tryThis: 'name a path inside the repository',
  })
}

const isFileUrl = (path: string): boolean => /^(?:git::)?file:\/\//i.test(path)

const nameOf = (folder: string): string => (folder === '' ? 'the root' : folder)

const redacted = (url: string): string => shown(url.replace(/\/\/[^/@]*@/, '//').replace(/\?.*/s, ''))

/** A patch written in place may hold a secret. */
const shown = (path: string): string =>
  path.length > 200 || /[\n{]/.test(path)
    ? 'a path'
    : /^[\x21-\x7e]+$/.test(path)
      ? path
      : JSON.stringify(path)

/** Go's filepath.Join: an empty path is the folder itself, `..` takes off whatever stands before it. */
export function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const segments = folder === '' ? [] : folder.split('/')
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return undefined
  }
  return segments.join('/')
}
