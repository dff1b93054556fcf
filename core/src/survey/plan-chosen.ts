import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import { parseRevision, shortRevision } from '../revision.js'
import type { Chosen, ChosenState } from './chosen-revision.js'
import type { FluxState } from './flux-state.js'
import type { Plan } from './plan.js'

/**
 * Plans that compare live with chosen revisions instead of those that Flux applied. What the revision has and the
 * cluster lacks is planned as well; of what the revision lacks, nothing should be there. What was applied is left as it is.
 * @param plans of what was applied
 */
export function plansAt(
  { chosen, gone }: ChosenState,
  plans: readonly Plan[],
  state: FluxState,
): readonly Plan[] {
  const changed = plans.map((plan): Plan => {
    const name = fullName(plan.kustomization)
    const at = chosen.get(name)
    if (gone.has(name)) return planGone(plan)
    return at === undefined || isApplied(at, plan) ? plan : planAt(at, state, plan)
  })
  const known = new Set(plans.map(({ kustomization }) => fullName(kustomization)))
  const fresh = [...chosen].filter(([name]) => !known.has(name)).map(([, at]) => planAt(at, state, undefined))
  return [...changed, ...fresh]
}

/** The same commit, and the same build of it. */
function isApplied({ revision, attempt }: Chosen, { baseline, build }: Plan): boolean {
  const isSame =
    baseline.kind === 'applied' && parseRevision(baseline.revision)?.hash === parseRevision(revision)?.hash
  return isSame && attempt.ok && build?.ok === true && attempt.build.text === build.build.text
}

function planAt(
  { kustomization, revision, attempt }: Chosen,
  state: FluxState,
  plan: Plan | undefined,
): Plan {
  return {
    kustomization,
    source: sourceOf(kustomization, state),
    baseline: { kind: 'applied', revision },
    ...(attempt.ok ? { build: { ok: true as const, build: attempt.build } } : { problem: attempt.error }),
    other: {
      because: `compared with ${shortRevision(revision)}, not with what Flux applied`,
      applied: plan?.build,
    },
  }
}

function planGone({ kustomization, source, build }: Plan): Plan {
  return {
    kustomization,
    source,
    baseline: { kind: 'never' },
    build: { ok: true, build: { text: '', objects: [], secretValues: new Set() } },
    other: {
      because: `the chosen revision has no Kustomization ${fullName(kustomization)}`,
      applied: build,
    },
  }
}

const sourceOf = (kustomization: Kustomization, { sources }: FluxState): Plan['source'] =>
  sources.get(referenceKey(kustomization.source))
