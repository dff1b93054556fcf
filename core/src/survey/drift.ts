import { cycleWords, dependencyCycles, fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { BUILDS_AT_ONCE, type Kustomize } from '../desired/kustomize.js'
import { unknownFieldsNote } from '../desired/spec.js'
import {
  summarize,
  type DriftReport,
  type KustomizationRecord,
  type ObjectRecord,
  type ObjectRef,
} from '../drift/report.js'
import { rulesInForce, rulesNotes, type RulesFile } from '../drift/rules/rules-file.js'
import type { ShowSides } from '../drift/sides.js'
import type { Cluster } from '../live/cluster.js'
import { discover } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { groupVersion, keyOf, keyString, type ObjectKey } from '../object.js'
import { Builder } from './builder.js'
import { exactNotes, withPredictions } from './exact.js'
import { readFluxState, scopeNotes, type FluxState } from './flux-state.js'
import { countedAll, countOf } from '../live/counted.js'
import { readHelmState, type HelmState } from './helm-plan.js'
import { helmRecords } from './helm-records.js'
import { kustomizationRecord } from './kustomization-record.js'
import { objectRecords } from './object-records.js'
import { strayRecords } from './orphans.js'
import { planKustomization, type Plan } from './plan.js'
import { beginLists, readCluster, type Reading, type ReadingMeans } from './reading.js'
import type { OpenRepository } from './repositories.js'
import { inventoryKeys, unmanagedSources, withOrigin } from './unmanaged.js'
import { readVariables } from './variables.js'

/** What a survey needs from the outside. */
export interface SurveyRequest {
  readonly cluster: Cluster
  readonly openRepository: OpenRepository
  readonly kustomize: Kustomize
  /** For the server's schema; safe to delete. */
  readonly cacheDirectory: string
  /** Only objects that live in this namespace or belong to Flux objects there. */
  readonly namespace?: string
  /** Look for orphans in every kind that the server lists: one more request a kind. */
  readonly orphans?: boolean
  /** Rules of the user's own, by which fields are no drift. */
  readonly rules?: RulesFile
  /** Lets the server rehearse the apply of what is undecided otherwise. */
  readonly exact?: boolean
  readonly now: () => Date
  /** Told what is going on, for a progress line. */
  readonly progress: (message: string) => void
  /** Told both sides of every object that is not as Git says: whole objects, for those who print them. */
  readonly show?: ShowSides
}

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
  const lists = beginLists(cluster, discovery, state.kustomizations)
  const helmState = readHelmState(cluster, discovery, state.namespace)
  const builder = new Builder(
    request.openRepository,
    request.kustomize,
    (kustomization) => readVariables(cluster, kustomization),
    BUILDS_AT_ONCE,
  )
  try {
    const plans = await countedAll(
      state.kustomizations.map((item) => planKustomization(item, state, builder)),
      countOf(progress, 'building Kustomizations'),
    )
    const helm = await helmState
    const { cacheDirectory } = request
    const all = { kustomizations: plans, helmReleases: helm.plans }
    const told = countOf(progress, 'reading kinds')
    const means = { cluster, discovery, cacheDirectory, lists, told, ...wishesOf(request, state) }
    const read = await readCluster(all, means)
    const reading = request.exact === true ? await withPredictions(plans, read, cluster) : read
    return report(request, { ...state, helm }, plans, reading)
  } finally {
    await builder.close()
  }
}

/** What a user wants looked at, and explained. */
const wishesOf = (request: SurveyRequest, state: FluxState): Pick<ReadingMeans, 'labels' | 'rules'> => ({
  labels: { everyKind: request.orphans === true, namespace: state.namespace },
  rules: request.rules === undefined ? [] : rulesInForce(request.rules, request.now()),
})

function report(
  request: SurveyRequest,
  state: FluxState & { readonly helm: HelmState },
  plans: readonly Plan[],
  reading: Reading,
): DriftReport {
  const { namespace } = request
  const cycles = dependencyCycles(state.kustomizations)
  const inScope = (record: ObjectRecord): boolean =>
    namespace === undefined || record.namespace === namespace || record.owner.namespace === namespace
  const now = request.now()
  const perPlan = plans.map((plan) => ({
    plan,
    records: objectRecords(plan, reading, request.show).filter(inScope),
  }))
  const listed = inventoryKeys(state.kustomizations)
  const read = new Map(state.objects.map((object) => [keyString(keyOf(object)), object]))
  const kustomizations = perPlan
    .filter(
      ({ plan, records }) =>
        namespace === undefined || records.length > 0 || concerns(plan.kustomization, namespace),
    )
    .map(({ plan, records }) => withCycle(kustomizationRecord(plan, records.length), cycles))
    .map((record) => withOrigin(record, read.get(keyString(keyOfRef(record))), listed))
    .sort(byName)
  const helm = helmRecords(state.helm, reading, namespace, request.show)
  const helmReleases = [...helm.releases].sort(byName)
  const strays = [
    ...strayRecords(reading.labelled, isThere(state)),
    ...unmanagedSources(state.objects, listed),
  ].filter(inScope)
  const objects = [...perPlan.flatMap(({ records }) => records), ...helm.objects, ...strays].sort(byName)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: now.toISOString(),
    cluster: { context: request.cluster.context, server: request.cluster.server },
    scope: scopeOf(namespace ?? state.namespace),
    summary: summarize([...kustomizations, ...helmReleases], objects),
    kustomizations,
    helmReleases,
    objects,
    notes: [
      ...scopeNotes(state),
      ...reading.notes,
      ...helm.notes,
      ...kustomizations.flatMap(unknownFieldsNotes),
      ...exactNotes(request.exact === true, objects),
      ...(request.rules === undefined
        ? []
        : rulesNotes(request.rules, now, rulesUsed(objects, request, state))),
    ],
  }
}

/** Where one namespace alone was read, Kustomizations of others may well be there. */
function isThere({ kustomizations, namespace }: FluxState): (owner: string) => boolean {
  const names = new Set(kustomizations.map(fullName))
  return (owner) => names.has(owner) || (namespace !== undefined && !owner.startsWith(`${namespace}/`))
}

const keyOfRef = ({ apiVersion, kind, namespace = '', name }: ObjectRef): ObjectKey => ({
  group: groupVersion(apiVersion).group,
  kind,
  namespace,
  name,
})

/** What was not looked at cannot show that a rule has nothing to explain. */
function rulesUsed(
  objects: readonly ObjectRecord[],
  { namespace }: SurveyRequest,
  state: FluxState,
): ReadonlySet<string> | undefined {
  if (namespace !== undefined || state.namespace !== undefined) return undefined
  return new Set(objects.flatMap(({ explained = [] }) => explained.flatMap(({ rule }) => rule ?? [])))
}

/** Does a Kustomization belong to a namespace, or put objects there, even if nothing of it can be built now? */
function concerns({ namespace, spec, status }: Kustomization, wanted: string): boolean {
  if (namespace === wanted || spec.targetNamespace === wanted) return true
  return status.inventory.some((entry) => parseInventoryEntry(entry)?.key.namespace === wanted)
}

const scopeOf = (namespace: string | undefined): DriftReport['scope'] =>
  namespace === undefined ? {} : { namespace }

function unknownFieldsNotes({ namespace, name, unknownFields = [] }: KustomizationRecord): readonly string[] {
  const note = unknownFieldsNote(unknownFields)
  return note === undefined ? [] : [`Kustomization ${namespace ?? ''}/${name}: ${note}`]
}

/** Flux says of each member that another is not ready, and never more than that. */
function withCycle(
  record: KustomizationRecord,
  cycles: ReadonlyMap<string, readonly string[]>,
): KustomizationRecord {
  const cycle = cycles.get(fullName({ namespace: record.namespace ?? '', name: record.name }))
  if (cycle === undefined) return record
  const message = [record.message, cycleWords(cycle)].filter((words) => words !== undefined).join('\n')
  return { ...record, message, dependsOnCycle: cycle }
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
