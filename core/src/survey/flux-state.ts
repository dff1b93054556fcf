import { type ArtifactGenerator, readArtifactGenerator } from '../desired/source/artifact-generator.js'
import { readKustomization, type FluxReference, type Kustomization } from '../desired/kustomization.js'
import { readSource, referenceKey, type Source } from '../desired/source/source.js'
import { linkSources } from '../desired/source/source-links.js'
import { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { getFlux, listFlux } from '../live/flux-objects.js'

export { referenceKey }

/** The Flux objects of a cluster. */
export interface FluxState {
  readonly kustomizations: readonly Kustomization[]
  /** By `referenceKey`, each with the sources that it is made of. */
  readonly sources: ReadonlyMap<string, Source>
  readonly generators: readonly ArtifactGenerator[]
  /** Kustomizations and sources as they were read. */
  readonly objects: readonly KubernetesObject[]
  /** Why sources could not be read: by kind, or by the `referenceKey` of one of them. */
  readonly sourceProblems: ReadonlyMap<string, GitOpsError>
  /** Set where the whole cluster could not be read and one namespace was. */
  readonly namespace?: string
}

export interface FluxScope {
  /** True for the sources that nothing uses as well, and those of charts (HelmRepository, HelmChart). */
  readonly everySource?: boolean
}

const SOURCE_KINDS = ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact'] as const
const CHART_KINDS = ['HelmRepository', 'HelmChart'] as const

type SourceKind = (typeof SOURCE_KINDS)[number] | (typeof CHART_KINDS)[number]

/**
 * Lists Kustomizations and sources in the versions the server prefers. Where the cluster-wide list is
 * refused, the context's namespace is read instead, and of other namespaces the sources that are used.
 * @throws GitOpsError FLUX_NOT_INSTALLED, FORBIDDEN and what the connection throws
 */
export async function readFluxState(
  cluster: Cluster,
  discovery: Discovery,
  { everySource = false }: FluxScope = {},
): Promise<FluxState> {
  const { objects, namespace } = await listKustomizations(cluster, discovery)
  const kustomizations = objects.map(readKustomization)
  const reading = new SourceReading(cluster, discovery, namespace)
  const used = SOURCE_KINDS.filter((kind) => kustomizations.some((item) => item.source.kind === kind))
  await reading.list(everySource ? [...SOURCE_KINDS, ...CHART_KINDS] : used)
  const generators = used.includes('ExternalArtifact') || everySource ? await reading.generators() : []
  const inputs = generators.flatMap((generator) => generator.inputs.map(({ reference }) => reference))
  await reading.list(SOURCE_KINDS.filter((kind) => inputs.some((input) => input.kind === kind)))
  await reading.find([...kustomizations.map(({ source }) => source), ...inputs])
  return {
    kustomizations,
    generators,
    objects: [...objects, ...reading.objects],
    sources: linkSources(reading.sources, generators),
    sourceProblems: reading.problems,
    ...(namespace === undefined ? {} : { namespace }),
  }
}

/** Reads sources, each kind once; a kind that cannot be read is a problem of its own. */
class SourceReading {
  readonly sources = new Map<string, Source>()
  readonly objects: KubernetesObject[] = []
  readonly problems = new Map<string, GitOpsError>()
  readonly #cluster: Cluster
  readonly #discovery: Discovery
  readonly #namespace: string | undefined
  readonly #listed = new Set<string>()

  constructor(cluster: Cluster, discovery: Discovery, namespace: string | undefined) {
    this.#cluster = cluster
    this.#discovery = discovery
    this.#namespace = namespace
  }

  async list(kinds: readonly SourceKind[]): Promise<void> {
    const wanted = kinds.filter((kind) => !this.#listed.has(kind))
    for (const kind of wanted) this.#listed.add(kind)
    await Promise.all(
      wanted.map((kind) =>
        this.#attempt(kind, async () => {
          const found = await listFlux(this.#cluster, this.#discovery, kind, this.#namespace)
          for (const object of found) this.objects.push(object)
          for (const source of found.map(readSource)) this.sources.set(referenceKey(source.reference), source)
        }),
      ),
    )
  }

  /** Reads ArtifactGenerators; without the right to, their artifacts cannot be followed, no more. */
  async generators(): Promise<readonly ArtifactGenerator[]> {
    let found: readonly ArtifactGenerator[] = []
    await this.#attempt('ArtifactGenerator', async () => {
      const objects = await listFlux(this.#cluster, this.#discovery, 'ArtifactGenerator', this.#namespace)
      found = objects.map(readArtifactGenerator)
    })
    return found
  }

  /** Reads one by one what a list of one namespace could not hold. */
  async find(references: readonly FluxReference[]): Promise<void> {
    if (this.#namespace === undefined) return
    const elsewhere = new Map(
      references
        .filter(({ namespace }) => namespace !== this.#namespace)
        .map((reference) => [referenceKey(reference), reference]),
    )
    await Promise.all(
      [...elsewhere].map(([key, { kind, namespace, name }]) =>
        this.#attempt(key, async () => {
          const known = SOURCE_KINDS.find((one) => one === kind)
          if (known === undefined) return
          const found = await getFlux(this.#cluster, this.#discovery, { kind: known, namespace, name })
          if (found === undefined) return
          this.objects.push(found)
          this.sources.set(key, readSource(found))
        }),
      ),
    )
  }

  async #attempt(what: string, read: () => Promise<void>): Promise<void> {
    try {
      await read()
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error
      if (error.code !== 'NOT_FOUND') this.problems.set(what, error)
    }
  }
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
