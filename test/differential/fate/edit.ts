import fc from 'fast-check'
import { at, type Change, type Json, type Step } from './change.js'
import type { Kind } from './kind.js'

/** How somebody writes to the cluster past Git. */
export type Edit =
  | { readonly by: Writer; readonly changes: readonly Change[] }
  /** The real kubectl: arguments, with NAME for the object and the changed manifest on its standard input. */
  | { readonly kubectl: readonly string[]; readonly changes: readonly Change[] }
  | { readonly scale: number; readonly manager: string }
  | { readonly remove: true }
  /** Deleted and created anew, by somebody who may leave Flux's labels out. */
  | { readonly create: string; readonly labelled: boolean; readonly changes: readonly Change[] }
  /** Takes every trace of who wrote what off the object. */
  | { readonly forget: true }

export interface Writer {
  readonly manager: string
  readonly via: 'put' | 'apply'
}

const UPDATERS = [
  ...['kubectl-edit', 'kubectl-edit', 'kubectl-patch', 'kubectl-set', 'kubectl-client-side-apply', 'kubectl'],
  ...['node-fetch', 'k9s', 'helm', 'some-operator', 'kube-controller-manager', 'Terraform'],
  ...['kustomize-controller', 'before-first-apply', 'flux-client-side-apply'],
]
const APPLIERS = [
  'kubectl',
  'kubectl',
  'kubectl',
  'kubectl',
  'kustomize-controller',
  'kubectl-team',
  'k9s',
  'helm',
  'some-operator',
  'team-a',
]

const PREFIX = 'kustomize.toolkit.fluxcd.io'
/** Flux's per-object switches, as people spell them. */
const SWITCHES: readonly (readonly [name: string, value: string])[] = [
  ['ssa', 'Merge'],
  ['ssa', 'merge'],
  ['ssa', 'Ignore'],
  ['ssa', 'IfNotPresent'],
  ['ssa', 'Override'],
  ['reconcile', 'disabled'],
  ['reconcile', 'Disabled'],
  ['reconcile', 'enabled'],
  ['prune', 'disabled'],
  ['force', 'enabled'],
]

/** Turns one of Flux's switches on an object. */
export const anySwitch: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom('labels', 'annotations'), fc.constantFrom(...SWITCHES))
  .map(([where, [name, value]]) => set(at(`metadata.${where}`, `${PREFIX}/${name}`), value))

const set = (path: readonly Step[], value: Json): Change => ({ op: 'set', path, value })
const remove = (path: readonly Step[]): Change => ({ op: 'remove', path })

const METADATA: readonly Change[] = [
  ...['web', 'ops'].map((value) => set(at('metadata.labels.team'), value)),
  ...['by hand', 'again'].map((value) => set(at('metadata.annotations.note'), value)),
  set(at('metadata.labels', 'app.kubernetes.io/name'), 'other'),
  set(at('metadata.labels.tier'), 'front'),
  remove(at('metadata.labels.tier')),
  remove(at('metadata.labels', 'app.kubernetes.io/name')),
  set(at('metadata.annotations', 'example.org/owner'), 'someone'),
  remove(at('metadata.annotations', 'example.org/owner')),
  set(at('metadata.annotations', 'fluxcd.io/sync-checksum'), 'abc'),
  set(at('metadata.labels', 'fluxcd.io/sync-gc-mark'), 'abc'),
  set(at('metadata.finalizers[=example.org/hold]'), 'example.org/hold'),
  set(at('metadata.finalizers[=example.org/git]'), 'example.org/git'),
  remove(at('metadata.finalizers[=example.org/git]')),
]
const LABELS: readonly Change[] = [
  remove(at('metadata.labels', `${PREFIX}/name`)),
  set(at('metadata.labels', `${PREFIX}/name`), 'another'),
]

/** One thing that somebody changes in an object of a kind. */
export function anyChange(kind: Kind): fc.Arbitrary<Change> {
  const sets = kind.spots.flatMap(({ path, values }) => values.map((value) => set(path, value)))
  const removals = [...kind.spots.map(({ path }) => path), ...kind.optional.flat()]
  const reversals = (kind.lists ?? []).map((path): Change => ({ op: 'reverse', path }))
  return fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...sets) },
    { weight: 4, arbitrary: fc.constantFrom(...removals).map(remove) },
    { weight: 4, arbitrary: fc.constantFrom(...METADATA) },
    { weight: 1, arbitrary: fc.constantFrom(...LABELS) },
    { weight: 2, arbitrary: anySwitch },
    ...(reversals.length === 0 ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...reversals) }]),
  )
}

/** One edit of an object of a kind. */
export function anyEdit(kind: Kind): fc.Arbitrary<Edit> {
  const changes = (max: number): fc.Arbitrary<readonly Change[]> =>
    fc.array(anyChange(kind), { minLength: 1, maxLength: max })
  const creators = ['kubectl-create', 'kubectl-client-side-apply', 'k9s', 'helm', 'some-operator']
  return fc.oneof(
    {
      weight: 30,
      arbitrary: fc.record({
        by: fc.record({ manager: fc.constantFrom(...UPDATERS), via: fc.constant('put' as const) }),
        changes: changes(3),
      }),
    },
    {
      weight: 14,
      arbitrary: fc.record({
        by: fc.record({ manager: fc.constantFrom(...APPLIERS), via: fc.constant('apply' as const) }),
        changes: changes(3),
      }),
    },
    { weight: 5, arbitrary: anyKubectl(kind, changes(2)) },
    { weight: 2, arbitrary: fc.constant({ remove: true as const }) },
    {
      weight: 2,
      arbitrary: fc.record({
        create: fc.constantFrom(...creators),
        labelled: fc.boolean(),
        changes: changes(2),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ forget: true as const }) },
    ...(kind.scales === true ? [{ weight: 4, arbitrary: anyScale }] : []),
  )
}

const anyScale: fc.Arbitrary<Edit> = fc.record({
  scale: fc.integer({ min: 0, max: 6 }),
  manager: fc.constantFrom('kubectl', 'kube-controller-manager', 'k9s'),
})

function anyKubectl(kind: Kind, changes: fc.Arbitrary<readonly Change[]>): fc.Arbitrary<Edit> {
  const target = `${kind.resource}/NAME`
  const fixed: (readonly string[])[] = [
    ['label', '--overwrite', target, 'team=ops'],
    ['label', target, 'tier-'],
    ['annotate', '--overwrite', target, 'note=by hand'],
    ['annotate', '--overwrite', target, 'kustomize.toolkit.fluxcd.io/reconcile=disabled'],
  ]
  if (kind.workload === true) {
    fixed.push(
      ['set', 'image', target, 'app=example.org/app:hotfix'],
      ['set', 'env', target, 'LEVEL=debug', 'X=y'],
    )
    fixed.push(['scale', target, '--replicas=4'], ['set', 'resources', target, '--limits=cpu=3'])
  }
  const fed = [
    ['apply', '-f', '-'],
    ['apply', '--server-side', '--force-conflicts', '-f', '-'],
    ['apply', '--server-side', '--force-conflicts', '--field-manager=team-a', '-f', '-'],
    ['replace', '-f', '-'],
  ]
  return fc.oneof(
    fc.constantFrom(...fixed).map((kubectl) => ({ kubectl, changes: [] })),
    fc.record({ kubectl: fc.constantFrom(...fed), changes }),
  )
}
