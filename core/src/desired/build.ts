import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject } from '../object.js'
import type { Artifact } from './artifact.js'
import { contentOf, readClosure } from './closure.js'
import { decorate } from './decorate.js'
import {
  editFile,
  findKustomizationFile,
  generateFile,
  joinPath,
  type KustomizationFile,
} from './generator.js'
import type { Kustomization } from './kustomization.js'
import { kustomizeBuild, type Kustomize } from './kustomize.js'
import { readObjects, refuseNameless } from './manifest.js'
import { manifestsOf, scanFailure } from './scan.js'
import { refuseDuplicates } from './substitution/duplicates.js'
import { substituteInBuild } from './substitution/strictness.js'
import { secretValues, substituteReferences, type Variables } from './variables.js'
import { readYaml } from './yaml.js'

/** What Flux builds from one Kustomization at one revision. */
export interface Build {
  /** Exactly what kustomize printed: Flux's digest is the SHA-256 of this text. */
  readonly text: string
  /** The objects as Flux applies them: with owner labels, normalised. */
  readonly objects: readonly KubernetesObject[]
  /** Values of variables that came from Secrets: output must not show them. Never empty strings. */
  readonly secretValues: ReadonlySet<string>
  /** Why this may not be what Flux built, where that can be. */
  readonly approximate?: string
}

/**
 * Builds a Kustomization from an artifact as kustomize-controller does, up to the objects that it applies.
 * `variables` are those of its `spec.postBuild` (NO_VARIABLES where it has none).
 * @throws GitOpsError SPEC_UNSUPPORTED, PATH_NOT_FOUND, BUILD_FAILED and what the closure refuses
 */
export async function build(
  artifact: Artifact,
  kustomization: Kustomization,
  kustomize: Kustomize,
  variables: Variables,
): Promise<Build> {
  refuseUnsupported(kustomization)
  const { path } = kustomization
  if (!artifact.folders.has(path)) {
    throw new GitOpsError('PATH_NOT_FOUND', {
      what: `kustomization path not found: ${path}`,
      why: `the artifact of ${artifact.commit.slice(0, 12)} has no such folder (a .sourceignore or spec.ignore may leave it out)`,
    })
  }
  const printed = await buildText(artifact, kustomization, kustomize)
  refuseNameless(printed)
  const { text, touched } = await substituteInBuild(printed, kustomization, variables, kustomize)
  const objects = readObjects(text)
  if (touched) refuseDuplicates(objects)
  const isApproximate = touched && substituteReferences(kustomization.spec).length > 0
  return {
    text,
    objects: objects.map((object) => decorate(object, kustomization)),
    secretValues: secretValues(variables),
    ...(isApproximate ? { approximate: 'substituteFrom values are known only as of now' } : {}),
  }
}

async function buildText(
  artifact: Artifact,
  kustomization: Kustomization,
  kustomize: Kustomize,
): Promise<string> {
  const { path } = kustomization
  const existing = findKustomizationFile(artifact, path)
  if (existing !== undefined) {
    const written = { path: existing, file: await readFile(artifact, existing), isGenerated: false }
    return buildFile(artifact, kustomization, kustomize, written)
  }
  const file = generateFile(artifact, path)
  const written = { path: joinPath(path, 'kustomization.yaml'), file, isGenerated: true }
  try {
    return await buildFile(artifact, kustomization, kustomize, written)
  } catch (error) {
    const manifests = await contents(artifact, manifestsOf(artifact, path, file))
    throw await scanFailure(error, manifests, path, kustomize)
  }
}

interface Written {
  readonly path: string
  readonly file: KustomizationFile
  readonly isGenerated: boolean
}

async function buildFile(
  artifact: Artifact,
  { path, spec }: Kustomization,
  kustomize: Kustomize,
  written: Written,
): Promise<string> {
  const exists = (component: string): boolean => existsBelow(artifact, path, component)
  const file = editFile(written.file, spec, written.isGenerated, exists)
  const closure = await readClosure(artifact, path, file)
  const files = await contents(artifact, closure.paths)
  files.set(written.path, JSON.stringify(file))
  return kustomizeBuild(kustomize, files, path)
}

async function readFile(artifact: Artifact, path: string): Promise<KustomizationFile> {
  const [file] = readYaml(await contentOf(artifact, path), path)
  return isRecord(file) ? file : {}
}

function existsBelow(artifact: Artifact, folder: string, component: string): boolean {
  const path = new URL(component, `file:///${folder === '' ? '' : `${folder}/`}`).pathname
    .slice(1)
    .replace(/\/$/, '')
  const decoded = decodeURIComponent(path)
  return artifact.folders.has(decoded) || artifact.files.has(decoded)
}

async function contents(
  artifact: Artifact,
  paths: ReadonlySet<string>,
): Promise<Map<string, Uint8Array | string>> {
  const entries = [...paths].flatMap((path) => artifact.files.get(path) ?? [])
  const blobs = await artifact.repository.read(entries.map((entry) => entry.id))
  return new Map(entries.map((entry) => [entry.path, blobs.get(entry.id) ?? '']))
}

function refuseUnsupported(kustomization: Kustomization): void {
  if (kustomization.spec.decryption === undefined) return
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: 'spec.decryption cannot be followed yet',
    why: 'its values are encrypted and the keys are on the cluster alone',
  })
}
