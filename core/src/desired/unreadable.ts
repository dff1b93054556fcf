import { GitOpsError } from '../errors.js'
import { bytesOf, decode, type Artifact } from './source/artifact.js'
import { findKustomizationFile } from './generator.js'
import { UNMARSHALING, type BuildInputs } from './inputs.js'
import { kustomizeBuild, type Kustomize, type ScratchFiles } from './kustomize.js'
import { readFirstYaml } from './yaml.js'
import { yamlWords } from './yaml-words.js'

/**
 * The error of a folder whose kustomization file Flux cannot read, in the words of Flux, which asks before anything
 * is built. Source: fluxcd/pkg kustomize/kustomize_generator.go GenerateManifest, sigs.k8s.io/yaml Unmarshal.
 */
export async function entryFailure(
  error: unknown,
  artifact: Artifact,
  folder: string,
  kustomize: Kustomize,
): Promise<unknown> {
  const path = findKustomizationFile(artifact, folder)
  if (path === undefined || !(error instanceof GitOpsError) || error.code !== 'YAML_INVALID') return error
  const words = await yamlWords(await bytesOf(artifact, path), kustomize)
  if (words === undefined) return error
  return new GitOpsError('BUILD_FAILED', {
    what: `${path} cannot be read`,
    why: `error converting YAML to JSON: ${words}`,
    tryThis: `correct ${path} and commit`,
  })
}

/**
 * `kustomizeBuild` where some kustomization files are no YAML: kustomize fails at one of them, and which other
 * fault comes before is its matter. It is given a file that it refuses in known words instead; what Flux's reader
 * says of the file itself stands in the error.
 * @throws GitOpsError what `kustomizeBuild` throws; YAML_INVALID for a file that only we cannot read
 */
export async function buildUnreadable(
  kustomize: Kustomize,
  files: ScratchFiles,
  { folder, unreadable }: Pick<BuildInputs, 'folder' | 'unreadable'>,
): Promise<string> {
  const marked = new Map(files)
  const words = new Map<string, string>()
  for (const path of unreadable) {
    const mark = `kubectl-gitops-${words.size}`
    words.set(`json: unknown field "${mark}"`, await explain(files.get(path) ?? '', path, kustomize))
    marked.set(path, JSON.stringify({ [mark]: 0 }))
  }
  return kustomizeBuild(kustomize, marked, folder).catch((error: unknown) => {
    throw unmarked(error, words)
  })
}

async function explain(content: Uint8Array | string, path: string, kustomize: Kustomize): Promise<string> {
  const words = await yamlWords(content, kustomize)
  if (words !== undefined) return words
  readFirstYaml(decode(Buffer.from(content), path), path)
  throw new GitOpsError('YAML_INVALID', { what: `${path} is not valid YAML` })
}

/** Flux itself reads the file that it edits, before kustomize does. */
const OWN_FILE = /^invalid Kustomization: (?=json: )/

function unmarked(error: unknown, words: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof GitOpsError) || error.code !== 'BUILD_FAILED') return error
  let why = error.why ?? ''
  for (const [mark, meant] of words) why = why.replaceAll(mark, () => meant)
  return new GitOpsError('BUILD_FAILED', { what: error.message, why: why.replace(OWN_FILE, UNMARSHALING) })
}
