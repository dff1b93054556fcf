import type { FateCase } from './case.js'
import { at, type Change, type Json, type Step } from './change.js'
import type { Edit } from './edit.js'

const set = (path: readonly Step[], value: Json): Change => ({ op: 'set', path, value })
const remove = (path: readonly Step[]): Change => ({ op: 'remove', path })
const put = (manager: string, ...changes: readonly Change[]): Edit => ({
  by: { manager, via: 'put' },
  changes,
})

type Known = Partial<FateCase> & Pick<FateCase, 'kind' | 'edits'>

const CONTAINER = 'spec.template.spec.containers[app]'
const OWNER = at('metadata.labels', 'kustomize.toolkit.fluxcd.io/name')
const HOLD = at('metadata.finalizers[=example.org/git]')
const heldByGit = [set(HOLD, 'example.org/git')]

/** What was foretold wrongly once, one case for each reason. */
const CASES: Readonly<Record<string, Known>> = {
  'an item that kubectl added goes with what another manager has in it': {
    kind: 'Deployment',
    edits: [
      put('kubectl-edit', set(at(`${CONTAINER}.env[EXTRA]`), { value: 'x' })),
      put('k9s', set(at(`${CONTAINER}.env[EXTRA].value`), 'y')),
    ],
  },
  'an item that another manager added stays without what kubectl has in it': {
    kind: 'Deployment',
    edits: [
      put('k9s', set(at(`${CONTAINER}.env[EXTRA]`), { value: 'x' })),
      put('kubectl-edit', set(at(`${CONTAINER}.env[EXTRA].value`), 'y')),
    ],
  },
  'a mark of Flux 1 goes, whoever set it': {
    kind: 'ConfigMap',
    edits: [put('k9s', set(at('metadata.annotations', 'fluxcd.io/sync-checksum'), 'abc'))],
  },
  'a finalizer alone is not put back': { kind: 'Role', git: heldByGit, edits: [put('k9s', remove(HOLD))] },
  'a finalizer is put back along with something else': {
    kind: 'Role',
    git: heldByGit,
    edits: [put('k9s', remove(HOLD), set(at('rules'), []))],
  },
  'a target port that nobody declares is the default again': {
    kind: 'Service',
    git: [remove(at('spec.ports[http].targetPort'))],
    edits: [put('k9s', set(at('spec.ports[port=80,protocol=TCP].targetPort'), 'web'))],
  },
  'defaults that a creator owns come back': {
    kind: 'Deployment',
    git: [remove(at('spec.strategy'))],
    edits: [{ create: 'kubectl-create', labelled: true, changes: [] }],
  },
  'an object that Git opts out is not created again': {
    kind: 'ConfigMap',
    git: [set(at('metadata.annotations', 'kustomize.toolkit.fluxcd.io/reconcile'), 'disabled')],
    edits: [{ remove: true }],
  },
  'an object with the labels of another owner is not pruned': {
    kind: 'ConfigMap',
    edits: [put('kubectl-label', set(OWNER, 'another'))],
    next: 'dropped',
  },
  'a field inside a list that is replaced as one goes': {
    kind: 'Role',
    edits: [
      put(
        'k9s',
        set(at('rules'), [
          { apiGroups: [''], resources: ['pods'], resourceNames: ['one'], verbs: ['get', 'list'] },
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
        ]),
      ),
    ],
  },
  'a position that spec.ignore counts is another item on the cluster': {
    kind: 'Deployment',
    edits: [
      put(
        'k9s',
        { op: 'reverse', path: at('spec.template.spec.containers') },
        set(at('spec.minReadySeconds'), 3),
      ),
    ],
    group: 'ignoring',
  },
  'a field that spec.ignore names and nobody has is sent as null': {
    kind: 'ConfigMap',
    edits: [put('kubectl-edit', remove(at('data.level')), set(at('data.extra'), 'x'))],
    group: 'ignoring',
  },
  'what is added below a path that spec.ignore names is kept along with a change there': {
    kind: 'Gadget',
    edits: [put('kubectl-edit', set(at('spec.options.fast'), 'no'), set(at('spec.options.extra'), 'x'))],
    group: 'ignoring',
  },
  'what is added below a path that spec.ignore names goes where nothing changed there': {
    kind: 'Gadget',
    edits: [put('kubectl-edit', set(at('spec.options.extra'), 'x'))],
    group: 'ignoring',
  },
  'a field that Git drops is pruned': { kind: 'ConfigMap', edits: [], next: [remove(at('data.level'))] },
  'a field that Git drops stays with who has it too': {
    kind: 'ConfigMap',
    edits: [{ by: { manager: 'k9s', via: 'apply' }, changes: [set(at('data.level'), 'info')] }],
    next: [remove(at('data.level'))],
  },
}

/** Of these nobody can say what becomes of them, and `drift` says so. */
export const UNDECIDED: readonly string[] = [
  'a position that spec.ignore counts is another item on the cluster',
  'a field that spec.ignore names and nobody has is sent as null',
]

export const KNOWN: readonly FateCase[] = Object.values(CASES).map((one) => ({
  ...{ git: [], group: 'plain' as const },
  ...one,
}))
export const TITLES: readonly string[] = Object.keys(CASES)
