import { BUILDS_AT_ONCE } from '../desired/kustomize.js'
import { baselineOf } from '../desired/baseline.js'
import { dependencyCycles, fullName } from '../desired/dependency-order.js'
import { readyCondition, type Kustomization } from '../desired/kustomization.js'
import { discover } from '../live/discovery.js'
import { attempt } from './attempt.js'
import { aheadOf } from './ahead.js'
import { Builder } from './builder.js'
import { depthOf, familyOrder, parentsByInventory, type Parents } from './family.js'
import { readFluxState, referenceKey, scopeNotes, type FluxState } from './flux-state.js'
import type { RenderRequest } from './render.js'
import { readinessOf } from './readiness.js'
import { sourceRecords } from './source-record.js'
import { errorRecord, type KustomizationStatusRecord, type StatusReport } from './status-report.js'
import { readVariables } from './variables.js'

/** Which Kustomizations of a cluster, and with what. */
export interface StatusRequest extends Omit<RenderRequest, 'revisions' | 'origins'> {
  /** False: no repository is read, which leaves out proof and how far Git is ahead. */
  readonly build: boolean
  readonly namespace?: string
  readonly now: () => Date
}

/**
 * The Kustomizations of a cluster as a tree: who applies whom, in the order in which Flux gets to them, with
 * what Flux says of each, how far Git is ahead, and whether this program builds what Flux built. Reads only.
 * @throws GitOpsError when the cluster or Flux itself cannot be read, and what `select` throws
 */
export async function statusOfCluster(request: StatusRequest): Promise<StatusReport> {
  const { cluster, openRepository, kustomize, progress, namespace } = request
  progress('reading Kustomizations')
  const state = await readFluxState(cluster, await discover(cluster))
  const scope = namespace ?? state.namespace
  const builder = new Builder(
    openRepository,
    kustomize,
    (kustomization) => readVariables(cluster, kustomization),
    BUILDS_AT_ONCE,
  )
  try {
    return {
      apiVersion: 'kubectl-gitops/v1',
      kind: 'StatusReport',
      takenAt: request.now().toISOString(),
      cluster: { context: cluster.context, server: cluster.server },
      scope: scope === undefined ? {} : { namespace: scope },
      ...(await records(request, state, builder)),
      notes: scopeNotes(state),
    }
  } finally {
    await builder.close()
  }
}

async function records(
  { select, build, progress }: StatusRequest,
  state: FluxState,
  builder: Builder,
): Promise<Pick<StatusReport, 'sources' | 'kustomizations'>> {
  const chosen = select(state.kustomizations)
  const parents = parentsByInventory(state.kustomizations)
  const cycles = dependencyCycles(state.kustomizations)
  const used = build ? builder : undefined
  if (build) progress(`building ${chosen.length} Kustomizations`)
  const [kustomizations, sources] = await Promise.all([
    Promise.all(
      familyOrder(chosen, parents).map(async (one) => ({
        ...placeOf(one, parents, cycles.get(fullName(one))),
        ...lastReconcile(one),
        ...(await gitOf(one, state, used)),
      })),
    ),
    sourceRecords(chosen, state, used),
  ])
  return { kustomizations, sources }
}

/** What a Kustomization declares, and where it stands. */
export function placeOf(
  kustomization: Kustomization,
  parents: Parents,
  cycle: readonly string[] | undefined,
): Omit<KustomizationStatusRecord, 'state'> {
  const { apiVersion, namespace, name, source, path, dependsOn, suspended, suspendedSince } = kustomization
  const parent = parents.get(fullName(kustomization))
  return {
    apiVersion,
    kind: 'Kustomization',
    namespace,
    name,
    ...(parent === undefined ? {} : { parent: { namespace: parent.namespace, name: parent.name } }),
    depth: depthOf(kustomization, parents),
    source,
    path: path === '' ? './' : path,
    dependsOn: dependsOn.map((other) => ({ namespace: other.namespace, name: other.name })),
    ...(cycle === undefined ? {} : { dependsOnCycle: cycle }),
    suspended,
    ...(suspendedSince === undefined ? {} : { suspendedSince }),
  }
}

function lastReconcile(
  kustomization: Kustomization,
): Pick<KustomizationStatusRecord, 'state' | 'reason' | 'message' | 'objects' | 'lastReconciled'> {
  const { conditions, inventory, history } = kustomization.status
  const lastReconciled = history[0]?.lastReconciled
  return {
    ...readinessOf(readyCondition(conditions)),
    objects: inventory.length,
    ...(lastReconciled === undefined ? {} : { lastReconciled }),
  }
}

/** What Git has to say: the revision, how far it is ahead, and whether it builds to what Flux built. */
async function gitOf(
  kustomization: Kustomization,
  state: FluxState,
  builder: Builder | undefined,
): Promise<Pick<KustomizationStatusRecord, 'revision' | 'ahead' | 'proof' | 'error'>> {
  const baseline = baselineOf(kustomization)
  const source = state.sources.get(referenceKey(kustomization.source))
  if (baseline.kind === 'never') return {}
  const { revision } = baseline
  if (builder === undefined) {
    const next = source?.artifactRevision
    return next === undefined || next === revision ? { revision } : { revision, ahead: { revision: next } }
  }
  const [made, ahead] = await Promise.all([
    attempt(kustomization, { state, builder }),
    source === undefined ? undefined : aheadOf(kustomization, source, revision, builder),
  ])
  return {
    revision,
    ...(ahead === undefined ? {} : { ahead }),
    ...(made.ok
      ? { proof: made.proof }
      : { proof: { status: 'unknown', why: made.error.message }, error: errorRecord(made.error) }),
  }
}
