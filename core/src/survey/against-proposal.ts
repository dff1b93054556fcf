import type { Build } from '../desired/build.js'
import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import type { GitOpsError } from '../errors.js'
import type { Discovery } from '../live/discovery.js'
import type { Wanted } from '../live/list.js'
import { keyString, type KubernetesObject } from '../object.js'
import { shortRevision } from '../revision.js'
import type { Chosen, ChosenState } from './chosen-revision.js'
import type { FluxState } from './flux-state.js'
import { isNameUnknown } from './generated-names.js'
import type { Plan } from './plan.js'
import { clusterKey } from './scope.js'

/** A Kustomization as it would be applied if Git at another revision were applied now. */
export interface Proposal {
  /** As that revision declares it; of one that it has not, as it is. */
  readonly kustomization: Kustomization
  /** Flux's revision; undefined where the revision does not have the Kustomization. */
  readonly revision: string | undefined
  /** In words. */
  readonly title: string
  /** What was applied; absent where the cluster has no such Kustomization. */
  readonly applied: ReadonlyMap<string, KubernetesObject>
  /** By key: what would be applied; nothing where there is an error. */
  readonly objects: ReadonlyMap<string, KubernetesObject>
  /** Values that no record may show. */
  readonly secretValues: ReadonlySet<string>
  /** Why it could not be built at that revision. */
  readonly error?: GitOpsError
}

/** By full name: what would be applied, of every Kustomization that another revision concerns. */
export function proposalsOf(
  { chosen, gone }: ChosenState,
  plans: readonly Plan[],
  discovery: Discovery,
): ReadonlyMap<string, Proposal> {
  const byName = new Map(plans.map((plan) => [fullName(plan.kustomization), plan]))
  const here = [...chosen].filter(([, { kustomization }]) => !kustomization.remote)
  const left = plans.filter(({ kustomization }) => gone.has(fullName(kustomization)))
  return new Map([
    ...here.map(([name, one]) => [name, proposalOf(one, byName.get(name), discovery)] as const),
    ...left.map((plan) => [fullName(plan.kustomization), goneProposal(plan, discovery)] as const),
  ])
}

function proposalOf(
  { kustomization, revision, attempt }: Chosen,
  plan: Plan | undefined,
  discovery: Discovery,
): Proposal {
  const applied = appliedOf(plan)
  const built = attempt.ok ? attempt.build : NOTHING
  return {
    kustomization,
    revision,
    title: shortRevision(revision),
    applied: byKey(applied.objects, discovery),
    objects: byKey(built.objects, discovery),
    secretValues: new Set([...applied.secretValues, ...built.secretValues]),
    ...(attempt.ok ? {} : { error: attempt.error }),
  }
}

function goneProposal(plan: Plan, discovery: Discovery): Proposal {
  const { objects, secretValues } = appliedOf(plan)
  return {
    kustomization: plan.kustomization,
    revision: undefined,
    title: 'Git',
    applied: byKey(objects, discovery),
    objects: new Map(),
    secretValues,
  }
}

type Built = Pick<Build, 'objects' | 'secretValues'>

const NOTHING: Built = { objects: [], secretValues: new Set() }

const appliedOf = (plan: Plan | undefined): Built => (plan?.build?.ok === true ? plan.build.build : NOTHING)

function byKey(
  objects: readonly KubernetesObject[],
  discovery: Discovery,
): ReadonlyMap<string, KubernetesObject> {
  const found = new Map<string, KubernetesObject>()
  for (const object of objects) {
    const key = clusterKey(object, discovery)
    if (key !== undefined && !isNameUnknown(object)) found.set(keyString(key), object)
  }
  return found
}

/** What has to be read of the cluster to compare it with the proposals, in the versions that they have. */
export function wantedByProposals(
  proposals: ReadonlyMap<string, Proposal>,
  discovery: Discovery,
): readonly Wanted[] {
  const objects = [...proposals.values()].flatMap((proposal) => [...proposal.objects.values()])
  return objects.flatMap((object) => {
    const key = clusterKey(object, discovery)
    return key === undefined ? [] : [{ apiVersion: object.apiVersion, key }]
  })
}

/** Plans for Kustomizations that the cluster does not have yet: nothing of them was applied. */
export function newPlans(
  proposals: ReadonlyMap<string, Proposal>,
  { kustomizations, sources }: FluxState,
): readonly Plan[] {
  const known = new Set(kustomizations.map(fullName))
  return [...proposals]
    .filter(([name]) => !known.has(name))
    .map(([, { kustomization }]) => ({
      kustomization,
      source: sources.get(referenceKey(kustomization.source)),
      baseline: { kind: 'never' },
    }))
}
