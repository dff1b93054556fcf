/** A workload as teams write them. */
export const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
        - {name: migrate, image: 'example.org/web:1', args: [migrate]}
      containers:
        - name: web
          image: example.org/web:1
          args: [serve, --verbose]
          ports:
            - {containerPort: 8080, name: http}
            - {containerPort: 9090, name: metrics}
          env:
            - {name: LOG_LEVEL, value: info}
            - {name: EMPTY, value: ""}
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          resources: {limits: {cpu: 1000m, memory: 1024Mi}, requests: {cpu: 0.5, memory: 1000M}}
          securityContext: {allowPrivilegeEscalation: false}
          volumeMounts:
            - {name: data, mountPath: /data, readOnly: false}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      volumes:
        - {name: data, emptyDir: {}}
`

export const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: dns, port: 53, protocol: UDP}
`

/** Kinds of a real repository, none of them changed by anybody; each must be in sync as soon as it is applied. */
export const KINDS: Readonly<Record<string, string>> = {
  Deployment: WEB.replace('name: web,', 'name: all-kinds,'),
  Service: SERVICE.replace('name: web}', 'name: all-kinds}'),
  StatefulSet: `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  updateStrategy: {rollingUpdate: {partition: 0}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 10
      tolerations: [{key: dedicated, operator: Exists}]
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - {weight: 100, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: db}}}}
      containers:
        - name: db
          image: example.org/db:1
          readinessProbe: {httpGet: {path: /ready, port: 5432}, initialDelaySeconds: 0}
          envFrom: [{configMapRef: {name: db}}]
          volumeMounts: [{name: data, mountPath: /var/lib/db}, {name: config, mountPath: /etc/db, readOnly: true}]
      volumes: [{name: config, configMap: {name: db, defaultMode: 0o644}}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}
`,
  CronJob: `
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup}
spec:
  schedule: '0 3 * * *'
  suspend: false
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers: [{name: backup, image: example.org/backup:1, resources: {requests: {cpu: 0.1}}}]
`,
  Ingress: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {example.org/rewrite: ""}}
spec:
  ingressClassName: nginx
  tls: [{hosts: [web.example.org], secretName: web-tls}]
  rules:
    - host: web.example.org
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
`,
  NetworkPolicy: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {}
  ingress: [{from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {a: b}}}], ports: [{port: 8080}]}]
  egress: []
`,
  HorizontalPodAutoscaler: `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 5
  metrics:
    - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1024Mi}}}
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 1, periodSeconds: 60}]}}
`,
  PodDisruptionBudget: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
`,
  Role: `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]
`,
  RoleBinding: `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {kind: Role, name: web, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: web, namespace: default}, {kind: User, name: alice}]
`,
  ServiceAccount: `
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
automountServiceAccountToken: false
imagePullSecrets: [{name: registry}]
`,
  ConfigMap: `
apiVersion: v1
kind: ConfigMap
metadata: {name: db, creationTimestamp: null, labels: {}}
data: {empty: "", none: null, text: "a\\nb\\n"}
`,
  Secret: `
apiVersion: v1
kind: Secret
metadata: {name: db, annotations: null}
data: {wrapped: "aHVudGVy\\nMg==\\n", empty: ""}
stringData: {plain: hunter2, wins: new}
type: Opaque
`,
  CustomResourceDefinition: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.drift.example.org}
spec:
  group: drift.example.org
  names: {kind: Gadget, plural: gadgets, shortNames: []}
  scope: Namespaced
  preserveUnknownFields: false
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, required: [], properties: {size: {type: integer, minimum: 0, default: 0}}}}
status: {acceptedNames: {kind: "", plural: ""}, conditions: [], storedVersions: []}
`,
  ValidatingWebhookConfiguration: `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: drift.example.org}
webhooks:
  - name: gate.drift.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: gate, namespace: default, path: /gate}}
    namespaceSelector: {matchLabels: {gate: "on"}}
    rules: [{apiGroups: [drift.example.org], apiVersions: [v1], operations: [CREATE], resources: [nothing]}]
`,
}

/** The fields that Go's types add to an object on their way through Flux, as merge patches on the YAML's object. */
export const GO_TYPES: Readonly<Record<string, object>> = {
  Deployment: {
    spec: { strategy: {}, template: { metadata: { creationTimestamp: null } } },
    status: {},
  },
  Service: {
    spec: { ports: [{ targetPort: 'http', protocol: 'TCP' }, { targetPort: 0 }] },
    status: { loadBalancer: {} },
  },
  StatefulSet: {
    spec: {
      template: {
        metadata: { creationTimestamp: null },
        spec: { containers: [{ resources: {} }] },
      },
      volumeClaimTemplates: [{ metadata: { creationTimestamp: null }, status: {} }],
    },
    status: { replicas: 0, availableReplicas: 0 },
  },
  CronJob: {
    spec: {
      jobTemplate: {
        metadata: { creationTimestamp: null },
        spec: { template: { metadata: { creationTimestamp: null } } },
      },
    },
    status: {},
  },
  HorizontalPodAutoscaler: { status: { desiredReplicas: 0, currentMetrics: null } },
  PodDisruptionBudget: {
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  },
  ConfigMap: { data: { none: '' } },
  ServiceAccount: { metadata: { creationTimestamp: null } },
}
