import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import fc from 'fast-check'
import { at, changed, type Change } from './change.js'
import { anyChange, anyEdit, anySwitch, type Edit } from './edit.js'
import type { Kind } from './kind.js'
import { manifest } from './kind.js'
import { CONFIG_MAP, SECRET, SERVICE_ACCOUNT } from './kinds/config.js'
import { GADGET } from './kinds/custom.js'
import { INGRESS, NETWORK_POLICY, SERVICE } from './kinds/network.js'
import { AUTOSCALER, DISRUPTION_BUDGET, ROLE, ROLE_BINDING } from './kinds/policy.js'
import { CRON_JOB, DEPLOYMENT, STATEFUL_SET } from './kinds/workload.js'

/** An object in Git, what people do to it on the cluster, and what Git does next. */
export interface FateCase {
  readonly kind: string
  /** What makes Git's manifest of the full one. */
  readonly git: readonly Change[]
  readonly edits: readonly Edit[]
  /** The next commit's changes of it; absent where it stays as it is. */
  readonly next?: readonly Change[] | 'dropped'
  readonly group: Group
}

/** Kustomizations that Flux treats in ways of their own. */
export const GROUPS = ['plain', 'ignoring', 'suspended', 'keeping'] as const
export type Group = (typeof GROUPS)[number]

export const KINDS: readonly Kind[] = [
  ...[DEPLOYMENT, STATEFUL_SET, CRON_JOB, SERVICE, INGRESS, NETWORK_POLICY, CONFIG_MAP, SECRET],
  ...[SERVICE_ACCOUNT, AUTOSCALER, DISRUPTION_BUDGET, ROLE, ROLE_BINDING, GADGET],
]

/** Often-edited kinds come more often. */
const DRAWN = [...KINDS, DEPLOYMENT, DEPLOYMENT, DEPLOYMENT, GADGET, GADGET, SERVICE, CONFIG_MAP]

export function kindOf({ kind }: Pick<FateCase, 'kind'>): Kind {
  const found = KINDS.find((one) => one.kind === kind)
  if (found === undefined) throw new Error(`the generator knows no kind ${kind}`)
  return found
}

/** Git's manifest of a case; the next commit's where asked for and undefined where that drops it. */
export function manifestOf(
  one: FateCase,
  place: { readonly name: string; readonly namespace: string },
  next = false,
): KubernetesObject | undefined {
  if (next && one.next === 'dropped') return undefined
  const more = next && Array.isArray(one.next) ? (one.next as readonly Change[]) : []
  const full = manifest(kindOf(one), place.name, place.namespace)
  return [...one.git, ...more].reduce(changed, full)
}

const STANDARD: readonly Change[] = [
  { op: 'set', path: at('metadata.labels', 'app.kubernetes.io/name'), value: 'x' },
  { op: 'set', path: at('metadata.annotations', 'example.org/owner'), value: 'team-x' },
]
const EXTRA: readonly Change[] = [
  { op: 'set', path: at('metadata.labels.tier'), value: 'back' },
  { op: 'set', path: at('metadata.finalizers[=example.org/git]'), value: 'example.org/git' },
]

const anyGroup: fc.Arbitrary<Group> = fc.oneof(
  { weight: 16, arbitrary: fc.constant('plain' as const) },
  { weight: 3, arbitrary: fc.constant('ignoring' as const) },
  { weight: 1, arbitrary: fc.constant('suspended' as const) },
  { weight: 1, arbitrary: fc.constant('keeping' as const) },
)

function anyGit(kind: Kind): fc.Arbitrary<readonly Change[]> {
  const optional = kind.optional.map((group) => group.map((path): Change => ({ op: 'remove', path })))
  return fc
    .record({
      without: fc.subarray(optional, { maxLength: Math.min(optional.length, 4) }),
      standard: fc.subarray([...STANDARD]),
      extra: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.subarray([...EXTRA]) },
      ),
      switches: fc.oneof(
        { weight: 8, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: anySwitch.map((change) => [change]) },
      ),
    })
    .map(({ without, standard, extra, switches }) => [...without.flat(), ...standard, ...extra, ...switches])
}

function anyNext(kind: Kind): fc.Arbitrary<Pick<FateCase, 'next'>> {
  const drops = [...kind.spots.map(({ path }) => path), ...kind.optional.flat()]
  const dropped = fc.constantFrom(...drops).map((path): Change => ({ op: 'remove', path }))
  const change = fc.oneof({ weight: 3, arbitrary: dropped }, { weight: 1, arbitrary: anyChange(kind) })
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ next: 'dropped' as const }) },
    { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }).map((next) => ({ next })) },
  )
}

export const anyCase: fc.Arbitrary<FateCase> = fc.constantFrom(...DRAWN).chain((kind) =>
  fc
    .record({
      git: anyGit(kind),
      edits: fc.array(anyEdit(kind), { minLength: 1, maxLength: 3 }),
      next: anyNext(kind),
      group: anyGroup,
    })
    .map(({ git, edits, next, group }) => ({
      ...{ kind: kind.kind, git, edits, group },
      // Flux cannot apply where Git drops a field that spec.ignore names (fluxcd/pkg ssa applyDriftResult).
      ...(group === 'ignoring' ? {} : next),
    })),
)
