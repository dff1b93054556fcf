import { GitOpsError } from '../errors.js'
import type { Artifact } from './source/artifact.js'
import { joinPath } from './generator.js'
import type { KustomizationFile } from './kustomization-file.js'
import { kustomizeBuild, type Kustomize, type ScratchFiles } from './kustomize.js'

/**
 * Before Flux writes a kustomization file where a path has none, it decodes every manifest that it is going to
 * name; a build that failed for one of them failed then, in other words than kustomize's. Answers the error
 * that Flux gives. What kustomize says of a later step holds only if the manifests decode, so they are asked alone.
 * Source: fluxcd/pkg kustomize/kustomize_generator.go scanManifests.
 */
export async function scanFailure(
  error: unknown,
  manifests: ScratchFiles,
  folder: string,
  kustomize: Kustomize,
): Promise<unknown> {
  const first = undecodable(error, folder, manifests)
  if (first !== undefined || manifests.size === 0 || !isFailure(error)) return first ?? error
  const resources = [...manifests.keys()].map((path) =>
    folder === '' ? path : path.slice(folder.length + 1),
  )
  const alone = new Map(manifests).set(joinPath(folder, 'kustomization.yaml'), JSON.stringify({ resources }))
  return kustomizeBuild(kustomize, alone, folder).then(
    () => error,
    (other: unknown) => undecodable(other, folder, manifests) ?? error,
  )
}

/** The manifests that a generated file names; its other resources are folders. */
export function manifestsOf(
  artifact: Artifact,
  folder: string,
  file: KustomizationFile,
): ReadonlySet<string> {
  const resources = Array.isArray(file.resources) ? (file.resources as readonly unknown[]) : []
  const paths = resources
    .filter((resource): resource is string => typeof resource === 'string')
    .map((resource) => joinPath(folder, resource.replace(/^\.\//, '')))
  return new Set(paths.filter((path) => artifact.files.has(path)))
}

/** kustomize's words for a file that it cannot read as manifests; the second form is for malformed YAML. */
const FORMS = [
  /^accumulating resources: accumulation err='accumulating resources from '(?:\.\/)?([^']*)': ([^]*)': must build at directory: '[^]*$/,
  /^accumulating resources: accumulating resources from '(?:\.\/)?([^']*)': ([^]*) in File: [^]*$/,
]

/** Two resources of one name come to light only when Flux builds. */
const CLASH = 'may not add resource with an already registered id'

function undecodable(error: unknown, folder: string, manifests: ScratchFiles): GitOpsError | undefined {
  if (!isFailure(error)) return undefined
  for (const form of FORMS) {
    const [, name = '', words = ''] = form.exec(error.why ?? '') ?? []
    const path = joinPath(folder, name)
    if (!manifests.has(path) || words.startsWith(CLASH)) continue
    const why = `failed to decode Kubernetes YAML from ${path}: ${words}`
    return new GitOpsError('BUILD_FAILED', { what: 'kustomize build failed', why })
  }
  return undefined
}

/** What Flux fails for as well, only later. */
const isFailure = (error: unknown): error is GitOpsError =>
  error instanceof GitOpsError && ['BUILD_FAILED', 'YAML_INVALID', 'PATH_ESCAPES'].includes(error.code)
