import { cycleWords, dependencyCycles, fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { BUILDS_AT_ONCE, type Kustomize } from '../desired/kustomize.js'
import { unknownFieldsNote } from '../desired/spec.js'
import {
  byName,
  summarize,
  type DriftReport,
  type KustomizationRecord,
  type ObjectRecord,
  type ObjectRef,
} from '../drift/report.js'
import type { ShowSides } from '../drift/sides.js'
import type { LabelSelector } from '../label-selector.js'
import type { Cluster } from '../live/cluster.js'
import { discover, type Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { pendingRecords, withProposal } from './against.js'
import { Builder } from './builder.js'
import { exactNotes, withPredictions } from './exact.js'
import { readFluxState, scopeNotes, type FluxState } from './flux-state.js'
import { countedAll, countOf } from '../live/counted.js'
import { NO_RELEASES, readHelmState, releasedObjects, type HelmState } from './helm-plan.js'
import { helmRecords } from './helm-records.js'
import { kustomizationRecord } from './kustomization-record.js'
import { objectRecords } from './object-records.js'
import { lookElsewhere, proposedObjects, type Outlook } from './outlook.js'
import { planKustomization, type Plan } from './plan.js'
import {
  beginLists,
  builtObjects,
  readCluster,
  type Plans,
  type Reading,
  type ReadingMeans,
} from './reading.js'
import type { OpenRepository } from './repositories.js'
import { choicesText, type RevisionChoice } from './revision-choice.js'
import { findFocus, focusRecord, isBuilt, isObjectAsked, refuseAbsent, type Focus } from './scope-focus.js'
import { labelFilter } from './scope-label.js'
import type { TargetName } from './scope-target.js'
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
  /** What is asked for by name; everything where there is none. A namespace is then that of the names. */
  readonly targets?: readonly TargetName[]
  /** Only objects whose labels meet it, on the cluster or in Git. */
  readonly selector?: LabelSelector
  /** What live is compared with instead of what was applied. */
  readonly revisions?: readonly RevisionChoice[]
  /** What would be applied: what that would change is told as pending. */
  readonly against?: readonly RevisionChoice[]
  /** The kinds of the cluster, where they are known. */
  readonly discovery?: Discovery
  /** What is asked for, where that is not said by names. */
  readonly focusOn?: (state: FluxState) => Focus
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
  const discovery = request.discovery ?? (await discover(cluster))
  progress('reading Kustomizations')
  const state = await readFluxState(cluster, discovery)
  const focus = await focusOf(request, discovery, state)
  const lists = beginLists(cluster, discovery, state.kustomizations, focus)
  const helmState = needsHelm(focus) ? readHelmState(cluster, discovery, state.namespace) : NO_RELEASES
  const builder = new Builder(
    request.openRepository,
    request.kustomize,
    (kustomization) => readVariables(cluster, kustomization),
    BUILDS_AT_ONCE,
  )
  try {
    const chosen = state.kustomizations.filter((one) => isBuilt(focus, { ...one, kind: 'Kustomization' }))
    const applied = await countedAll(
      chosen.map((item) => planKustomization(item, state, builder)),
      countOf(progress, 'building Kustomizations'),
    )
    const outlook = await lookElsewhere(applied, { ...request, discovery, state, builder, focus })
    const helm = focusedReleases(await helmState, focus)
    const all = { kustomizations: outlook.plans, helmReleases: helm.plans }
    const means = {
      ...request,
      ...outlook,
      discovery,
      lists,
      focus,
      ...state,
      told: countOf(progress, 'reading kinds'),
    }
    const made = report(
      { ...request, ...outlook, state: { ...state, helm }, focus },
      await readAsAsked(all, means, request),
    )
    refuseAbsent(focus, made)
    return made
  } finally {
    await builder.close()
  }
}

async function readAsAsked(plans: Plans, means: ReadingMeans, request: SurveyRequest): Promise<Reading> {
  const read = await readCluster(plans, means)
  return request.exact === true ? withPredictions(plans.kustomizations, read, request.cluster) : read
}

const hasNames = ({ targets = [] }: SurveyRequest): boolean => targets.length > 0

async function focusOf(
  request: SurveyRequest,
  discovery: Discovery,
  state: FluxState,
): Promise<Focus | undefined> {
  const { cluster, namespace, targets = [] } = request
  return request.focusOn?.(state) ?? findFocus(targets, { cluster, discovery, state, namespace })
}

/** Releases are kept in Secrets: they are not read where nothing of a HelmRelease is asked for. */
const needsHelm = (focus: Focus | undefined): boolean =>
  focus === undefined || [...focus.owners, ...focus.builders].some(({ kind }) => kind === 'HelmRelease')

const focusedReleases = ({ plans, notes }: HelmState, focus: Focus | undefined): HelmState => ({
  plans: plans.filter(({ release }) => isBuilt(focus, { ...release, kind: 'HelmRelease' })),
  notes,
})

interface Question extends SurveyRequest, Outlook {
  readonly state: FluxState & { readonly helm: HelmState }
  readonly focus: Focus | undefined
}

function report(request: Question, reading: Reading): DriftReport {
  const { state, plans, proposals, selector } = request
  // With names, the namespace is theirs.
  const namespace = hasNames(request) ? undefined : request.namespace
  const cycles = dependencyCycles(state.kustomizations)
  const inScope = scopeFilter(request, namespace, reading)
  const perPlan = plans.map((plan) => {
    const proposal = proposals.get(fullName(plan.kustomization))
    const pending = proposal === undefined ? [] : pendingRecords(proposal, proposals, reading).filter(inScope)
    const records = [...objectRecords(plan, reading, request.show).filter(inScope), ...pending]
    return { plan, records, proposal, pending: pending.length }
  })
  const kustomizations = perPlan
    .filter(({ plan, records }) => records.length > 0 || isConcerned(plan, namespace, selector))
    .map(({ plan, records, proposal, pending }) => {
      const record = withCycle(kustomizationRecord(plan, records.length - pending), cycles)
      return withProposal(record, proposal, pending)
    })
    .sort(byName)
  const helm = helmRecords(state.helm, reading, namespace, request.show)
  const released = helm.objects.filter(inScope)
  const helmReleases = helm.releases
    .filter((one) => selector === undefined || released.some(({ owner }) => isRecordOf(one, owner)))
    .map((one) => ({ ...one, objects: released.filter(({ owner }) => isRecordOf(one, owner)).length }))
    .sort(byName)
  const objects = [...perPlan.flatMap(({ records }) => records), ...released].sort(byName)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: request.now().toISOString(),
    cluster: { context: request.cluster.context, server: request.cluster.server },
    scope: scopeOf(request),
    summary: summarize([...kustomizations, ...helmReleases], objects),
    kustomizations,
    helmReleases,
    objects,
    notes: [
      ...scopeNotes(state),
      ...request.notes,
      ...reading.live.notes,
      ...helm.notes,
      ...kustomizations.flatMap(unknownFieldsNotes),
      ...exactNotes(request.exact === true, objects),
    ],
  }
}

const isRecordOf = (one: ObjectRef, owner: ObjectRef): boolean =>
  one.kind === owner.kind && one.namespace === owner.namespace && one.name === owner.name

function scopeFilter(
  { state, focus, plans, proposals, selector }: Question,
  namespace: string | undefined,
  reading: Reading,
): (record: ObjectRecord) => boolean {
  const built = [
    ...plans.flatMap(builtObjects),
    ...proposedObjects(proposals),
    ...state.helm.plans.flatMap(releasedObjects),
  ]
  const isSelected = labelFilter(selector, built, reading)
  return (record) =>
    (namespace === undefined || record.namespace === namespace || record.owner.namespace === namespace) &&
    isObjectAsked(focus, record) &&
    isSelected(record)
}

/** A Kustomization without an object to show; with a selector, only what could not be built may have one. */
function isConcerned(
  plan: Plan,
  namespace: string | undefined,
  selector: LabelSelector | undefined,
): boolean {
  const isUnread = plan.problem !== undefined || plan.build?.ok === false
  if (selector !== undefined && !isUnread) return false
  return namespace === undefined || concerns(plan.kustomization, namespace)
}

/** Does a Kustomization belong to a namespace, or put objects there, even if nothing of it can be built now? */
function concerns({ namespace, spec, status }: Kustomization, wanted: string): boolean {
  if (namespace === wanted || spec.targetNamespace === wanted) return true
  return status.inventory.some((entry) => parseInventoryEntry(entry)?.key.namespace === wanted)
}

function scopeOf(question: Question): DriftReport['scope'] {
  const { namespace, state, focus, selector, revisions = [], against = [] } = question
  const shown = namespace ?? state.namespace
  return {
    ...(shown === undefined ? {} : { namespace: shown }),
    ...focusRecord(focus),
    ...(selector === undefined ? {} : { selector: selector.text }),
    ...(revisions.length === 0 ? {} : { revision: choicesText(revisions) }),
    ...(against.length === 0 ? {} : { against: choicesText(against) }),
  }
}

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
