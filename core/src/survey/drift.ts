import type { Kustomize } from '../desired/kustomize.js'

import { summarize, type DriftReport, type ObjectRecord } from '../drift/report.js'
import { createSchema } from '../drift/schema.js'
import type { Cluster } from '../live/cluster.js'
import { discover, type Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { readLive, type LiveState, type Wanted } from '../live/list.js'
import { openApiDocuments } from '../live/openapi.js'
import { isRecord, keyString, type KubernetesObject } from '../object.js'
import { Builder } from './builder.js'
import { readFluxState, type FluxState } from './flux-state.js'
import { kustomizationRecord } from './kustomization-record.js'
import { objectRecords, type Reading } from './object-records.js'
import { planKustomization, type Plan } from './plan.js'
import type { OpenRepository } from './repositories.js'
import { clusterKey } from './scope.js'

/** What a survey needs from the outside. */
export interface SurveyRequest {
  readonly cluster: Cluster
  readonly openRepository: OpenRepository
  readonly kustomize: Kustomize
  /** For the server's schema; safe to delete. */
  readonly cacheDirectory: string
  /** Only objects that live in this namespace or belong to Flux objects there. */
  readonly namespace?: string
  readonly now: () => Date
  /** Told what is going on, for a progress line. */
  readonly progress: (message: string) => void
}

const BUILDS_AT_ONCE = 4

/**
 * Compares every object that Flux's Kustomizations own with what Flux built from Git at the revision that
 * was really applied. Reads only. What cannot be read or built is a verdict of its own and hides nothing else.
 * @throws GitOpsError when the cluster or Flux itself cannot be read
 */
export async function surveyDrift(request: SurveyRequest): Promise<DriftReport> {
  const { cluster, progress } = request
  progress('reading the kinds of the cluster')
  const discovery = await discover(cluster)
  progress('reading Kustomizations')
  const state = await readFluxState(cluster, discovery)
  const builder = new Builder(request.openRepository, request.kustomize, BUILDS_AT_ONCE)
  try {
    progress(`building ${state.kustomizations.length} Kustomizations`)
    const plans = await Promise.all(
      state.kustomizations.map((item) => planKustomization(item, state, builder)),
    )
    const reading = await readCluster(request, discovery, plans)
    return report(request, state, plans, reading)
  } finally {
    await builder.close()
  }
}

async function readCluster(
  request: SurveyRequest,
  discovery: Discovery,
  plans: readonly Plan[],
): Promise<Reading> {
  const { cluster, cacheDirectory, progress } = request
  const wanted = wantedObjects(plans, discovery)
  const versions = [...new Set(wanted.map((item) => item.apiVersion))]
  progress(`reading ${wanted.length} objects`)
  const [live, documents] = await Promise.all([
    readLive(cluster, discovery, wanted, {}),
    openApiDocuments(cluster, versions, cacheDirectory),
  ])
  return { live, discovery, schema: createSchema(documents), definedInGit: definitions(plans) }
}

/** Everything that Git or an inventory names; the version is Git's, for that is the one to compare in. */
function wantedObjects(plans: readonly Plan[], discovery: Discovery): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const object of plans.flatMap(builtObjects)) {
    const key = clusterKey(object, discovery)
    if (key !== undefined && !wanted.has(keyString(key)))
      wanted.set(keyString(key), { apiVersion: object.apiVersion, key })
  }
  for (const entry of plans.flatMap((plan) => plan.kustomization.status.inventory)) {
    const item = parseInventoryEntry(entry)
    if (item === undefined || wanted.has(keyString(item.key))) continue
    const apiVersion = item.key.group === '' ? item.version : `${item.key.group}/${item.version}`
    wanted.set(keyString(item.key), { apiVersion, key: item.key })
  }
  return [...wanted.values()]
}

const builtObjects = (plan: Plan): readonly KubernetesObject[] =>
  [plan.build, plan.next].flatMap((result) => (result?.ok === true ? result.build.objects : []))

/** The kinds and namespaces that Git itself brings along: what needs them can be missing for that reason. */
function definitions(plans: readonly Plan[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const object of plans.flatMap(builtObjects)) {
    if (object.kind === 'Namespace') found.add(`Namespace ${object.metadata.name}`)
    if (object.kind !== 'CustomResourceDefinition' || !isRecord(object['spec'])) continue
    const names = object['spec']['names']
    if (isRecord(names)) found.add(`${String(object['spec']['group'])}/${String(names['kind'])}`)
  }
  return found
}

function report(
  request: SurveyRequest,
  state: FluxState,
  plans: readonly Plan[],
  reading: Reading,
): DriftReport {
  const { namespace } = request
  const inScope = (record: ObjectRecord): boolean =>
    namespace === undefined || record.namespace === namespace || record.owner.namespace === namespace
  const perPlan = plans.map((plan) => ({ plan, records: objectRecords(plan, reading).filter(inScope) }))
  const kustomizations = perPlan
    .filter(
      ({ plan, records }) =>
        namespace === undefined || plan.kustomization.namespace === namespace || records.length > 0,
    )
    .map(({ plan, records }) => kustomizationRecord(plan, records.length))
    .sort(byName)
  const objects = perPlan.flatMap(({ records }) => records).sort(byName)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: request.now().toISOString(),
    cluster: { context: request.cluster.context, server: request.cluster.server },
    scope: scopeOf(namespace ?? state.namespace),
    summary: summarize(kustomizations, objects),
    kustomizations,
    objects,
    notes: notes(state, reading.live),
  }
}

const scopeOf = (namespace: string | undefined): DriftReport['scope'] =>
  namespace === undefined ? {} : { namespace }

function notes(state: FluxState, live: LiveState): readonly string[] {
  if (state.namespace === undefined) return live.notes
  return [`not allowed to read the whole cluster: only namespace ${state.namespace} was read`, ...live.notes]
}

interface Named {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

function byName(a: Named, b: Named): number {
  const left = [a.namespace ?? '', a.kind, a.name]
  const right = [b.namespace ?? '', b.kind, b.name]
  for (const [i, part] of left.entries()) {
    const other = right[i] ?? ''
    if (part !== other) return part < other ? -1 : 1
  }
  return 0
}
