import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Judgement } from '@kubectl-gitops/core/drift/judge.js'
import { BUILT_IN } from '@kubectl-gitops/core/drift/rules/built-in.js'
import { readRules, rulesInForce } from '@kubectl-gitops/core/drift/rules/rules-file.js'
import { readTies } from '@kubectl-gitops/core/drift/rules/tie.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../../support/describe-with.js'
import { WEB } from '../manifests.js'
import { openStage, outcome, type Stage } from '../stage.js'

const HPA = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
const CANARY = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary' }
const OPT_OUT = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' }

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'a field that a rule knows', () => {
  let stage: Stage
  let count = 0

  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const deploy = (change: (yaml: string) => string = (yaml) => yaml): Promise<KubernetesObject> =>
    stage.flux(change(WEB.replace('name: web,', `name: web-${++count},`)))
  const pinned = (): Promise<KubernetesObject> =>
    deploy((yaml) => yaml.replace('spec:\n', 'spec:\n  replicas: 2\n'))

  const tied = (by: Pick<KubernetesObject, 'apiVersion' | 'kind'>, spec: object) => ({
    book: {
      rules: BUILT_IN,
      ties: readTies([{ ...by, metadata: { name: 'it', namespace: stage.namespace }, spec }]),
    },
  })
  const scaledBy = ({ kind, apiVersion, metadata }: KubernetesObject) =>
    tied(HPA, { scaleTargetRef: { apiVersion, kind, name: metadata.name } })
  const releasedBy = ({ kind, apiVersion, metadata }: KubernetesObject, service = 'front') =>
    tied(CANARY, { targetRef: { apiVersion, kind, name: metadata.name }, service: { name: service } })

  /** As an autoscaler does it: through the subresource. */
  const scale = async ({ metadata }: KubernetesObject, manager: string, replicas: number): Promise<void> => {
    const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/${metadata.name}/scale`
    const { status } = await stage.cluster.request('PATCH', `${path}?fieldManager=${manager}`, {
      spec: { replicas },
    })
    expect(status).toBe(200)
  }

  const explanations = ({ verdict, explained }: Judgement) => ({
    verdict,
    explained: explained.map(({ field, rule, because }) => `${field} ${rule ?? '-'}: ${because}`),
  })

  it('22: replicas that Git leaves open are explained by the HPA that decides them', async () => {
    const git = await deploy()
    await scale(git, 'kube-controller-manager', 3)
    await scale(git, 'kube-controller-manager', 4)
    expect(explanations(await stage.judge(git, scaledBy(git)))).toEqual({
      verdict: 'in-sync',
      explained: [
        'spec.replicas hpa-replicas: horizontalpodautoscaler.autoscaling/it decides how many replicas there are',
      ],
    })
  })

  it('and not by an HPA that targets another workload', async () => {
    const git = await deploy()
    await scale(git, 'kube-controller-manager', 3)
    const { verdict, explained } = await stage.judge(
      git,
      scaledBy({ ...git, metadata: { ...git.metadata, name: 'other' } }),
    )
    expect([verdict, explained.map(({ field, rule }) => [field, rule])]).toEqual([
      'in-sync',
      [['spec.replicas', undefined]],
    ])
  })

  it('22: replicas that Git pins while an HPA decides them are contested, and the HPA is named', async () => {
    const git = await pinned()
    await scale(git, 'kube-controller-manager', 4)
    expect(await stage.judge(git, scaledBy(git))).toMatchObject({
      verdict: 'drifted',
      reason: 'contested',
      message: 'horizontalpodautoscaler.autoscaling/it and Flux both want to decide spec.replicas',
      explained: [],
    })
  })

  it('FN4: replicas scaled by a person stay drift, HPA or not', async () => {
    const git = await pinned()
    await stage.kubectl('scale', `deployment/${git.metadata.name}`, '--replicas=3')
    expect(await stage.judge(git, scaledBy(git))).toMatchObject({ verdict: 'drifted', reason: 'modified' })
  })

  it('a target that Flagger scaled to 0 is explained by its Canary', async () => {
    const git = await deploy()
    await stage.patch(git, 'flagger', { spec: { replicas: 0 } })
    expect(explanations(await stage.judge(git, releasedBy(git)))).toEqual({
      verdict: 'in-sync',
      explained: [
        'spec.replicas flagger-target-replicas: canary.flagger.app/it scales it to 0 while nothing is being released, ' +
          'and up while something is',
      ],
    })
  })

  it('a target with replicas in Git is contested by its Canary', async () => {
    const git = await pinned()
    await stage.patch(git, 'flagger', { spec: { replicas: 0 } })
    expect(await stage.judge(git, releasedBy(git))).toMatchObject({
      reason: 'contested',
      message: 'canary.flagger.app/it and Flux both want to decide spec.replicas',
    })
  })

  const service = (name: string) =>
    stage.flux(`
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}]
`)

  it('a Service that Flagger sends to the primary, out of the hands of Flux, is in sync', async () => {
    const git = await service('front')
    await stage.update(git, 'flagger', {
      '/spec/selector/app': 'web-primary',
      '/metadata/annotations': OPT_OUT,
    })
    const { verdict, fields, explained } = await stage.judge(git, releasedBy(git))
    expect({
      verdict,
      fields,
      explained: explained.map(({ field, rule }) => `${field} ${rule ?? ''}`),
    }).toEqual({
      verdict: 'in-sync',
      fields: [],
      explained: [
        'metadata.annotations[kustomize.toolkit.fluxcd.io/reconcile] flagger-service',
        ...['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].map(
          (name) => `spec.${name} service-addresses`,
        ),
        'spec.selector.app flagger-service',
      ],
    })
  })

  it('the same by hand is drift, Canary or not', async () => {
    const git = await service('back')
    await stage.update(git, 'kubectl-edit', {
      '/spec/selector/app': 'web-primary',
      '/metadata/annotations': OPT_OUT,
    })
    expect(await stage.judge(git, releasedBy(git, 'back'))).toMatchObject({
      verdict: 'drifted',
      reason: 'reconcile-disabled-live-only',
    })
  })

  it('35: a sidecar in a template is explained where a controller added it, and drift where a person did', async () => {
    const git = await deploy()
    const sidecar = (name: string) => ({
      spec: { template: { spec: { containers: [{ name, image: 'example.org/proxy:1' }] } } },
    })
    await stage.apply(git, 'linkerd-proxy-injector', {
      spec: {
        selector: { matchLabels: { app: 'web' } },
        ...sidecar('linkerd-proxy').spec,
      },
    })
    const explained = explanations(await stage.judge(git)).explained.filter((line) =>
      line.includes('linkerd'),
    )
    expect(explained).toEqual([
      'spec.template.spec.containers[linkerd-proxy] linkerd-injection: the proxy injector of Linkerd adds its proxy',
    ])
    const patch = JSON.stringify(sidecar('linkerd-debug'))
    await stage.kubectl('patch', `deployment/${git.metadata.name}`, '-p', patch)
    expect(outcome(await stage.judge(git))).toMatchObject({
      verdict: 'drifted',
      reason: 'unmanaged-field',
      fields: [{ field: 'spec.template.spec.containers[linkerd-debug]', by: 'person kubectl-patch' }],
    })
  })

  it('19: the authority that cert-manager fills in is explained', async () => {
    const git = await stage.flux(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${stage.namespace}}
webhooks:
  - name: a.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: hook, namespace: ${stage.namespace}}}
`)
    const webhooks = [{ name: 'a.example.org', clientConfig: { caBundle: 'Cg==' } }]
    await stage.apply(git, 'cert-manager-cainjector', { webhooks })
    expect(explanations(await stage.judge(git))).toEqual({
      verdict: 'in-sync',
      explained: [
        'webhooks[a.example.org].clientConfig.caBundle cert-manager-ca-injector: cert-manager fills in the authority ' +
          'that signs its certificates',
      ],
    })
  })

  it('the finalizers of controllers are explained, those of people are drift', async () => {
    const git = await deploy()
    await stage.patch(git, 'cleaner', { metadata: { finalizers: ['example.org/cleaner'] } })
    expect(explanations(await stage.judge(git)).explained).toEqual([
      'metadata.finalizers[example.org/cleaner] finalizers: a controller has to clean up before the object may go',
    ])
  })

  it("FN4: a user's rule for one field manager explains its change, and nobody else's", async () => {
    const git = await pinned()
    const file = readRules(
      `
apiVersion: kubectl-gitops/v1
kind: DriftRules
rules:
  - name: sale
    paths: [/spec/replicas]
    managers: [shop-scaler]
    target: {kind: Deployment, namespace: ${stage.namespace}}
    reason: the sale of this week
    expires: 2026-12-31
`,
      'rules.yaml',
    )
    const judging = (day: string) => ({
      book: { rules: [...rulesInForce(file, new Date(day)), ...BUILT_IN], ties: [] },
    })
    await stage.patch(git, 'shop-scaler', { spec: { replicas: 5 } })
    const judgement = await stage.judge(git, judging('2026-11-28'))
    expect(explanations(judgement)).toEqual({
      verdict: 'in-sync',
      explained: ['spec.replicas user/sale: the sale of this week'],
    })
    expect(
      judgement.explained.map(({ git: before, live, willRevert }) => [before, live, willRevert]),
    ).toEqual([[2, 5, true]])
    expect(await stage.judge(git, judging('2027-01-01'))).toMatchObject({ verdict: 'drifted' })
    await stage.patch(git, 'kubectl-edit', { spec: { replicas: 6 } })
    expect(await stage.judge(git, judging('2026-11-28'))).toMatchObject({ verdict: 'drifted' })
  })
})
