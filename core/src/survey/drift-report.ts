import { cycleWords, dependencyCycles, fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { unknownFieldsNote } from '../desired/spec.js'
import {
  byName,
  summarize,
  type DriftReport,
  type KustomizationRecord,
  type ObjectRecord,
  type ObjectRef,
} from '../drift/report.js'
import { rulesNotes } from '../drift/rules/rules-file.js'
import type { LabelSelector } from '../label-selector.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { groupVersion, keyOf, keyString, type ObjectKey } from '../object.js'
import { pendingRecords, withProposal } from './against.js'
import type { SurveyRequest } from './drift.js'
import { exactNotes } from './exact.js'
import { scopeNotes, type FluxState } from './flux-state.js'
import { releasedObjects, type HelmState } from './helm-plan.js'
import { helmRecords } from './helm-records.js'
import { kustomizationRecord } from './kustomization-record.js'
import { objectRecords } from './object-records.js'
import { strayRecords } from './orphans.js'
import { proposedObjects, type Outlook } from './outlook.js'
import type { Plan } from './plan.js'
import type { Reading } from './reading.js'
import { choicesText } from './revision-choice.js'
import { focusRecord, isObjectAsked, type Focus } from './scope-focus.js'
import { labelFilter } from './scope-label.js'
import { inventoryKeys, unmanagedObjects, withOrigin } from './unmanaged.js'
import { builtObjects } from './wanted.js'

/** What was asked, and what was built for the answer. */
export interface Question extends SurveyRequest, Outlook {
  readonly state: FluxState & { readonly helm: HelmState }
  readonly focus: Focus | undefined
}

const hasNames = ({ targets = [] }: SurveyRequest): boolean => targets.length > 0

/** Judges what was read, and says it in the form that all outputs print. */
export function driftReport(request: Question, reading: Reading): DriftReport {
  const { state, plans, proposals, selector } = request
  // With names, the namespace is theirs.
  const namespace = hasNames(request) ? undefined : request.namespace
  const cycles = dependencyCycles(state.kustomizations)
  const inScope = scopeFilter(request, namespace, reading)
  const now = request.now()
  const listed = inventoryKeys(state.kustomizations)
  const read = new Map(state.objects.map((object) => [keyString(keyOf(object)), object]))
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
      const whole = withOrigin(record, read.get(keyString(keyOfRef(record))), listed)
      return withProposal(whole, proposal, pending)
    })
    .sort(byName)
  const helm = helmRecords(state.helm, reading, namespace, request.show)
  const released = helm.objects.filter(inScope)
  const helmReleases = helm.releases
    .filter((one) => selector === undefined || released.some(({ owner }) => isRecordOf(one, owner)))
    .map((one) => ({ ...one, objects: released.filter(({ owner }) => isRecordOf(one, owner)).length }))
    .sort(byName)
  const strays = [
    ...strayRecords(reading.labelled, isThere(state)),
    ...unmanagedObjects([...state.objects, ...state.helm.objects], listed),
  ].filter(inScope)
  const objects = [...perPlan.flatMap(({ records }) => records), ...released, ...strays].sort(byName)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: now.toISOString(),
    cluster: { context: request.cluster.context, server: request.cluster.server },
    scope: scopeOf(request),
    summary: summarize([...kustomizations, ...helmReleases], objects),
    kustomizations,
    helmReleases,
    objects,
    notes: [
      ...scopeNotes(state),
      ...request.notes,
      ...reading.notes,
      ...helm.notes,
      ...kustomizations.flatMap(unknownFieldsNotes),
      ...exactNotes(request.exact === true, objects),
      ...(request.rules === undefined ? [] : rulesNotes(request.rules, now, rulesUsed(objects, request))),
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
function rulesUsed(objects: readonly ObjectRecord[], question: Question): ReadonlySet<string> | undefined {
  const { namespace, selector, focus, state } = question
  if ([namespace, selector, focus, state.namespace].some((limit) => limit !== undefined)) return undefined
  return new Set(objects.flatMap(({ explained = [] }) => explained.flatMap(({ rule }) => rule ?? [])))
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
