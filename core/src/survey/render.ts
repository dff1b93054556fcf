import { baselineOf } from '../desired/baseline.js'
import type { Kustomization } from '../desired/kustomization.js'
import { fullName } from '../desired/dependency-order.js'
import { BUILDS_AT_ONCE, type Kustomize } from '../desired/kustomize.js'
import { traceOrigins, type OriginFile } from '../desired/origin-file.js'
import type { Cluster } from '../live/cluster.js'
import { discover } from '../live/discovery.js'
import { attempt, type Attempt } from './attempt.js'
import { Builder } from './builder.js'
import { declaredAt, type Declaration } from './declaration.js'
import { fluxOrder, parentsByInventory } from './family.js'
import { readFluxState, scopeNotes, type FluxState } from './flux-state.js'
import { readOffline, type OfflineRequest } from './offline.js'
import { digestOf, shownObjects, type Render, type Rendering, type Select } from './rendering.js'
import type { OpenRepository } from './repositories.js'
import { choiceFor, refuseStray, type RevisionChoice } from './revision-choice.js'
import { readVariables } from './variables.js'

/** What is rendered of a cluster's Kustomizations, and with what. */
export interface RenderRequest {
  readonly cluster: Cluster
  readonly openRepository: OpenRepository
  readonly kustomize: Kustomize
  readonly select: Select
  readonly revisions: readonly RevisionChoice[]
  /** Also find the file of each object, which takes a second build. */
  readonly origins: boolean
  /** Told what is going on, for a progress line. */
  readonly progress: (message: string) => void
}

/**
 * Builds the Kustomizations of a cluster as Flux applies them: at the revision that their live objects come
 * from, with the specs that the cluster has; or at a chosen one, as that revision declares them. One that
 * cannot be built is an answer too.
 * @throws GitOpsError when Flux itself cannot be read, NOT_FOUND for a choice that concerns nothing, and what
 * `select` throws
 */
export async function renderCluster(request: RenderRequest): Promise<Render> {
  const { cluster, openRepository, kustomize, progress } = request
  progress('reading Kustomizations')
  const state = await readFluxState(cluster, await discover(cluster))
  const builder = new Builder(
    openRepository,
    kustomize,
    (kustomization) => readVariables(cluster, kustomization),
    BUILDS_AT_ONCE,
  )
  try {
    return await render(request, state, builder)
  } finally {
    await builder.close()
  }
}

async function render(request: RenderRequest, state: FluxState, builder: Builder): Promise<Render> {
  const { revisions, select, origins, progress } = request
  const attempts = new Map<Kustomization, Promise<Attempt>>()
  const attemptOnce = (one: Kustomization): Promise<Attempt> => {
    const made = attempts.get(one) ?? attempt(one, { state, builder, choice: choiceFor(one, revisions) })
    attempts.set(one, made)
    return made
  }
  const { kustomizations, errors } = await declare(request, state, attemptOnce)
  const chosen = select(kustomizations)
  refuseStray(revisions, chosen)
  progress(`building ${chosen.length} Kustomizations`)
  const renderings = await Promise.all(
    fluxOrder(chosen, parentsByInventory(state.kustomizations)).map(async (one): Promise<Rendering> => {
      const error = errors.get(fullName(one))
      if (error !== undefined) return { kustomization: one, error }
      const made = await attemptOnce(one)
      return made.ok
        ? rendered(one, made, origins ? builder : undefined)
        : { kustomization: one, error: made.error }
    }),
  )
  return { renderings, notes: [...scopeNotes(state), ...chosen.flatMap((one) => notesOf(one, revisions))] }
}

async function declare(
  { revisions, progress }: RenderRequest,
  state: FluxState,
  attemptOnce: (kustomization: Kustomization) => Promise<Attempt>,
): Promise<Declaration> {
  if (revisions.length === 0) return { kustomizations: state.kustomizations, errors: new Map() }
  progress('looking for the Kustomizations of the revision')
  return declaredAt(state.kustomizations, (one) =>
    choiceFor(one, revisions) === undefined ? undefined : attemptOnce(one),
  )
}

/** What is to be known of an answer that stands for two revisions at once. */
function notesOf(kustomization: Kustomization, revisions: readonly RevisionChoice[]): readonly string[] {
  const baseline = baselineOf(kustomization)
  if (choiceFor(kustomization, revisions) !== undefined || baseline.kind !== 'mixed') return []
  const shown = `Kustomization/${fullName(kustomization)}`
  return [`${shown}: the newest apply failed half way, part of ${baseline.attempted} is applied already`]
}

async function rendered(
  kustomization: Kustomization,
  made: Attempt & { readonly ok: true },
  tracer: Builder | undefined,
): Promise<Rendering> {
  const { build, revision, proof } = made
  return {
    kustomization,
    revision,
    objects: shownObjects(build),
    ...(tracer === undefined ? {} : { origins: await originsOf(kustomization, made, tracer) }),
    digest: digestOf(build),
    proof,
  }
}

async function originsOf(
  kustomization: Kustomization,
  { source, revision, build }: Attempt & { readonly ok: true },
  builder: Builder,
): Promise<readonly OriginFile[]> {
  const { files } = await builder.artifactOf(kustomization, source, revision)
  // The notes that tell the files change the digest.
  const history = kustomization.status.history.map((entry) => ({ ...entry, digest: '' }))
  return traceOrigins({
    kustomization,
    objects: build.objects,
    exists: (path) => files.has(path),
    rebuild: async (noting) => {
      const status = { ...noting.status, history }
      const again = await builder.build({ ...noting, status }, source, revision)
      if (!again.ok) throw again.error
      return again.build.objects
    },
  })
}

/**
 * Builds what Flux would apply once it is bootstrapped at a path of a repository.
 * @throws GitOpsError what `readOffline` and `select` throw
 */
export async function renderPath(request: OfflineRequest & { readonly select: Select }): Promise<Render> {
  const { kustomizations, parents, revision } = await readOffline(request)
  const found = new Map(kustomizations.map((result) => [result.kustomization, result]))
  const chosen = request.select([...found.keys()])
  const proof = { status: 'unknown', why: 'no cluster was asked for the digest' } as const
  const renderings = fluxOrder(chosen, parents).flatMap((kustomization): readonly Rendering[] => {
    const result = found.get(kustomization)
    if (result === undefined || 'error' in result) return result === undefined ? [] : [result]
    const { build, origins } = result
    return [
      {
        kustomization,
        revision,
        objects: shownObjects(build),
        ...(origins === undefined ? {} : { origins }),
        digest: digestOf(build),
        proof,
      },
    ]
  })
  return { renderings, notes: [] }
}
