import fc from 'fast-check'
import { oddText, oddValue, raw, template, word } from './scalar.js'

/** An object without its name, which is given when all objects of a case are known. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

type Body = Manifest['body']

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq })

export const label = fc.dictionary(fc.constantFrom('app', 'tier', 'example.com/part'), word, { maxKeys: 2 })

const text = fc.oneof({ weight: 6, arbitrary: oddText }, { weight: 1, arbitrary: template })
/** Values that are no text where text is wanted: the build fails, in both worlds or in none. */
const looseText = fc.oneof({ weight: 40, arbitrary: text }, { weight: 1, arbitrary: oddValue })
const anyValue = fc.oneof({ weight: 4, arbitrary: oddValue }, { weight: 1, arbitrary: text })

const key = fc.constantFrom(
  'a',
  'b',
  'a.yaml',
  'key',
  '0',
  'yes',
  'é',
  'with space',
  'x/y',
  '1.0',
  'null',
  'z',
)

const IMAGES = [
  'web',
  'web:1',
  'web:1.10',
  'registry.local:5000/team/web:v1',
  'web@sha256:abc',
  'web:1@sha256:ab',
]
export const image = fc.constantFrom(...IMAGES)

const envValue = fc.oneof(
  text.map((value) => ({ value })),
  fc.constant({ valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }),
  fc.constant({ valueFrom: { secretKeyRef: { name: 'credentials', key: 'a', optional: true } } }),
)
const env = fc.uniqueArray(
  fc.tuple(fc.constantFrom('A', 'B', 'C'), envValue).map(([name, value]) => ({ name, ...value })),
  { maxLength: 3, selector: ({ name }) => name },
)

const container = (name: string): fc.Arbitrary<object> =>
  fc.record(
    {
      name: fc.constant(name),
      image: image,
      env: env,
      args: fc.array(text, { maxLength: 2 }),
      ports: fc.constantFrom(
        [{ containerPort: 80 }],
        [{ containerPort: 80, name: 'http' }, { containerPort: 81 }],
      ),
      resources: fc.constantFrom(
        ...['100m', '0.1', '1', '1e3', '1Gi'].map((cpu) => ({ limits: { cpu: raw(cpu) } })),
      ),
      envFrom: fc.constant([{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'credentials' } }]),
      command: fc.constantFrom(
        ['sh', '-c', 'echo $HOME $(A) && exit 0'],
        ['sh', '-c', 'set -e\necho "$${x}"\n'],
      ),
    },
    { requiredKeys: ['name', 'image'] },
  )

const podSpec = fc
  .record({
    containers: fc.tuple(container('app'), maybe(container('sidecar'))),
    volumes: maybe(
      fc.constant([
        { name: 'config', configMap: { name: 'settings' } },
        { name: 'keys', secret: { secretName: 'credentials' } },
      ]),
    ),
    serviceAccountName: maybe(fc.constantFrom('web', 'runner')),
  })
  .map(({ containers, ...rest }) => ({ containers: containers.filter((one) => one !== undefined), ...rest }))

const workload = (extra: Body = {}): fc.Arbitrary<Body> =>
  fc.record({ pod: podSpec, replicas: maybe(fc.nat(3)), labels: label }).map(({ pod, replicas, labels }) => ({
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web', ...labels } }, spec: pod },
      ...extra,
    },
  }))

const data = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Body> =>
  fc.dictionary(key, value, { maxKeys: 4 }).map((entries) => ({ data: entries }))

const base64 = fc.constantFrom('aGVsbG8=', 'czNjcjN0', '', 'aGVs\nbG8=', 'not base64')
const secret = fc.oneof(
  data(base64),
  fc.dictionary(key, looseText, { maxKeys: 3 }).map((stringData) => ({ stringData, type: 'Opaque' })),
)

const custom = fc.oneof(
  fc.dictionary(key, anyValue, { maxKeys: 5 }).map((spec) => ({ spec })),
  fc.array(anyValue, { maxLength: 4 }).map((items) => ({ spec: { items, nested: { list: [items] } } })),
  fc.record({ spec: anyValue, status: fc.constant({ ready: true }) }),
)

const rules = fc.array(
  fc.constantFrom(
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ),
  { maxLength: 2 },
)
const binding = (kind: string): fc.Arbitrary<Body> =>
  fc.constantFrom('web', 'runner', 'default').map((name) => ({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'web' },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'team' }],
  }))

const ports = fc.constantFrom<unknown>(
  [{ port: 80 }],
  [{ port: 80, targetPort: 'http', name: 'h' }, { port: 81 }],
  [],
)
const release = fc.record({ values: fc.dictionary(key, anyValue, { maxKeys: 4 }) }).map(({ values }) => ({
  spec: {
    chart: { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'web' } } },
    interval: '1h',
    values,
  },
}))

const schemaOf = (lines: number): object => ({
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: lines }, (_, i) => [
      `field${i}`,
      { type: 'string', description: `What field ${i} is: ${i}` },
    ]),
  ),
})
/** Three lines a property: the long one has about 5,000. */
const definition = fc
  .oneof({ weight: 6, arbitrary: fc.constant(2) }, { weight: 1, arbitrary: fc.constant(1660) })
  .map((size) => ({
    spec: {
      group: 'example.com',
      names: { kind: 'Widget', plural: 'widgets' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schemaOf(size) } }],
    },
    status: { conditions: [], acceptedNames: { kind: '', plural: '' }, storedVersions: [] },
  }))

const listOf = fc.nat(2).map((count) => ({
  items: Array.from({ length: count }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `item-${i}` },
    data: { a: String(i) },
  })),
}))

const other = fc.constantFrom<Body>(
  { spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: null }] }] } },
  { spec: { rules: [{ host: 'web.local', http: { paths: [{ path: '/', pathType: 'Prefix' }] } }] } },
  { spec: { minAvailable: raw('50%'), selector: { matchLabels: { app: 'web' } } } },
)

const GROUP = { rbac: 'rbac.authorization.k8s.io/v1', apps: 'apps/v1', example: 'example.com/v1' } as const

const KINDS: readonly (readonly [
  weight: number,
  apiVersion: string,
  kind: string,
  body: fc.Arbitrary<Body>,
])[] = [
  [5, GROUP.apps, 'Deployment', workload()],
  [2, GROUP.apps, 'StatefulSet', workload({ serviceName: 'web' })],
  [1, GROUP.apps, 'DaemonSet', workload()],
  [
    3,
    'v1',
    'Service',
    fc.record({ ports }).map(({ ports: list }) => ({ spec: { selector: { app: 'web' }, ports: list } })),
  ],
  [5, 'v1', 'ConfigMap', data(looseText)],
  [3, 'v1', 'Secret', secret],
  [1, 'v1', 'ServiceAccount', fc.constant({})],
  [1, 'v1', 'Namespace', fc.constant({})],
  [1, GROUP.rbac, 'Role', rules.map((list) => ({ rules: list }))],
  [1, GROUP.rbac, 'ClusterRole', rules.map((list) => ({ rules: list }))],
  [1, GROUP.rbac, 'RoleBinding', binding('Role')],
  [1, GROUP.rbac, 'ClusterRoleBinding', binding('ClusterRole')],
  [1, 'networking.k8s.io/v1', 'NetworkPolicy', other],
  [1, 'networking.k8s.io/v1', 'Ingress', other],
  [1, 'policy/v1', 'PodDisruptionBudget', other],
  [1, 'batch/v1', 'Job', podSpec.map((spec) => ({ spec: { template: { spec } } }))],
  [
    1,
    'batch/v1',
    'CronJob',
    podSpec.map((spec) => ({
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec } } } },
    })),
  ],
  [5, GROUP.example, 'Widget', custom],
  [1, 'example.com/v1alpha1', 'ClusterWidget', custom],
  [2, 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', release],
  [
    1,
    'kustomize.toolkit.fluxcd.io/v1',
    'Kustomization',
    fc.constant({ spec: { interval: '1h', path: './x', prune: true } }),
  ],
  [1, 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', definition],
  [1, 'v1', 'List', listOf],
  [1, 'v1', 'ConfigMapList', listOf],
]

const SWITCHES = [
  ...['kustomize.toolkit.fluxcd.io/substitute: disabled', 'config.kubernetes.io/local-config: true'],
  ...['kustomize.toolkit.fluxcd.io/ssa: Merge', 'config.kubernetes.io/index: 7', 'config.k8s.io/id: 9'],
  ...['internal.config.kubernetes.io/path: x', 'kustomize.config.k8s.io/needs-hash: true'],
  ...[
    'kustomize.config.k8s.io/behavior: merge',
    'config.kubernetes.io/origin: path',
    'config.kubernetes.io/path: x',
  ],
]
const annotation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.dictionary(fc.constantFrom('note', 'example.com/a', 'b'), looseText, { maxKeys: 3 }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...SWITCHES)
      .map((line) => Object.fromEntries([line.split(': ')]) as Record<string, string>),
  },
)

const metadata = fc.record(
  {
    namespace: fc.constantFrom('team', 'prod', 'default'),
    labels: label,
    annotations: annotation,
    creationTimestamp: fc.constant(null),
  },
  { requiredKeys: [] },
)

export const manifest: fc.Arbitrary<Manifest> = fc.oneof(
  ...KINDS.map(([weight, apiVersion, kind, body]) => ({
    weight,
    arbitrary: fc.record({ apiVersion: fc.constant(apiVersion), kind: fc.constant(kind), metadata, body }),
  })),
)
