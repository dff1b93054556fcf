import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { describeWith } from '../../support/describe-with.js'
import { eventually } from '../../support/eventually.js'
import { openSite, type Site } from './site.js'

const deployment = (name: string, replicas = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: default}
spec:
  ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: 'example.org/web:1'}]}
`
const APPS = [deployment('open'), deployment('pinned', 'replicas: 1'), deployment('alone')]
const HPAS = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const NARROW = {
  name: 'narrow',
  rules: [
    {
      apiGroups: ['source.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io'],
      resources: ['*'],
      verbs: ['get', 'list'],
    },
    { apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

describeWith(
  ['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager'],
  'replicas that a real HorizontalPodAutoscaler decides',
  () => {
    let site: Site
    let report: DriftReport

    beforeAll(async () => {
      const yaml = APPS.join('---\n')
      site = await openSite({ 'apps/apps.yaml': yaml }, { controllerManager: true, users: [NARROW] })
      const names = ['open', 'pinned', 'alone']
      await site.kustomization(
        'apps',
        {},
        names.map((name) => `default_${name}_apps_Deployment`),
      )
      await site.flux.apply('apps', yaml)
      for (const name of ['open', 'pinned']) {
        const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name }
        // Below its least an autoscaler scales without any metrics.
        const spec = { scaleTargetRef, minReplicas: 3, maxReplicas: 5 }
        await site.send('POST', HPAS, { metadata: { name: `${name}-scaler` }, spec })
        await scaled(name)
      }
      report = await site.drift()
    }, 180_000)

    afterAll(() => site.close())

    const scaled = (name: string): Promise<true> =>
      eventually(
        async () => {
          const { body } = await site.plane.request('GET', `${DEPLOYMENTS}/${name}`)
          return (body as { spec: { replicas: number } }).spec.replicas === 3 ? true : undefined
        },
        { timeoutMs: 120_000, complaint: () => `${name} is not scaled` },
      )

    const told = (name: string, from = report) => {
      const found = from.objects.find((object) => object.name === name)
      const { verdict, reason, message, explained = [], fields = [] } = found ?? {}
      return {
        verdict,
        reason,
        message,
        fields: fields.map(({ field, live }) => [field, live]),
        explained: explained
          .filter(({ field }) => field === 'spec.replicas')
          .map(({ live, rule, because }) => [live, rule, because]),
      }
    }

    it('22: are explained where Git leaves them open', () => {
      expect(told('open')).toEqual({
        verdict: 'in-sync',
        reason: undefined,
        message: undefined,
        fields: [],
        explained: [
          [
            3,
            'hpa-replicas',
            'horizontalpodautoscaler.autoscaling/open-scaler decides how many replicas there are',
          ],
        ],
      })
    })

    it('22: are contested where Git pins them', () => {
      expect(told('pinned')).toEqual({
        verdict: 'drifted',
        reason: 'contested',
        message:
          'horizontalpodautoscaler.autoscaling/pinned-scaler and Flux both want to decide spec.replicas',
        fields: [['spec.replicas', 3]],
        explained: [],
      })
    })

    it('are not looked at where nothing was scaled', () => {
      expect(told('alone')).toMatchObject({ verdict: 'in-sync', fields: [], explained: [] })
    })

    it('are told apart from a change by hand no more without the right to list autoscalers, and a note says so', async () => {
      const narrow = await site.drift([], 'narrow')
      expect(told('pinned', narrow)).toMatchObject({ verdict: 'drifted' })
      expect(told('open', narrow)).toMatchObject({ verdict: 'in-sync' })
      expect(narrow.notes).toContain(
        'not all horizontalpodautoscalers.autoscaling could be listed: what they decide may look like drift',
      )
    })
  },
)
