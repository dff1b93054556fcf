// Repositories as people have them, made up: the same files in every run.

const FLUX = 'kustomize.toolkit.fluxcd.io/v1'
const CLUSTER = 'clusters/production'

const object = (apiVersion, kind, name, rest) =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: team\n${rest}`

const deployment = (name) =>
  object(
    'apps/v1',
    'Deployment',
    name,
    `  labels:
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
      serviceAccountName: ${name}
      containers:
        - name: app # the only one
          image: ghcr.io/example/${name}:1.2.3
          args: ["--port", "8080"]
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
            - name: ENDPOINT
              value: "https://${name}.example.com/api"
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 10
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 256Mi}
`,
  )

const service = (name) =>
  object(
    'v1',
    'Service',
    name,
    `spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`,
  )

const configMap = (name) =>
  object(
    'v1',
    'ConfigMap',
    name,
    `data:
  region: eu-west-1
  config.yaml: |
    # read at start
    server:
      port: 8080
      timeouts: {read: 30s, write: 30s}
    features: [a, b, c]
`,
  )

const serviceAccount = (name) => object('v1', 'ServiceAccount', name, 'automountServiceAccountToken: false\n')

const networkPolicy = (name) =>
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    name,
    `spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {}
      ports:
        - port: 8080
`,
  )

const helmRelease = (name) =>
  object(
    'helm.toolkit.fluxcd.io/v2',
    'HelmRelease',
    name,
    `spec:
  interval: 30m
  chart:
    spec:
      chart: app-template
      version: 3.5.1
      sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}
  values:
    image: {repository: ghcr.io/example/${name}, tag: 2024.11.1}
    ingress:
      enabled: true
      hosts:
        - host: ${name}.example.com
          paths: ["/"]
    persistence:
      data: {enabled: true, size: 10Gi}
`,
  )

const KINDS = [deployment, service, configMap, serviceAccount, networkPolicy, helmRelease]

/** Manifests of `count` objects, a file each. */
function manifests(folder, name, count) {
  const files = {}
  for (let i = 0; i < count; i++) {
    const make = KINDS[i % KINDS.length]
    files[`${folder}/${make.name}-${i}.yaml`] = make(`${name}-${i}`)
  }
  return files
}

const listOf = (files) =>
  Object.keys(files)
    .map((path) => `  - ${path.split('/').at(-1)}\n`)
    .join('')
const HEAD = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

const SHAPES = {
  /** A list of resources and nothing else. */
  plain(name, count) {
    const files = manifests(`apps/${name}`, name, count)
    return { ...files, [`apps/${name}/kustomization.yaml`]: `${HEAD}resources:\n${listOf(files)}` }
  },
  /** No kustomization file: Flux makes one. */
  bare: (name, count) => manifests(`apps/${name}`, name, count),
  overlay(name, count) {
    const files = manifests(`base/${name}`, name, count)
    const top = `${HEAD}resources:
  - ../../base/${name}
images:
  - name: ghcr.io/example/${name}-0
    newTag: 1.3.0
patches:
  - path: replicas.yaml
  - target: {kind: Service}
    patch: |
      - op: add
        path: /metadata/annotations
        value: {team: platform}
`
    return {
      ...files,
      [`base/${name}/kustomization.yaml`]: `${HEAD}resources:\n${listOf(files)}`,
      [`apps/${name}/kustomization.yaml`]: top,
      [`apps/${name}/replicas.yaml`]: `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}-0, namespace: team}
spec: {replicas: 5}
`,
    }
  },
  component(name, count) {
    const files = manifests(`apps/${name}`, name, count)
    const top = `${HEAD}namespace: ${name}\nresources:\n${listOf(files)}components:\n  - ../../components/common\n`
    return { ...files, [`apps/${name}/kustomization.yaml`]: top }
  },
  generator(name, count) {
    const files = manifests(`apps/${name}`, name, count - 1)
    const top = `${HEAD}resources:
${listOf(files)}configMapGenerator:
  - name: ${name}-settings
    namespace: team
    files: [settings.ini]
`
    return {
      ...files,
      [`apps/${name}/kustomization.yaml`]: top,
      [`apps/${name}/settings.ini`]: `[server]\nname = ${name}\nport = 8080\n`,
    }
  },
}
SHAPES.variables = (name, count) =>
  Object.fromEntries(
    Object.entries(SHAPES.plain(name, count)).map(([path, text]) => [
      path,
      text.replaceAll('.example.com', '.${domain}').replaceAll('eu-west-1', '${region:=eu-west-1}'),
    ]),
  )

const COMMON = {
  'components/common/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations:\n  team: platform\n',
}

const fluxKustomization = (name, path, more = '') => `---
apiVersion: ${FLUX}
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ./${path}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
${more}`

const VARIABLES = '  postBuild:\n    substitute:\n      domain: example.org\n'

const ROOT = {
  [`${CLUSTER}/flux-system/kustomization.yaml`]: `${HEAD}resources:\n  - gotk-sync.yaml\n`,
  [`${CLUSTER}/flux-system/gotk-sync.yaml`]: `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: https://git.example.com/platform.git
${fluxKustomization('flux-system', CLUSTER)}`,
}

/** Files of a repository whose Kustomizations have these shapes and numbers of objects. */
function repository(shapes) {
  const files = { ...ROOT, ...COMMON }
  shapes.forEach(({ shape, count }, i) => {
    const name = `app-${String(i).padStart(3, '0')}`
    Object.assign(files, SHAPES[shape](name, count))
    const more = shape === 'variables' ? VARIABLES : ''
    files[`${CLUSTER}/${name}.yaml`] = fluxKustomization(name, `apps/${name}`, more)
  })
  return files
}

const CYCLE = ['plain', 'variables', 'plain', 'overlay', 'bare', 'component', 'plain', 'generator']

/** 80 Kustomizations (the root is one) with about 1,500 objects. */
export const platform = () =>
  repository(
    Array.from({ length: 79 }, (_, i) => ({ shape: CYCLE[i % CYCLE.length], count: 12 + ((i * 7) % 15) })),
  )

const SMALL = ['plain', 'plain', 'variables', 'plain', 'generator', 'plain', 'variables', 'component']

/** 300 Kustomizations of one to five objects, as home operators have them. */
export const smallPaths = () =>
  repository(Array.from({ length: 300 }, (_, i) => ({ shape: SMALL[i % SMALL.length], count: 2 + (i % 4) })))

export { CLUSTER }
