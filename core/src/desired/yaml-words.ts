import { GitOpsError } from '../errors.js'
import { kustomizeBuild, type Kustomize } from './kustomize.js'

/** kustomize reads this file, and no other, with the reader of YAML that Flux has. */
const KUSTOMIZATION = JSON.stringify({ configurations: ['text.yaml'] })

/**
 * What Flux's own reader of YAML says of a text that it cannot turn into JSON (sigs.k8s.io/yaml YAMLToJSON), with
 * what it repeats of the text taken out; undefined where it can. kubectl is asked, which has the same reader.
 * @throws GitOpsError BUILD_TIMEOUT, KUSTOMIZE_NOT_FOUND
 */
export async function yamlWords(
  text: string | Uint8Array,
  kustomize: Kustomize,
): Promise<string | undefined> {
  const files = new Map([
    ['kustomization.yaml', KUSTOMIZATION],
    ['text.yaml', text],
  ])
  const words = await kustomizeBuild(kustomize, files, '').then(() => '', wordsOf)
  return /^error converting YAML to JSON: ([^]*)$/.exec(words)?.[1]
}

function wordsOf(error: unknown): string {
  if (error instanceof GitOpsError && error.code === 'BUILD_FAILED') return error.why ?? ''
  throw error
}
