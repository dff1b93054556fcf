// A fleet of N objects in Kustomizations of at most 200: Deployments, Services, ConfigMaps and a kind of its own.

const PER_KUSTOMIZATION = 200
/** Of ten objects, by kind. */
const MIX = [
  'Deployment',
  'ConfigMap',
  'Service',
  'Deployment',
  'ConfigMap',
  'Deployment',
  'Service',
  'ConfigMap',
  'Deployment',
  'Widget',
]

export const WIDGET_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.example.com' },
  spec: {
    group: 'bench.example.com',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  interval: { type: 'string' },
                  size: { type: 'integer', default: 1 },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, value: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
}

/** The kinds of a fleet, as paths that a LIST asks for. */
export const LISTS = [
  '/apis/apps/v1/deployments',
  '/api/v1/services',
  '/api/v1/configmaps',
  '/apis/bench.example.com/v1/widgets',
]

const head = (apiVersion: string, kind: string, name: string, namespace: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`

const WRITERS: Readonly<Record<string, (name: string, namespace: string) => string>> = {
  Deployment: (name, namespace) =>
    `${head('apps/v1', 'Deployment', name, namespace)}  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      containers:
        - name: app # the only one
          image: registry.example.com/${name}:1.2.3
          args: ["--port", "8080"]
          ports:
            - name: http
              containerPort: 8080
          env:
${Array.from({ length: 10 }, (_, i) => `            - name: SETTING_${i}\n              value: "${name}-${i}"\n`).join('')}\
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 10
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 256Mi}
`,
  Service: (name, namespace) =>
    `${head('v1', 'Service', name, namespace)}spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`,
  ConfigMap: (name, namespace) =>
    `${head('v1', 'ConfigMap', name, namespace)}data:
  region: eu-west-1
  config.yaml: |
    # read at start
    server:
      name: ${name}
      port: 8080
      timeouts: {read: 30s, write: 30s}
    features: [a, b, c]
`,
  Widget: (name, namespace) =>
    `${head('bench.example.com/v1', 'Widget', name, namespace)}spec:
  interval: 10m
  parts:
    - name: left
      value: ${name}
    - name: right
      value: "2"
`,
}

/** One Kustomization of a fleet; what it applies lives in a namespace of its own. */
export interface FleetKustomization {
  readonly name: string
  readonly path: string
  readonly namespace: string
}

/**
 * The files of a repository with `count` objects, and its Kustomizations: folder `apps/app-000` and so on, one file for
 * every ten objects.
 */
export function fleet(count: number): {
  readonly files: Readonly<Record<string, string>>
  readonly kustomizations: readonly FleetKustomization[]
} {
  const files: Record<string, string> = {}
  const kustomizations: FleetKustomization[] = []
  for (let first = 0, i = 0; first < count; first += PER_KUSTOMIZATION, i++) {
    const name = `app-${String(i).padStart(3, '0')}`
    kustomizations.push({ name, path: `./apps/${name}`, namespace: name })
    const own = Math.min(PER_KUSTOMIZATION, count - first)
    for (let file = 0; file * 10 < own; file++) {
      const kinds = MIX.slice(0, own - file * 10)
      const texts = kinds.map(
        (kind, k) => WRITERS[kind]?.(`${kind.toLowerCase()}-${file * 10 + k}`, name) ?? '',
      )
      files[`apps/${name}/part-${String(file).padStart(2, '0')}.yaml`] = texts.join('---\n')
    }
  }
  return { files, kustomizations }
}
