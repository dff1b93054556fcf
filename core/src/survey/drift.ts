import { isKustomization, type FluxReference } from '../desired/kustomization.js'
import { BUILDS_AT_ONCE, type Kustomize } from '../desired/kustomize.js'
import type { DriftReport } from '../drift/report.js'
import { rulesInForce, type RulesFile } from '../drift/rules/rules-file.js'
import type { ShowSides } from '../drift/sides.js'
import type { LabelSelector } from '../label-selector.js'
import type { Cluster } from '../live/cluster.js'
import { countedAll, countOf } from '../live/counted.js'
import { discover, type Discovery } from '../live/discovery.js'
import { Builder } from './builder.js'
import { driftReport } from './drift-report.js'
import { withPredictions } from './exact.js'
import { readFluxState, type FluxState } from './flux-state.js'
import { NO_RELEASES, readHelmState, type HelmState } from './helm-plan.js'
import { lookElsewhere } from './outlook.js'
import { planKustomization } from './plan.js'
import { beginLists, readCluster, type Plans, type Reading, type ReadingMeans } from './reading.js'
import type { OpenRepository } from './repositories.js'
import type { RevisionChoice } from './revision-choice.js'
import { findFocus, isBuilt, refuseAbsent, type Focus } from './scope-focus.js'
import type { TargetName } from './scope-target.js'
import { marksOf, readMarks, referenceOf, settle, type Surveyed } from './settled.js'
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
  /** Look for orphans in every kind that the server lists: one more request a kind. */
  readonly orphans?: boolean
  /** Rules of the user's own, by which fields are no drift. */
  readonly rules?: RulesFile
  /** What the server filled in is not to be explained: it takes time, and not every form shows it. */
  readonly silent?: boolean
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
  const first = await surveyOnce(request, discovery)
  // A few objects by their names are read in no time.
  if (first.isSmall) return first.report
  return settle(
    first,
    (before) => readMarks(cluster, discovery, before, first.namespace),
    (owners) => surveyOnce({ ...request, ...focusOnOwners(request, owners) }, discovery),
  )
}

/** What was asked for by name stays what is asked for. */
const focusOnOwners = (
  { targets = [], focusOn }: SurveyRequest,
  owners: readonly FluxReference[] | undefined,
): Pick<SurveyRequest, 'focusOn'> => {
  if (owners === undefined || targets.length > 0 || focusOn !== undefined) return {}
  return { focusOn: () => ({ owners, objects: [], builders: [], refusals: new Map() }) }
}

interface Once extends Surveyed {
  readonly isSmall: boolean
  /** The one namespace that could be read. */
  readonly namespace?: string
}

async function surveyOnce(request: SurveyRequest, discovery: Discovery): Promise<Once> {
  const { cluster, progress } = request
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
      ...wishesOf(request, state, focus),
    }
    const made = driftReport(
      { ...request, ...outlook, state: { ...state, helm }, focus },
      await readAsAsked(all, means, request),
    )
    refuseAbsent(focus, made)
    const built = state.objects.filter((one) => isKustomization(one) && isBuilt(focus, referenceOf(one)))
    return {
      report: made,
      marks: marksOf([...built, ...helm.objects]),
      isSmall: focus?.owners.length === 0,
      ...(state.namespace === undefined ? {} : { namespace: state.namespace }),
    }
  } finally {
    await builder.close()
  }
}

async function readAsAsked(plans: Plans, means: ReadingMeans, request: SurveyRequest): Promise<Reading> {
  const read = await readCluster(plans, means)
  return request.exact === true ? withPredictions(plans.kustomizations, read, request.cluster) : read
}

/** What a user wants looked at, and explained; by name, nothing else is looked for. */
const wishesOf = (
  request: SurveyRequest,
  state: FluxState,
  focus: Focus | undefined,
): Pick<ReadingMeans, 'labels' | 'userRules'> => ({
  labels:
    focus === undefined ? { everyKind: request.orphans === true, namespace: state.namespace } : undefined,
  userRules: request.rules === undefined ? [] : rulesInForce(request.rules, request.now()),
})

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

const focusedReleases = ({ plans, objects, notes }: HelmState, focus: Focus | undefined): HelmState => ({
  plans: plans.filter(({ release }) => isBuilt(focus, { ...release, kind: 'HelmRelease' })),
  objects: objects.filter((object) => isBuilt(focus, referenceOf(object))),
  notes,
})
