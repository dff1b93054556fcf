import { cycleWords, dependencyCycles, fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Kustomize } from '../desired/kustomize.js'
import { unknownFieldsNote } from '../desired/spec.js'
import {
  byName,
  summarize,
  type DriftReport,
  type KustomizationRecord,
  type ObjectRecord,
} from '../drift/report.js'
import type { LabelSelector } from '../label-selector.js'
import type { Cluster } from '../live/cluster.js'
import { discover, type Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { Builder } from './builder.js'
import { pendingRecords, withProposal } from './against.js'
import { lookElsewhere, proposedObjects, type Outlook } from './outlook.js'
import { choicesText, type RevisionChoice } from './revision-choice.js'
import { readFluxState, scopeNotes, type FluxState } from './flux-state.js'
import { kustomizationRecord } from './kustomization-record.js'
import { objectRecords } from './object-records.js'
import { planKustomization, type Plan } from './plan.js'
import { beginLists, builtObjects, readCluster, type Reading } from './reading.js'
import type { OpenRepository } from './repositories.js'
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
  const { cluster, progress, namespace, targets = [] } = request
  progress('reading the kinds of the cluster')
  const discovery = request.discovery ?? (await discover(cluster))
  progress('reading Kustomizations')
  const state = await readFluxState(cluster, discovery)
  const { kustomizations } = state
  const focus =
    request.focusOn?.(state) ?? (await findFocus(targets, { cluster, discovery, state, namespace }))
  const lists = beginLists(cluster, discovery, kustomizations, focus)
  const chosen = kustomizations.filter((one) => isBuilt(focus, { ...one, kind: 'Kustomization' }))
  const builder = new Builder(
    request.openRepository,
    request.kustomize,
    (kustomization) => readVariables(cluster, kustomization),
    BUILDS_AT_ONCE,
  )
  try {
    progress(`building ${chosen.length} Kustomizations`)
    const applied = await Promise.all(chosen.map((item) => planKustomization(item, state, builder)))
    const outlook = await lookElsewhere(applied, { ...request, discovery, state, builder, focus })
    progress('reading the objects')
    const reading = await readCluster({ ...request, ...outlook, discovery, lists, focus, kustomizations })
    const made = report({ ...request, ...outlook, state, focus }, reading)
    refuseAbsent(focus, made)
    return made
  } finally {
    await builder.close()
  }
}

interface Question extends SurveyRequest, Outlook {
  readonly state: FluxState
  readonly focus: Focus | undefined
}

function report(request: Question, reading: Reading): DriftReport {
  const { state, focus, selector, plans, proposals } = request
  // With names, the namespace is theirs.
  const namespace =
    request.targets === undefined || request.targets.length === 0 ? request.namespace : undefined
  const cycles = dependencyCycles(state.kustomizations)
  const built = [...plans.flatMap(builtObjects), ...proposedObjects(proposals)]
  const isSelected = labelFilter(selector, built, reading)
  const inScope = (record: ObjectRecord): boolean =>
    (namespace === undefined || record.namespace === namespace || record.owner.namespace === namespace) &&
    isObjectAsked(focus, record) &&
    isSelected(record)
  const perPlan = plans.map((plan) => {
    const proposal = proposals.get(fullName(plan.kustomization))
    const pending = proposal === undefined ? [] : pendingRecords(proposal, proposals, reading).filter(inScope)
    const records = [...objectRecords(plan, reading).filter(inScope), ...pending]
    return { plan, records, proposal, pending: pending.length }
  })
  const kustomizations = perPlan
    .filter(({ plan, records }) => records.length > 0 || isConcerned(plan, namespace, selector))
    .map(({ plan, records, proposal, pending }) => {
      const record = withCycle(kustomizationRecord(plan, records.length - pending), cycles)
      return withProposal(record, proposal, pending)
    })
    .sort(byName)
  const objects = perPlan.flatMap(({ records }) => records).sort(byName)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: request.now().toISOString(),
    cluster: { context: request.cluster.context, server: request.cluster.server },
    scope: scopeOf(request),
    summary: summarize(kustomizations, objects),
    kustomizations,
    objects,
    notes: [
      ...scopeNotes(state),
      ...request.notes,
      ...reading.live.notes,
      ...kustomizations.flatMap(unknownFieldsNotes),
    ],
  }
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
