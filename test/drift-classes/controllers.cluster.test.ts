import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { describeWith } from '../support/describe-with.js'
import { KINDS, SERVICE, WEB } from '../core/drift/manifests.js'
import { openStage, told, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'

const [AUTHORITY = ''] = rootCertificates
const CA = Buffer.from(AUTHORITY).toString('base64')

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what controllers and the server add', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const named = (yaml: string) => {
    number += 1
    return yaml.replace(/name: [a-z]+/, `$&-${String(number)}`)
  }
  const apply = (yaml: string) => stage.flux(named(yaml))
  const explained = async (git: Awaited<ReturnType<typeof apply>>) => {
    const judgement = await stage.judge(git)
    return { judgement, explained: judgement.explained.map(told) }
  }

  const webhooks = (rules: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: gate-${stage.namespace}-${String((number += 1))}}
webhooks:
  - name: gate.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: gate, namespace: default, path: /gate}}
    namespaceSelector: {matchLabels: {gate: "on"}}
    rules: ${rules}
`
  const NO_RULES =
    '[{apiGroups: [none.example.org], apiVersions: [v1], operations: [CREATE], resources: [nothing]}]'

  shows('18', 'cert-manager writes over a placeholder, which Flux does not send', 'in-sync', async () => {
    const group = `${stage.namespace}.example.org`
    const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: turned.${group}}
spec:
  group: ${group}
  names: {kind: Turned, plural: turned}
  scope: Namespaced
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: {caBundle: Cg==, service: {name: turn, namespace: default, path: /turn}}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`
    const git = await stage.flux(definition)
    await stage.patch(git, 'cert-manager-cainjector', {
      spec: { conversion: { webhook: { clientConfig: { caBundle: CA } } } },
    })
    const it = await explained(git)
    expect(it.explained).toEqual([
      {
        field: 'spec.conversion.webhook.clientConfig.caBundle',
        op: 'added',
        live: CA,
        by: 'controller cert-manager-cainjector',
        willRevert: false,
      },
    ])
    return it.judgement
  })

  shows('19', 'cert-manager injects it where Git has none', 'in-sync', async () => {
    const git = await stage.flux(webhooks(NO_RULES))
    await stage.apply(git, 'cert-manager-cainjector', {
      webhooks: [{ name: 'gate.example.org', clientConfig: { caBundle: CA } }],
    })
    const it = await explained(git)
    expect(it.explained).toMatchObject([
      { field: 'webhooks[gate.example.org].clientConfig.caBundle', by: 'controller cert-manager-cainjector' },
    ])
    return it.judgement
  })

  shows('20', 'its controller and Flux both want to decide', 'drifted (contested)', async () => {
    const git = await stage.flux(webhooks(NO_RULES))
    const [rule] = (git.webhooks as readonly { readonly rules: readonly object[] }[])[0]!.rules
    await stage.update(git, 'knative-webhook', {
      '/webhooks/0/rules': [rule, { ...rule, resources: ['more'] }],
    })
    return stage.judge(git)
  })

  const AGGREGATED = (rules: string) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all-${stage.namespace}-${String((number += 1))}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {none-has: this}}]}
rules: ${rules}
`
  const RULE = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }

  shows('21', 'rules: [] is filled by the controller', 'in-sync', async () => {
    const git = await stage.flux(AGGREGATED('[]'))
    await stage.apply(git, 'clusterrole-aggregation-controller', { rules: [RULE] })
    return stage.judge(git)
  })

  shows('21', 'rules in Git mean nothing where others are aggregated', 'in-sync', async () => {
    const git = await stage.flux(AGGREGATED('[{apiGroups: [""], resources: [secrets], verbs: [get]}]'))
    await stage.apply(git, 'clusterrole-aggregation-controller', { rules: [RULE] })
    return stage.judge(git)
  })

  shows('21', 'rules of a person are drift, aggregated or not', 'drifted (unmanaged-field)', async () => {
    const git = await stage.flux(AGGREGATED('[]'))
    await stage.patch(git, 'kubectl-edit', { rules: [RULE] })
    return stage.judge(git)
  })

  shows('22', 'an autoscaler and Flux both want to decide', 'drifted (contested)', async () => {
    const git = await apply(WEB.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/${git.metadata.name}/scale`
    const { status } = await stage.cluster.request('PATCH', `${path}?fieldManager=kube-controller-manager`, {
      spec: { replicas: 7 },
    })
    expect(status).toBe(200)
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toEqual([
      {
        field: 'spec.replicas',
        op: 'changed',
        git: 2,
        live: 7,
        by: 'autoscaler kube-controller-manager scale',
        willRevert: true,
      },
    ])
    return judgement
  })

  shows('22', 'a person who scales is drift', 'drifted (modified)', async () => {
    const git = await apply(WEB.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    await stage.kubectl('scale', `deployment/${git.metadata.name}`, '--replicas=3')
    return stage.judge(git)
  })

  shows('41', 'a token Secret is added', 'in-sync', async () => {
    const git = await apply(KINDS.ServiceAccount!)
    await stage.update(git, 'token-controller', { '/secrets': [{ name: 'robot-abc' }] })
    const it = await explained(git)
    expect(it.explained).toMatchObject([{ field: 'secrets[robot-abc]', by: 'controller token-controller' }])
    return it.judgement
  })

  shows('41', 'a pull secret is added where Git has none', 'in-sync', async () => {
    const git = await apply(KINDS.ServiceAccount!.replace('imagePullSecrets: [{name: registry}]', ''))
    await stage.update(git, 'registry-controller', { '/imagePullSecrets': [{ name: 'mirror' }] })
    return stage.judge(git)
  })

  shows(
    '41',
    'a pull secret is added to the list in Git, which Flux replaces as a whole',
    'drifted (contested)',
    async () => {
      const git = await apply(KINDS.ServiceAccount!)
      await stage.update(git, 'registry-controller', {
        '/imagePullSecrets': [{ name: 'registry' }, { name: 'mirror' }],
      })
      return stage.judge(git)
    },
  )

  shows('42', 'clusterIP, nodePort and healthCheckNodePort', 'in-sync', async () => {
    const git = await apply(
      SERVICE.replace('selector:', 'type: LoadBalancer\n  externalTrafficPolicy: Local\n  selector:'),
    )
    const spec = Object.keys((await stage.live(git)).spec as object)
    expect(spec).toEqual(expect.arrayContaining(['clusterIP', 'healthCheckNodePort']))
    const judgement = await stage.judge(git)
    expect([...new Set(judgement.explained.map(({ rule }) => rule))]).toEqual(['service-addresses'])
    return judgement
  })

  const claim = async (storageClass: string) => {
    const git = await apply(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ${storageClass}
  resources: {requests: {storage: 1024Mi}}
`)
    await stage.patch(git, 'kube-controller-manager', {
      metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: 'pvc-1' },
    })
    const status = { phase: 'Bound', capacity: { storage: '1Gi' } }
    await stage.patchStatus(git, 'kube-controller-manager', { status })
    return git
  }

  shows('43', 'volumeName and annotations', 'in-sync (equivalent)', async () => {
    const it = await explained(await claim('plain'))
    expect(it.explained).toMatchObject([
      {
        field: 'metadata.annotations[pv.kubernetes.io/bind-completed]',
        by: 'controller kube-controller-manager',
      },
      { field: 'metadata.finalizers[kubernetes.io/pvc-protection]' },
      { field: 'spec.volumeName', by: 'controller kube-controller-manager' },
    ])
    return it.judgement
  })

  shows('43', 'a claim that somebody enlarged', 'drifted (modified)', async () => {
    const name = `growing-${stage.namespace}`
    const { status } = await stage.cluster.request('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name },
      provisioner: 'example.org/disk',
      allowVolumeExpansion: true,
    })
    expect(status).toBe(201)
    const git = await claim(name)
    await stage.patch(git, 'kubectl-edit', { spec: { resources: { requests: { storage: '2Gi' } } } })
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toMatchObject([
      { field: 'spec.resources.requests.storage', git: '1024Mi', live: '2Gi', by: 'person kubectl-edit' },
    ])
    return judgement
  })

  shows('44', 'a cloud and OpenShift write on a Namespace', 'in-sync', async () => {
    const git = await stage.flux(
      `{apiVersion: v1, kind: Namespace, metadata: {name: ${stage.namespace}, labels: {team: shop}}}`,
    )
    await stage.patch(git, 'cluster-policy-controller', {
      metadata: {
        annotations: { 'openshift.io/sa.scc.uid-range': '1000680000/10000' },
        labels: { 'pod-security.kubernetes.io/audit': 'restricted' },
      },
    })
    const it = await explained(git)
    expect(it.explained.length).toBe(3)
    return it.judgement
  })

  shows('45', 'deployment.kubernetes.io/revision', 'in-sync (equivalent)', async () => {
    const git = await apply(WEB)
    await stage.patch(git, 'kube-controller-manager', {
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '4' } },
    })
    return stage.judge(git)
  })

  shows(
    '47',
    'the server drops it from a built-in kind, and it is said',
    'in-sync (unknown-field)',
    async () => {
      const git = await apply(KINDS.PodDisruptionBudget!)
      return stage.judge({ ...git, spec: { ...(git.spec as object), maxUnavailabel: 1 } })
    },
  )

  shows('48', 'the server drops it from what Flux applied', 'in-sync (dropped-by-server)', async () => {
    const git = await apply(`${WEB}      schedulingGroup: {podGroupName: gang}\n`)
    expect(JSON.stringify((await stage.live(git)).spec)).not.toContain('schedulingGroup')
    const it = await explained(git)
    expect(it.explained).toMatchObject([{ field: 'spec.template.spec.schedulingGroup', op: 'removed' }])
    return it.judgement
  })

  shows('50', "Flux's owner labels are what Git asks for", 'in-sync', async () => {
    const git = await apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: owned}}')
    expect((await stage.live(git)).metadata.labels).toMatchObject({
      'kustomize.toolkit.fluxcd.io/name': 'apps',
    })
    return stage.judge(git)
  })

  shows('50', 'an owner label taken off by hand is drift', 'drifted (modified)', async () => {
    const git = await apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: stripped}}')
    await stage.kubectl('label', `configmap/${git.metadata.name}`, 'kustomize.toolkit.fluxcd.io/name-')
    return stage.judge(git)
  })
})
