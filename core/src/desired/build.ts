import type { KubernetesObject } from '../object.js'
import type { Artifact } from './source/artifact.js'
import { refuseNoFolder } from './build-path.js'
import { decorate } from './decorate.js'
import { decrypt, decryptionNote } from './encryption/decryption.js'
import type { Printed } from './cache/build-cache.js'
import { inputsKey } from './cache/closure-key.js'
import { readEntryFile, readInputs, type BuildInputs } from './inputs.js'
import type { Kustomization } from './kustomization.js'
import type { Kustomize } from './kustomize.js'
import { readObjects, refuseNameless } from './manifest.js'
import { printPlainly } from './plain/resources.js'
import { manifestsOf, scanFailure } from './scan.js'
import { buildSealed } from './encryption/sealed-build.js'
import { holdsSecret, movesSecret } from './cache/secret-text.js'
import { unknownFields, unknownFieldsNote } from './spec.js'
import { refuseDuplicates } from './substitution/duplicates.js'
import { substituteInBuild } from './substitution/strictness.js'
import { buildUnreadable, entryFailure } from './unreadable.js'
import { secretValues, substituteReferences, type Variables } from './variables.js'

/** What Flux builds from one Kustomization at one revision. */
export interface Build {
  /** Exactly what kustomize printed: Flux's digest is the SHA-256 of this text, unless something was decrypted. */
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
 * Values that are encrypted in Git are marked in the objects (core/encrypted).
 * @throws GitOpsError SPEC_UNSUPPORTED, PATH_NOT_FOUND, BUILD_FAILED and what the closure refuses
 */
export async function build(
  artifact: Artifact,
  kustomization: Kustomization,
  kustomize: Kustomize,
  variables: Variables,
): Promise<Build> {
  refuseNoFolder(artifact, kustomization)
  const printed = await buildText(artifact, kustomization, kustomize)
  refuseNameless(printed.text)
  const printer = variables.secretNames.size === 0 && printed.mayKeep ? kustomize : uncached(kustomize)
  const { text, touched } = await substituteInBuild(printed.text, kustomization, variables, printer)
  const read = await objectsOf(text, touched && holdsSecret(text) ? uncached(printer) : printer)
  const objects = read.map((object) => decrypt(object, kustomization))
  if (touched) refuseDuplicates(objects)
  const isSubstituted = touched && substituteReferences(kustomization.spec).length > 0
  const doubts = [
    isSubstituted ? 'substituteFrom values are known only as of now' : undefined,
    decryptionNote(objects, kustomization),
    unknownFieldsNote(unknownFields('Kustomization', kustomization.apiVersion, kustomization.spec)),
  ].filter((doubt) => doubt !== undefined)
  return {
    text,
    objects: objects.map((object) => decorate(object, kustomization)),
    secretValues: secretValues(variables),
    ...(doubts.length > 0 ? { approximate: doubts.join('; ') } : {}),
  }
}

const objectsOf = async (text: string, { cache }: Kustomize): Promise<readonly KubernetesObject[]> =>
  cache === undefined ? readObjects(text) : cache.objects(text, readObjects)

async function buildText(
  artifact: Artifact,
  kustomization: Kustomization,
  kustomize: Kustomize,
): Promise<Printed> {
  const { path } = kustomization
  const entry = await readEntryFile(artifact, path).catch(async (error: unknown) => {
    throw await entryFailure(error, artifact, path, kustomize)
  })
  try {
    const inputs = await readInputs(artifact, kustomization, entry)
    return await buildInputs(artifact, inputs, kustomize)
  } catch (error) {
    if (!entry.isGenerated) throw error
    const manifests = await contents(artifact, manifestsOf(artifact, path, entry.file))
    throw await scanFailure(error, manifests, path, kustomize)
  }
}

async function buildInputs(artifact: Artifact, inputs: BuildInputs, kustomize: Kustomize): Promise<Printed> {
  const files = new Map<string, Uint8Array | string>()
  const make = async (): Promise<string> => {
    for (const [path, content] of await contents(artifact, inputs.files)) files.set(path, content)
    if (inputs.sealed.size > 0) {
      files.set(inputs.path, inputs.text)
      for (const folder of inputs.folders) files.set(`${folder}/`, '')
      return buildSealed(files, inputs.sealed, (own) => buildUnreadable(kustomize, own, inputs))
    }
    const plain = printPlainly(artifact, inputs, files)
    if (plain !== undefined) return plain
    for (const folder of inputs.folders) files.set(`${folder}/`, '')
    return buildUnreadable(kustomize, files.set(inputs.path, inputs.text), inputs)
  }
  if (kustomize.cache === undefined) return { text: await make(), mayKeep: false }
  return kustomize.cache.text(kustomize, {
    key: (printer) => inputsKey(artifact, inputs, printer),
    make,
    mayKeep: (text) => !holdsSecret(text) && !movesSecret(files.values()),
  })
}

async function contents(
  artifact: Artifact,
  paths: ReadonlySet<string>,
): Promise<Map<string, Uint8Array | string>> {
  const entries = [...paths].flatMap((path) => artifact.files.get(path) ?? [])
  const blobs = await artifact.repository.read(entries.map((entry) => entry.id))
  return new Map(entries.map((entry) => [entry.path, blobs.get(entry.id) ?? '']))
}

/** What is printed from a secret may not lie on disk, nor its hash under a key that could be guessed. */
const uncached = (kustomize: Kustomize): Kustomize => ({ ...kustomize, cache: undefined })
