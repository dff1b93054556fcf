const SITE = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/web:1.0
          ports: [{containerPort: 8080}]
          resources: {requests: {cpu: 0.1, memory: 1Gi}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: shop}
stringData: {token: swordfish}
`

const keep = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}
data: {kept: "yes"}
`

const child = (name: string, spec: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1h, retryInterval: 1h, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}${spec}}
`

/** A fleet of three Kustomizations below one: a site, one that waits for a dependency, one that will break. */
export const FLEET: Readonly<Record<string, string>> = {
  'clusters/site.yaml': child('site', ''),
  'clusters/blocked.yaml': child('blocked', ', dependsOn: [{name: absent}]'),
  'clusters/broken.yaml': child('broken', ''),
  'site/site.yaml': SITE,
  'site/keep.yaml': keep('kept'),
  'blocked/empty.yaml': keep('never'),
  'broken/kustomization.yaml': 'resources: [map.yaml]\n',
  'broken/map.yaml': keep('last-good'),
}
