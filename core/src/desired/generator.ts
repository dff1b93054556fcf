import { GitOpsError } from '../errors.js'
import { formatJson } from '../json.js'
import { isRecord } from '../object.js'
import { comparePaths, folderOf, type Artifact } from './source/artifact.js'
import { KUSTOMIZATION_NAMES, type KustomizationFile, readKustomizationFile } from './kustomization-file.js'

export { KUSTOMIZATION_NAMES, type KustomizationFile }

/** The path of a folder's kustomization file in the artifact, if it has one. */
export function findKustomizationFile(artifact: Artifact, folder: string): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => joinPath(folder, name)).find((path) => artifact.files.has(path))
}

/**
 * The file that Flux generates where a path has none: every manifest below it, and every sub-folder that
 * has a kustomization file of its own as one resource, in the order of a directory walk.
 * Source: fluxcd/pkg kustomize/kustomize_generator.go scanManifests.
 */
export function generateFile(artifact: Artifact, folder: string): KustomizationFile {
  const prefix = folder === '' ? '' : `${folder}/`
  const own = new Set<string>()
  const below = [...artifact.files.keys()].filter((path) => path.startsWith(prefix))
  for (const path of below.sort(comparePaths)) {
    const kustomized = outermostKustomized(artifact, folderOf(path), folder)
    if (kustomized !== undefined) own.add(kustomized)
    else if (/\.ya?ml$/.test(path)) own.add(path)
  }
  const resources = [...own].map((path) => `./${path.slice(prefix.length)}`)
  const type = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
  return resources.length === 0 ? { ...type, namespace: '_placeholder' } : { ...type, resources }
}

function outermostKustomized(artifact: Artifact, folder: string, base: string): string | undefined {
  let found: string | undefined
  for (let at = folder; at !== base; at = folderOf(at)) {
    if (findKustomizationFile(artifact, at) !== undefined) found = at
    if (at === '') break
  }
  return found
}

/**
 * Applies the spec of a Flux Kustomization to a kustomization file, in place as Flux does (not as an
 * overlay), and asks for the order in which Flux builds: none.
 * Source: fluxcd/pkg kustomize/kustomize_generator.go GenerateManifest.
 * @param exists whether a path relative to the folder exists in the artifact
 * @throws GitOpsError BUILD_FAILED where Flux refuses the spec
 */
export function editFile(
  file: KustomizationFile,
  spec: Readonly<Record<string, unknown>>,
  generated: boolean,
  exists: (path: string) => boolean,
): KustomizationFile {
  const known = readKustomizationFile(file)
  const empty = !generated && list(known.resources).length === 0
  return withoutUndefined({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...known,
    ...(empty ? { buildMetadata: ['originAnnotations'] } : {}),
    ...renamed('namespace', spec.targetNamespace),
    ...renamed('namePrefix', spec.namePrefix),
    ...renamed('nameSuffix', spec.nameSuffix),
    ...appended('patches', known.patches, list(spec.patches).map(editPatch)),
    ...appended(
      'patchesStrategicMerge',
      known.patchesStrategicMerge,
      list(spec.patchesStrategicMerge).map((patch) => formatJson(patch)),
    ),
    ...appended('patchesJson6902', known.patchesJson6902, list(spec.patchesJson6902).map(editJsonPatch)),
    ...appended('components', known.components, editComponents(spec, exists)),
    ...images(known.images, list(spec.images)),
    ...(list(spec.buildMetadata).length > 0 ? { buildMetadata: spec.buildMetadata } : {}),
    sortOptions: known.sortOptions ?? { order: 'fifo' },
  })
}

const SELECTOR_FIELDS = [
  'group',
  'version',
  'kind',
  'name',
  'namespace',
  'labelSelector',
  'annotationSelector',
]

function editPatch(patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const target = isRecord(patch.target) ? pick(patch.target, SELECTOR_FIELDS) : undefined
  return withoutUndefined({ patch: patch.patch, target })
}

function editJsonPatch(patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const target = isRecord(patch.target) ? pick(patch.target, SELECTOR_FIELDS) : {}
  return { patch: formatJson(patch.patch), target }
}

function editComponents(
  spec: Readonly<Record<string, unknown>>,
  exists: (path: string) => boolean,
): readonly string[] {
  const components = list(spec.components).filter((item): item is string => typeof item === 'string')
  const remote = components.find((component) => !isLocalRelative(component))
  if (remote !== undefined) {
    throw new GitOpsError('BUILD_FAILED', { what: `component path '${remote}' must be local and relative` })
  }
  return spec.ignoreMissingComponents === true ? components.filter(exists) : components
}

const REMOTE_PREFIXES = [
  'git::',
  'gh:',
  'ssh://',
  'https://',
  'http://',
  'git@',
  'github.com:',
  'github.com/',
]

/** Source: fluxcd/pkg kustomize IsLocalRelativePath. */
export function isLocalRelative(path: string): boolean {
  const lower = path.toLowerCase()
  if (REMOTE_PREFIXES.some((prefix) => lower.length > prefix.length && lower.startsWith(prefix))) return false
  return !path.startsWith('/') && !lower.replace(/^file:\/\//, '').startsWith('/')
}

/** Merges images by name; a new tag or digest replaces both (kustomize-controller 1.9.4). */
function images(own: unknown, added: readonly unknown[]): KustomizationFile {
  if (added.length === 0 || !isListOrAbsent(own)) return {}
  const merged: Readonly<Record<string, unknown>>[] = list(own).filter(isRecord)
  for (const image of added.filter(isRecord)) {
    const at = merged.findIndex((item) => item.name === image.name)
    const fresh = pick(image, ['name', 'newName', 'newTag', 'digest'])
    if (at < 0) merged.push(fresh)
    else merged[at] = mergeImage(merged[at] ?? {}, fresh)
  }
  return { images: merged }
}

function mergeImage(own: KustomizationFile, added: KustomizationFile): KustomizationFile {
  const versioned = Boolean(added.newTag) || Boolean(added.digest)
  return withoutUndefined({
    ...own,
    ...(added.newName ? { newName: added.newName } : {}),
    ...(versioned ? { newTag: added.newTag, digest: added.digest } : {}),
  })
}

const renamed = (field: string, value: unknown): KustomizationFile =>
  typeof value === 'string' ? { [field]: value } : {}

/** What has the wrong shape stays as it is: kustomize refuses it, as Flux does. */
const isListOrAbsent = (own: unknown): boolean => own === undefined || Array.isArray(own)

const appended = (field: string, own: unknown, added: readonly unknown[]): KustomizationFile =>
  added.length === 0 || !isListOrAbsent(own) ? {} : { [field]: [...list(own), ...added] }

const pick = (from: KustomizationFile, fields: readonly string[]): KustomizationFile =>
  Object.fromEntries(fields.flatMap((field) => (from[field] === undefined ? [] : [[field, from[field]]])))

const withoutUndefined = (fields: KustomizationFile): KustomizationFile =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []

/** Joins a folder ('' is the root) and a name. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
