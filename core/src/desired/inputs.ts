import { GitOpsError } from '../errors.js'
import { formatJson } from '../json.js'
import { isRecord } from '../object.js'
import { bytesOf, decode, type Artifact } from './source/artifact.js'
import { readClosure, resolvePath } from './closure.js'
import { isDecrypting } from './encryption/decryption.js'
import { sealedFiles, type SealedFile } from './encryption/encrypted-files.js'
import { editFile, findKustomizationFile, generateFile, joinPath } from './generator.js'
import type { KustomizationFile } from './kustomization-file.js'
import type { Kustomization } from './kustomization.js'
import { goType, readFirstNamedYaml } from './yaml.js'

/** The kustomization file at a Kustomization's path: the repository's own, or the one that Flux generates. */
export interface EntryFile {
  readonly path: string
  readonly file: KustomizationFile
  readonly isGenerated: boolean
}

/** Everything that kustomize gets to see of one build. */
export interface BuildInputs {
  readonly folder: string
  /** Where the entry file stands; `text` takes the place of what the repository holds there. */
  readonly path: string
  /** The entry file as Flux edits it, as JSON. */
  readonly text: string
  /** The other files, by path in the artifact. */
  readonly files: ReadonlySet<string>
  /** Kustomization files among them that are no YAML. */
  readonly unreadable: ReadonlySet<string>
  /** Folders that have to be there, whatever they hold. */
  readonly folders: ReadonlySet<string>
  /** Those of them that the controller decrypts first, as kustomize gets to see them here. */
  readonly sealed: ReadonlyMap<string, SealedFile>
}

/** How Flux begins where a kustomization file is YAML, but has not the shape of one. */
export const UNMARSHALING = 'error unmarshaling JSON: while decoding JSON: '

/** Finds or generates the kustomization file of a folder. Throws YAML_INVALID; BUILD_FAILED where it is no map. */
export async function readEntryFile(artifact: Artifact, folder: string): Promise<EntryFile> {
  const existing = findKustomizationFile(artifact, folder)
  if (existing === undefined) {
    const path = joinPath(folder, 'kustomization.yaml')
    return { path, file: generateFile(artifact, folder), isGenerated: true }
  }
  const file = readFirstNamedYaml(decode(await bytesOf(artifact, existing), existing), existing)
  refuseNoMap(file, existing)
  return { path: existing, file: isRecord(file) ? file : {}, isGenerated: false }
}

/** Source: fluxcd/pkg kustomize/kustomize_generator.go GenerateManifest, sigs.k8s.io/yaml Unmarshal. */
function refuseNoMap(file: unknown, path: string): void {
  const type = goType(file)
  if (type === undefined) return
  throw new GitOpsError('BUILD_FAILED', {
    what: `${path} cannot be read`,
    why: `${UNMARSHALING}json: cannot unmarshal ${type} into Go value of type types.Kustomization`,
    tryThis: `correct ${path} and commit`,
  })
}

/**
 * Edits the entry file as the Kustomization's spec asks for and follows every path from there. Starts no process.
 * @throws GitOpsError BUILD_FAILED where Flux refuses the spec, SPEC_UNSUPPORTED for a label that only the controller
 * can print, and what `readClosure` throws
 */
export async function readInputs(
  artifact: Artifact,
  kustomization: Kustomization,
  entry: EntryFile,
): Promise<BuildInputs> {
  const { path: folder, spec } = kustomization
  const exists = (component: string): boolean => existsBelow(artifact, folder, component)
  const edited = editFile(entry.file, spec, entry.isGenerated, exists)
  refuseVersionLabel(edited, entry.path)
  const closure = await readClosure(artifact, folder, edited)
  const files = new Set([...closure.paths].filter((path) => path !== entry.path))
  const { unreadable, folders } = closure
  const sealed = isDecrypting(kustomization) ? await sealedFiles(artifact, folder, edited) : new Map()
  return { folder, path: entry.path, text: formatJson(edited), files, unreadable, folders, sealed }
}

/** kustomize looks for it where a build begins, not in bases (api krusty/kustomizer.go, provenance/provenance.go). */
function refuseVersionLabel({ buildMetadata }: KustomizationFile, path: string): void {
  if (!Array.isArray(buildMetadata) || !buildMetadata.includes('managedByLabel')) return
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: `${path} asks for the label app.kubernetes.io/managed-by`,
    why: 'its value is the version of the program that builds: of kustomize-controller, not of kubectl',
    tryThis: 'leave managedByLabel out of buildMetadata, and set the label under labels',
  })
}

function existsBelow(artifact: Artifact, folder: string, component: string): boolean {
  const path = resolvePath(folder, component)
  return path !== undefined && (artifact.folders.has(path) || artifact.files.has(path))
}
