import type { Discovery } from '../live/discovery.js'
import type { Wanted } from '../live/list.js'
import type { KubernetesObject } from '../object.js'
import { newPlans, proposalsOf, wantedByProposals, type Proposal } from './against-proposal.js'
import type { Builder } from './builder.js'
import { chooseRevisions } from './chosen-revision.js'
import type { FluxState } from './flux-state.js'
import { plansAt } from './plan-chosen.js'
import type { Plan } from './plan.js'
import type { RevisionChoice } from './revision-choice.js'
import { isBuilt, type Focus } from './scope-focus.js'

/** What live is compared with, and what else Git has. */
export interface Outlook {
  readonly plans: readonly Plan[]
  /** By full name of a Kustomization: what would be applied of it. */
  readonly proposals: ReadonlyMap<string, Proposal>
  /** What has to be read for the proposals. */
  readonly also: readonly Wanted[]
  readonly notes: readonly string[]
}

export interface OutlookRequest {
  readonly revisions?: readonly RevisionChoice[]
  readonly against?: readonly RevisionChoice[]
  readonly discovery: Discovery
  readonly state: FluxState
  readonly builder: Builder
  readonly focus: Focus | undefined
  readonly progress: (message: string) => void
}

/**
 * Looks at revisions other than the applied ones, as far as that is asked for: `revisions` take the place of what was
 * applied, `against` stands beside it.
 * @throws GitOpsError what `chooseRevisions` throws
 */
export async function lookElsewhere(applied: readonly Plan[], request: OutlookRequest): Promise<Outlook> {
  const { revisions = [], against = [], discovery, state, builder, focus, progress } = request
  if (revisions.length > 0) {
    progress('building the revision')
    const chosen = await chooseRevisions(revisions, state, builder, focus)
    const plans = plansAt(chosen, applied, state)
    return { plans, proposals: new Map(), also: [], notes: chosen.notes }
  }
  if (against.length === 0) return { plans: applied, proposals: new Map(), also: [], notes: [] }
  progress('building what would be applied')
  // An object may move from one Kustomization to another: all of them are looked at.
  const chosen = await chooseRevisions(against, state, builder, undefined)
  const proposals = proposalsOf(chosen, applied, discovery)
  const fresh = newPlans(proposals, state).filter(({ kustomization }) =>
    isBuilt(focus, { ...kustomization, kind: 'Kustomization' }),
  )
  const also = wantedByProposals(proposals, discovery)
  return { plans: [...applied, ...fresh], proposals, also, notes: chosen.notes }
}

/** All objects that proposals have. */
export const proposedObjects = (proposals: ReadonlyMap<string, Proposal>): readonly KubernetesObject[] =>
  [...proposals.values()].flatMap(({ objects }) => [...objects.values()])
