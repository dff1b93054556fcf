import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import { folderOf, type Artifact } from './artifact.js'
import { findKustomizationFile, isLocalRelative, type KustomizationFile } from './generator.js'
import { readYaml } from './yaml.js'

/** The files that a build reads, and nothing else: they are copied to the scratch folder. */
export interface Closure {
  readonly paths: ReadonlySet<string>
}

/**
 * Follows every path that kustomize would load, from a (generated or edited) kustomization file on.
 * A path that leaves the artifact is refused, as Flux's secure file system does; so is a remote one,
 * for a build has no network. A missing file is kustomize's to report.
 * Source: the path-bearing fields of kustomize's own localizer (api/internal/localizer).
 * @throws GitOpsError PATH_ESCAPES, REMOTE_BASE_REFUSED, YAML_INVALID
 */
export async function readClosure(
  artifact: Artifact,
  folder: string,
  file: KustomizationFile,
): Promise<Closure> {
  const walk: Walk = { artifact, paths: new Set(), visited: new Set([folder]) }
  await follow(walk, folder, file)
  return { paths: walk.paths }
}

interface Walk {
  readonly artifact: Artifact
  readonly paths: Set<string>
  readonly visited: Set<string>
}

async function follow(walk: Walk, folder: string, file: KustomizationFile): Promise<void> {
  const references = referencesOf(file)
  for (const reference of references) {
    const found = locate(walk.artifact, folder, reference)
    if (found === undefined) continue
    if (walk.artifact.files.has(found)) walk.paths.add(found)
    else if (reference.folder) await enter(walk, found)
  }
  for (const path of references.filter((reference) => reference.plugin))
    await followPlugin(walk, folder, path)
}

async function enter(walk: Walk, folder: string): Promise<void> {
  if (walk.visited.has(folder)) return
  walk.visited.add(folder)
  const path = findKustomizationFile(walk.artifact, folder)
  if (path === undefined) return
  walk.paths.add(path)
  for (const file of readYaml(await contentOf(walk.artifact, path), path)) {
    if (isRecord(file)) await follow(walk, folder, file)
  }
}

/** A generator's or transformer's own configuration names files too. */
async function followPlugin(walk: Walk, folder: string, reference: Reference): Promise<void> {
  const path = locate(walk.artifact, folder, reference)
  if (path === undefined || !walk.artifact.files.has(path)) return
  for (const document of readYaml(await contentOf(walk.artifact, path), path)) {
    for (const inner of pluginReferences(document)) {
      const found = locate(walk.artifact, folder, inner)
      if (found !== undefined && walk.artifact.files.has(found)) walk.paths.add(found)
    }
  }
}

/** The text of one file of the artifact. */
export async function contentOf(artifact: Artifact, path: string): Promise<string> {
  const entry = artifact.files.get(path)
  const contents = entry === undefined ? undefined : await artifact.repository.read([entry.id])
  return new TextDecoder().decode(contents?.get(entry?.id ?? ''))
}

interface Reference {
  readonly path: string
  /** May name a folder with a kustomization file of its own. */
  readonly folder: boolean
  /** Configures a plugin, which may name more files. */
  readonly plugin: boolean
}

const FOLDER_FIELDS = ['resources', 'bases', 'components']
const FILE_FIELDS = ['crds', 'configurations', 'patchesstrategicmerge']
const PLUGIN_FIELDS = ['generators', 'transformers', 'validators']
const PATCH_FIELDS = ['patches', 'patchesjson6902', 'replacements']
const GENERATOR_FIELDS = ['configmapgenerator', 'secretgenerator']

function referencesOf(written: KustomizationFile): readonly Reference[] {
  const file = lowerCased(written)
  const named = (fields: readonly string[], folder: boolean, plugin: boolean): readonly Reference[] =>
    fields.flatMap((field) =>
      strings(file[field])
        .filter(isPath)
        .map((path) => ({ path, folder, plugin })),
    )
  const openapi = isRecord(file['openapi']) ? strings([file['openapi']['path']]) : []
  return [
    ...named(FOLDER_FIELDS, true, false),
    ...named(FILE_FIELDS, false, false),
    ...named(PLUGIN_FIELDS, true, true),
    ...plain([
      ...PATCH_FIELDS.flatMap((field) => pathsOf(file[field])),
      ...GENERATOR_FIELDS.flatMap((field) => generatorFiles(file[field])),
      ...helmFiles(file),
      ...openapi,
    ]),
  ]
}

const plain = (paths: readonly string[]): readonly Reference[] =>
  paths.map((path) => ({ path, folder: false, plugin: false }))

/** Generators and transformers may be written in place: then the text has line breaks. */
const isPath = (text: string): boolean =>
  text !== '' && !text.includes('\n') && !text.trimStart().startsWith('{')

function pathsOf(value: unknown): readonly string[] {
  return records(value).flatMap((item) => strings([item['path']]))
}

/** `files` entries are `path` or `key=path`; `envs` and the old `env` are paths. */
function generatorFiles(value: unknown): readonly string[] {
  return records(value).flatMap((item) => [
    ...strings(item['files']).map((entry) => entry.slice(entry.indexOf('=') + 1)),
    ...strings(item['envs']),
    ...strings([item['env']]),
  ])
}

function helmFiles(file: KustomizationFile): readonly string[] {
  return [...records(file['helmcharts']), ...records(file['helmchartinflationgenerator'])].flatMap(
    (chart) => [
      ...strings([chart['valuesfile'], chart['values']]),
      ...strings(chart['additionalvaluesfiles']),
    ],
  )
}

/** The fields of kustomize's built-in plugins that are loaded as files. */
function pluginReferences(written: unknown): readonly Reference[] {
  if (!isRecord(written)) return []
  const document = lowerCased(written)
  return plain([
    ...strings([document['path'], document['jsonop']]).filter(isPath),
    ...strings(document['paths']).filter(isPath),
    ...generatorFiles([document]),
    ...pathsOf(document['replacements']),
    ...helmFiles({ helmcharts: [document] }),
  ])
}

/** Where a reference points in the artifact; undefined when nothing is there. */
function locate(artifact: Artifact, folder: string, reference: Reference): string | undefined {
  const { path } = reference
  const here = resolvePath(folder, path)
  if (here !== undefined && (artifact.files.has(here) || artifact.folders.has(here))) return here
  if (isRemote(path)) {
    throw new GitOpsError('REMOTE_BASE_REFUSED', {
      what: `${folder === '' ? 'the root' : folder} loads ${redacted(path)} from the network`,
      why: 'a build reads the revision and nothing else: what a remote base says can change at any time',
      tryThis: 'copy the remote base into the repository',
    })
  }
  if (here === undefined) {
    throw new GitOpsError('PATH_ESCAPES', {
      what: `${folder === '' ? 'the root' : folder} names ${path}, which lies outside the repository`,
      why: 'Flux builds inside the artifact and refuses paths that leave it',
      tryThis: 'name a path inside the repository',
    })
  }
  return undefined
}

const isRemote = (path: string): boolean =>
  (!isLocalRelative(path) && !path.startsWith('/') && !path.toLowerCase().startsWith('file:')) ||
  /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ||
  /[?&]ref=/.test(path)

const redacted = (url: string): string => url.replace(/\/\/[^/@]*@/, '//')

function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith('/') || path.toLowerCase().startsWith('file:')) return undefined
  const segments = folder === '' ? [] : folder.split('/')
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return undefined
  }
  return segments.join('/')
}

/** Go's JSON reader matches field names without regard to case, so this walk has to as well. */
const lowerCased = (fields: KustomizationFile): KustomizationFile =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

const records = (value: unknown): readonly KustomizationFile[] =>
  Array.isArray(value) ? value.filter(isRecord).map(lowerCased) : []
