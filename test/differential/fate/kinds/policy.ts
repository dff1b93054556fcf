import { at, type Json } from '../change.js'
import { spot, type Kind } from '../kind.js'

const cpu = (averageUtilization: number): Json => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})
const memory: Json = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1024Mi' } },
}

export const AUTOSCALER: Kind = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  body: {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [cpu(60), memory],
    },
  },
  optional: [[at('spec.minReplicas')], [at('spec.metrics')]],
  spots: [
    spot(at('spec.minReplicas'), 1, 2, 3),
    spot(at('spec.maxReplicas'), 9),
    spot(at('spec.metrics'), [cpu(80)], [cpu(60), memory], [memory, cpu(60)]),
    spot(at('spec.behavior.scaleDown.stabilizationWindowSeconds'), 60, 300),
    spot(at('spec.scaleTargetRef.name'), 'y'),
  ],
}

export const DISRUPTION_BUDGET: Kind = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  body: { spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } } },
  optional: [],
  spots: [
    spot(at('spec.minAvailable'), '50%', 2),
    spot(at('spec.unhealthyPodEvictionPolicy'), 'AlwaysAllow', 'IfHealthyBudget'),
    spot(at('spec.selector'), { matchLabels: { app: 'y' } }),
  ],
}

const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }

export const ROLE: Kind = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  resource: 'roles',
  body: { rules: [reads, { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] }] },
  optional: [],
  spots: [
    spot(at('rules'), [reads], [{ ...reads, verbs: ['get', 'list', 'delete'] }]),
    spot(at('rules'), [
      { ...reads, resourceNames: ['one'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
    ]),
  ],
}

const robot = { kind: 'ServiceAccount', name: 'robot', namespace: 'default' }

export const ROLE_BINDING: Kind = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  body: {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [robot, { kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  },
  optional: [[at('subjects')]],
  spots: [
    spot(
      at('subjects'),
      [robot],
      [robot, { kind: 'Group', name: 'ops', apiGroup: 'rbac.authorization.k8s.io' }],
    ),
  ],
}
