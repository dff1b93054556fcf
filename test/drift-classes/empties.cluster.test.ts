import { afterAll, beforeAll, expect } from '@jest/globals'
import { describeWith } from '../support/describe-with.js'
import { openStage, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'
import { WIDGETS } from './widget.js'

const workload = (name: string, pod: string, more = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  ${more}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {${pod}}}
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'values that say nothing, or say so', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage()
    await stage.define(WIDGETS)
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const applied = async (yaml: string) => stage.judge(await stage.flux(yaml))

  shows('11', 'loadBalancerSourceRanges: [] of a Service', 'in-sync', async () =>
    applied(
      '{apiVersion: v1, kind: Service, metadata: {name: empty}, spec: {loadBalancerSourceRanges: [], ports: [{port: 80}]}}',
    ),
  )

  shows('11', 'shortNames: [] of a custom resource definition', 'in-sync', async () =>
    applied(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shorts.${stage.namespace}.example.org}
spec:
  group: ${stage.namespace}.example.org
  names: {kind: Short, plural: shorts, shortNames: []}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`),
  )

  shows('11', 'an empty list that somebody filled is drift', 'drifted (unmanaged-field)', async () => {
    const git = await stage.flux(workload('filled', 'tolerations: [], containers: [{name: web, image: a}]'))
    await stage.patch(git, 'kubectl-edit', {
      spec: { template: { spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } } },
    })
    return stage.judge(git)
  })

  shows('12', 'securityContext: {}, nodeSelector: {}, limits: {}', 'in-sync', async () =>
    applied(
      workload(
        'objects',
        'securityContext: {}, nodeSelector: {}, containers: [{name: web, image: a, securityContext: {}, resources: {limits: {}}}]',
        'strategy: {}',
      ),
    ),
  )

  shows('12', 'an empty object that somebody filled is drift', 'drifted (unmanaged-field)', async () => {
    const git = await stage.flux(
      workload('context', 'securityContext: {}, containers: [{name: web, image: a}]'),
    )
    await stage.patch(git, 'kubectl-edit', {
      spec: { template: { spec: { securityContext: { runAsUser: 0 } } } },
    })
    return stage.judge(git)
  })

  shows('13', 'annotations: null, and null for a field', 'in-sync', async () =>
    applied(
      '{apiVersion: v1, kind: Service, metadata: {name: nulls, annotations: null}, spec: {selector: null, ports: [{port: 80, appProtocol: null}]}}',
    ),
  )

  shows('13', 'a key of a ConfigMap that is null', 'in-sync', async () =>
    applied('{apiVersion: v1, kind: ConfigMap, metadata: {name: nulls}, data: {none: null, some: a}}'),
  )

  shows('13', 'a field of a custom resource that may be null', 'in-sync', async () =>
    applied(
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: nulls}, spec: {note: null, period: 1h}}',
    ),
  )

  shows('13', 'such a field filled by hand is drift', 'drifted (unmanaged-field)', async () => {
    const git = await stage.flux(
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: noted}, spec: {note: null, period: 1h}}',
    )
    await stage.patch(git, 'kubectl-edit', { spec: { note: 'by hand' } })
    return stage.judge(git)
  })

  shows('14', 'an empty and a null value of a Secret', 'in-sync', async () => {
    const git = await stage.flux(
      '{apiVersion: v1, kind: Secret, metadata: {name: empties}, data: {empty: "", none: null, some: YQ==}}',
    )
    expect((await stage.live(git)).data).toMatchObject({ empty: '', some: 'YQ==' })
    return stage.judge(git)
  })

  shows('14', 'an empty value that somebody filled is drift', 'drifted (modified)', async () => {
    const git = await stage.flux(
      '{apiVersion: v1, kind: Secret, metadata: {name: filled}, data: {empty: ""}}',
    )
    await stage.patch(git, 'kubectl-edit', { stringData: { empty: 'no more' } })
    return stage.judge(git)
  })

  shows('14', 'a null value that somebody filled is drift', 'drifted (unmanaged-field)', async () => {
    const git = await stage.flux(
      '{apiVersion: v1, kind: Secret, metadata: {name: null-filled}, data: {none: null, some: YQ==}}',
    )
    await stage.patch(git, 'kubectl-edit', { stringData: { none: 'no more' } })
    return stage.judge(git)
  })

  shows('17', 'preserveUnknownFields: false is left out', 'in-sync', async () => {
    const git = await stage.flux(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: pruned.${stage.namespace}.example.org}
spec:
  group: ${stage.namespace}.example.org
  names: {kind: Pruned, plural: pruned}
  scope: Namespaced
  preserveUnknownFields: false
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`)
    expect(Object.keys((await stage.live(git)).spec as object)).not.toContain('preserveUnknownFields')
    return stage.judge(git)
  })

  shows('27', 'rules: [], and null inside a rule', 'in-sync', async () => {
    await applied('{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: none}, rules: []}')
    return applied(
      '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: some}, rules: [{apiGroups: [""], resources: [pods], resourceNames: [], nonResourceURLs: null, verbs: [get]}]}',
    )
  })

  shows('27', 'rules: null', 'in-sync', async () =>
    applied(
      '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: null-rules}, rules: null}',
    ),
  )

  shows('40', 'a variable with the value ""', 'in-sync', async () =>
    applied(workload('variable', 'containers: [{name: web, image: a, env: [{name: EMPTY, value: ""}]}]')),
  )

  shows('40', 'a variable with the value "" that got one', 'drifted (modified)', async () => {
    const git = await stage.flux(
      workload('valued', 'containers: [{name: web, image: a, env: [{name: EMPTY, value: ""}]}]'),
    )
    await stage.kubectl('set', 'env', 'deployment/valued', 'EMPTY=no more')
    return stage.judge(git)
  })

  shows('58', 'annotations: {} and labels: {}', 'in-sync', async () =>
    applied(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: bare, annotations: {}, labels: {}}, data: {}}',
    ),
  )
})
