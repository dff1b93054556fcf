import { isRecord, keyOf, keyString, type KubernetesObject } from '../object.js'
import { joinPath } from './generator.js'
import { normalizePath, type Kustomization } from './kustomization.js'
import { readYaml } from './yaml.js'

/** kustomize's own note of where a resource comes from (kustomize api/resource/origin.go). */
const ORIGIN = 'config.kubernetes.io/origin'

/** The file in the repository that an object comes from; a generated one from the file that configures its generator. */
export type OriginFile = { readonly path: string; readonly generator?: string } | { readonly unknown: string }

/** The objects of a build and where they are from. */
export interface Traced {
  readonly kustomization: Kustomization
  readonly objects: readonly KubernetesObject[]
  /** Builds another spec of the same Kustomization at the same revision. */
  readonly rebuild: (kustomization: Kustomization) => Promise<readonly KubernetesObject[]>
  /** Whether the artifact has a file: what a manifest itself writes as its origin is not believed. */
  readonly exists: (path: string) => boolean
}

/** The file of each object, by a second build; never throws. */
export async function traceOrigins(traced: Traced): Promise<readonly OriginFile[]> {
  const { kustomization, objects, rebuild, exists } = traced
  try {
    return originFiles(objects, await rebuild(withOrigins(kustomization)), kustomization.path, exists)
  } catch {
    return objects.map(() => ({ unknown: 'the build that notes origins failed' }))
  }
}

/** The same Kustomization, built so that kustomize notes the origin of each resource. */
function withOrigins(kustomization: Kustomization): Kustomization {
  return { ...kustomization, spec: { ...kustomization.spec, buildMetadata: ['originAnnotations'] } }
}

/**
 * The file of each object, in the order of `objects`, read off a second build that notes origins. The second
 * build changes annotations alone; where it has other objects all the same, nothing is said.
 * @param folder of the Kustomization, from the repository's root
 */
export function originFiles(
  objects: readonly KubernetesObject[],
  noted: readonly KubernetesObject[],
  folder: string,
  exists: (path: string) => boolean,
): readonly OriginFile[] {
  const keys = (list: readonly KubernetesObject[]): string =>
    list.map((object) => keyString(keyOf(object))).join('\n')
  if (keys(objects) !== keys(noted)) {
    return objects.map(() => ({ unknown: 'the build that notes origins has other objects' }))
  }
  return noted.map((object) => originOf(object, folder, exists))
}

function originOf(
  { metadata }: KubernetesObject,
  folder: string,
  exists: (path: string) => boolean,
): OriginFile {
  const note = readNote(metadata.annotations?.[ORIGIN] ?? '')
  const { path, configuredIn, configuredBy, repo } = note
  if (repo !== undefined) return { unknown: 'it comes from another repository' }
  const written = typeof path === 'string' ? path : configuredIn
  if (typeof written !== 'string') return { unknown: 'kustomize notes no file' }
  const file = normalizePath(joinPath(folder, written))
  if (!exists(file)) return { unknown: 'the file that kustomize notes is not in the repository' }
  const kind = isRecord(configuredBy) ? configuredBy.kind : undefined
  return { path: file, ...(path === undefined && typeof kind === 'string' ? { generator: kind } : {}) }
}

function readNote(text: string): Readonly<Record<string, unknown>> {
  try {
    const [note] = readYaml(text, ORIGIN)
    return isRecord(note) ? note : {}
  } catch {
    return {}
  }
}
