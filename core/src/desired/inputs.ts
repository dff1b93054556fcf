import { isRecord } from '../object.js'
import type { Artifact } from './artifact.js'
import { contentOf, readClosure } from './closure.js'
import { editFile, findKustomizationFile, generateFile, joinPath } from './generator.js'
import type { KustomizationFile } from './kustomization-file.js'
import type { Kustomization } from './kustomization.js'
import { readYaml } from './yaml.js'

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
}

/** Finds or generates the kustomization file of a folder. Throws YAML_INVALID. */
export async function readEntryFile(artifact: Artifact, folder: string): Promise<EntryFile> {
  const existing = findKustomizationFile(artifact, folder)
  if (existing === undefined) {
    const path = joinPath(folder, 'kustomization.yaml')
    return { path, file: generateFile(artifact, folder), isGenerated: true }
  }
  const [file] = readYaml(await contentOf(artifact, existing), existing)
  return { path: existing, file: isRecord(file) ? file : {}, isGenerated: false }
}

/**
 * Edits the entry file as the Kustomization's spec asks for and follows every path from there. Starts no process.
 * @throws GitOpsError BUILD_FAILED where Flux refuses the spec, and what `readClosure` throws
 */
export async function readInputs(
  artifact: Artifact,
  { path: folder, spec }: Kustomization,
  entry: EntryFile,
): Promise<BuildInputs> {
  const exists = (component: string): boolean => existsBelow(artifact, folder, component)
  const edited = editFile(entry.file, spec, entry.isGenerated, exists)
  const closure = await readClosure(artifact, folder, edited)
  const files = new Set([...closure.paths].filter((path) => path !== entry.path))
  return { folder, path: entry.path, text: JSON.stringify(edited), files }
}

function existsBelow(artifact: Artifact, folder: string, component: string): boolean {
  const path = new URL(component, `file:///${folder === '' ? '' : `${folder}/`}`).pathname
    .slice(1)
    .replace(/\/$/, '')
  const decoded = decodeURIComponent(path)
  return artifact.folders.has(decoded) || artifact.files.has(decoded)
}
