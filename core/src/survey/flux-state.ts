import { readKustomization, type FluxReference, type Kustomization } from '../desired/kustomization.js'
import { readSource, type Source } from '../desired/source.js'
import { GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { listFlux } from '../live/list.js'

/** The Flux objects of a cluster. */
export interface FluxState {
  readonly kustomizations: readonly Kustomization[]
  readonly sources: ReadonlyMap<string, Source>
  /** Why a kind of source could not be read, by kind. */
  readonly sourceProblems: ReadonlyMap<string, GitOpsError>
  /** Set where the whole cluster could not be read and one namespace was. */
  readonly namespace?: string
}

const SOURCE_KINDS = ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact'] as const

/** A string that is equal for equal references. */
export const referenceKey = (reference: FluxReference): string =>
  `${reference.kind}/${reference.namespace}/${reference.name}`

/**
 * Lists Kustomizations and sources in the versions the server prefers. Where the cluster-wide list is
 * refused, the context's namespace is read instead.
 * @throws GitOpsError FLUX_NOT_INSTALLED, FORBIDDEN and what the connection throws
 */
export async function readFluxState(cluster: Cluster, discovery: Discovery): Promise<FluxState> {
  const { objects, namespace } = await listKustomizations(cluster, discovery)
  const sources = new Map<string, Source>()
  const sourceProblems = new Map<string, GitOpsError>()
  const kustomizations = objects.map(readKustomization)
  const used = SOURCE_KINDS.filter((kind) => kustomizations.some((item) => item.source.kind === kind))
  await Promise.all(
    used.map(async (kind) => {
      try {
        const found = await listFlux(cluster, discovery, kind, namespace)
        for (const source of found.map(readSource)) sources.set(referenceKey(source.reference), source)
      } catch (error) {
        if (!(error instanceof GitOpsError)) throw error
        sourceProblems.set(kind, error)
      }
    }),
  )
  return { kustomizations, sources, sourceProblems, ...(namespace === undefined ? {} : { namespace }) }
}

type Listed = Awaited<ReturnType<typeof listFlux>>

async function listKustomizations(
  cluster: Cluster,
  discovery: Discovery,
): Promise<{ readonly objects: Listed; readonly namespace?: string }> {
  try {
    return { objects: await listFlux(cluster, discovery, 'Kustomization') }
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== 'FORBIDDEN') throw error
    const { namespace } = cluster
    return { objects: await listFlux(cluster, discovery, 'Kustomization', namespace), namespace }
  }
}

/** Says so where the whole cluster could not be read. */
export function scopeNotes({ namespace }: Pick<FluxState, 'namespace'>): readonly string[] {
  if (namespace === undefined) return []
  return [`not allowed to read the whole cluster: only namespace ${namespace} was read`]
}
