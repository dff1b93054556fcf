/**
 * A chart that has what charts have: namespaced and cluster-wide kinds, a Secret with a value that every rendering
 * makes anew, hooks, a test, a definition.
 */
const CHART: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: "2.3"\n',
  'values.yaml': 'replicas: 2\nimage: example.com/web:1.0\nport: 80\npassword: changeme\nextra: {}\n',
  'crds/widget.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`,
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name }}, team: shop}
  finalizers: [example.com/hold]
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      nodeSelector: {}
      containers:
        - name: web
          image: {{ .Values.image }}
          args: ["--greeting=hello"]
          ports: [{containerPort: 8080}]
          resources: {requests: {cpu: 0.1, memory: 1Gi}}
          env: [{name: HANDSHAKE, value: {{ .Values.password | quote }}}]
`,
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: {{ .Values.port }}, targetPort: 8080}]}
`,
  'templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-config}
data: {greeting: hello, colour: blue}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-free, annotations: {helm.toolkit.fluxcd.io/driftDetection: disabled}}
data: {greeting: hello}
`,
  'templates/secret.yaml': `apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {password: {{ .Values.password | quote }}, nonce: {{ randAlphaNum 12 | quote }}}
`,
  'templates/role.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: {{ .Release.Name }}-reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
`,
  'templates/hook.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-hook, annotations: {helm.sh/hook: pre-install}}
data: {made: once}
`,
  'templates/test.yaml': `apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}-test, annotations: {helm.sh/hook: test}}
spec: {restartPolicy: Never, containers: [{name: test, image: example.com/test}]}
`,
}

/** A HelmRelease of that chart; `spec` goes on with more fields, one a line. */
const helmRelease = (name: string, ...spec: readonly string[]): string =>
  [
    'apiVersion: helm.toolkit.fluxcd.io/v2',
    'kind: HelmRelease',
    `metadata: {name: ${name}, namespace: flux-system}`,
    'spec:',
    '  interval: 1h',
    '  targetNamespace: shop',
    `  releaseName: ${name}`,
    '  chart:',
    '    spec:',
    '      chart: ./charts/web',
    '      reconcileStrategy: Revision',
    '      sourceRef: {kind: GitRepository, name: fleet}',
    '  install: {disableWait: true, createNamespace: true}',
    '  upgrade: {disableWait: true}',
    ...spec.map((line) => `  ${line}`),
    '',
  ].join('\n')

const files = Object.entries(CHART).map(([path, content]) => [`charts/web/${path}`, content] as const)

const PASSWORD = 'password: swordfish'

/** The chart, and a Kustomization of releases of it: with drift detection, with warnings, with neither, broken. */
export const HELM_FLEET: Readonly<Record<string, string>> = {
  ...Object.fromEntries(files),
  'releases/web.yaml': helmRelease('web', 'driftDetection: {mode: enabled}', `values: {${PASSWORD}}`),
  'releases/warned.yaml': helmRelease('warned', 'driftDetection: {mode: warn}', `values: {${PASSWORD}}`),
  'releases/plain.yaml': helmRelease('plain', `values: {${PASSWORD}}`),
  'releases/broken.yaml': helmRelease('broken', `values: {port: none}`),
}
