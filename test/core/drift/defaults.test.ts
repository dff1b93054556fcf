import { expect, it } from '@jest/globals'
import { FLUX_MANAGER } from '@kubectl-gitops/core/drift/actor.js'
import { isDefault, mayBeDefault } from '@kubectl-gitops/core/drift/defaults.js'
import type { ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { fieldPath, type Path } from '@kubectl-gitops/core/pointer.js'

const CREATOR: ManagedFieldsEntry = { manager: 'kubectl-create', operation: 'Update', fieldsV1: {} }

function filledIn(
  kind: string,
  spec: object,
  [path, live]: readonly [path: Path, live: unknown],
  entries: readonly ManagedFieldsEntry[] = [CREATOR],
): boolean {
  const git = { apiVersion: 'apps/v1', kind, metadata: { name: 'a' }, spec }
  return isDefault({ path, live, entry: CREATOR }, { git, entries, type: undefined, applier: FLUX_MANAGER })
}
const at = (dotted: string): Path => fieldPath([], ...dotted.split('.'))
const container = (name: string): Path => [
  ...at('spec.template.spec.containers'),
  { kind: 'key', keys: { name }, index: 0 },
]
const POD = {
  template: {
    spec: {
      containers: [
        { name: 'a', image: 'x:1', readinessProbe: {} },
        { name: 'b', image: 'x/y' },
      ],
    },
  },
}

it.each([
  ['Deployment', {}, at('spec.progressDeadlineSeconds'), 600],
  ['Deployment', {}, at('spec.strategy.rollingUpdate.maxSurge'), '25%'],
  ['DaemonSet', {}, at('spec.updateStrategy.rollingUpdate.maxSurge'), 0],
  ['Deployment', POD, fieldPath(container('a'), 'imagePullPolicy'), 'IfNotPresent'],
  ['Deployment', POD, fieldPath(container('b'), 'imagePullPolicy'), 'Always'],
  ['Deployment', POD, fieldPath(container('a'), 'readinessProbe', 'periodSeconds'), 10],
  ['Service', { type: 'NodePort' }, at('spec.externalTrafficPolicy'), 'Cluster'],
  ['NetworkPolicy', { egress: [{}] }, at('spec.policyTypes'), ['Ingress', 'Egress']],
  ['Service', {}, at('spec.clusterIP'), '10.0.0.9'],
] as const)('%s %j: the server fills in %j', (kind, spec, path, live) => {
  expect(filledIn(kind, spec, [path, live])).toBe(true)
})

it.each([
  ['Deployment', {}, [at('spec.progressDeadlineSeconds'), 60]],
  ['DaemonSet', {}, [at('spec.updateStrategy.rollingUpdate.maxSurge'), '25%']],
  ['Deployment', POD, [fieldPath(container('b'), 'imagePullPolicy'), 'IfNotPresent']],
  ['Deployment', POD, [fieldPath(container('a'), 'livenessProbe', 'periodSeconds'), 10]],
  ['Service', {}, [at('spec.externalTrafficPolicy'), 'Cluster']],
] as const)('%s %j: the server does not fill in %j', (kind, spec, place) => {
  expect(filledIn(kind, spec, place)).toBe(false)
})

it('a StatefulSet gets its partition back only where it gets its type back', () => {
  const partition = [at('spec.updateStrategy.rollingUpdate.partition'), 0] as const
  expect(filledIn('StatefulSet', {}, partition)).toBe(false)
  const typed = { ...CREATOR, fieldsV1: { 'f:spec': { 'f:updateStrategy': { 'f:type': {} } } } }
  expect(filledIn('StatefulSet', {}, partition, [typed])).toBe(true)
  expect(filledIn('StatefulSet', {}, partition, [{ ...typed, manager: 'k9s' }])).toBe(false)
})

it('a NetworkPolicy is for Egress where somebody keeps rules for it', () => {
  const types = [at('spec.policyTypes'), ['Ingress']] as const
  const rules = { manager: 'k9s', operation: 'Update', fieldsV1: { 'f:spec': { 'f:egress': {} } } }
  expect(filledIn('NetworkPolicy', {}, types)).toBe(true)
  expect(filledIn('NetworkPolicy', {}, types, [rules])).toBe(false)
})

it('a name is enough to know that no kind fills a field in', () => {
  expect(mayBeDefault('protocol')).toBe(true)
  expect(mayBeDefault('resourceNames')).toBe(false)
})
