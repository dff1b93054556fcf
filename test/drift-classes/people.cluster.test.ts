import { afterAll, beforeAll, expect } from '@jest/globals'
import { encryptedValue } from '@kubectl-gitops/core/encrypted.js'
import { describeWith } from '../support/describe-with.js'
import { WEB } from '../core/drift/manifests.js'
import { openStage, told, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'
import { WIDGETS } from './widget.js'

const BARE = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: bare}
spec:
  selector: {matchLabels: {app: bare}}
  template: {metadata: {labels: {app: bare}}, spec: {containers: [{name: bare, image: example.org/bare}]}}
`
const SWITCH = 'kustomize.toolkit.fluxcd.io'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what people do, and what is opted out', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
    await stage.define(WIDGETS)
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const named = (yaml: string) => {
    number += 1
    return yaml.replace(/name: [a-z]+/, `$&-${String(number)}`)
  }
  const apply = (yaml: string) => stage.flux(named(yaml))
  const MAP = '{apiVersion: v1, kind: ConfigMap, metadata: {name: map, labels: {team: shop}}, data: {a: "1"}}'
  const target = () => `configmap/map-${String(number)}`

  shows('26', 'what they should be is not known', 'unknown (encrypted)', async () => {
    const git = await apply(
      '{apiVersion: v1, kind: Secret, metadata: {name: sealed}, data: {a: aHVudGVyMg==, b: Yg==}}',
    )
    const sealed = { ...git, data: { a: encryptedValue('secrets.env'), b: 'Yg==' } }
    const judgement = await stage.judge(sealed)
    expect(judgement.encrypted).toEqual([{ path: '/data/a', field: 'data.a', file: 'secrets.env' }])
    return judgement
  })

  shows('26', 'a plain value beside them is compared', 'drifted (modified)', async () => {
    const git = await apply(
      '{apiVersion: v1, kind: Secret, metadata: {name: sealed}, data: {a: aHVudGVyMg==, b: Yg==}}',
    )
    await stage.patch(git, 'kubectl-edit', { data: { b: 'Yw==' } })
    return stage.judge({ ...git, data: { a: encryptedValue('secrets.env'), b: 'Yg==' } })
  })

  shows('28', 'live is read in the version that Git has', 'in-sync', async () => {
    const git = await apply(
      '{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: old}, spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, targetCPUUtilizationPercentage: 80}}',
    )
    expect((await stage.live(git)).apiVersion).toBe('autoscaling/v1')
    return stage.judge(git)
  })

  shows('32', "kubectl's copy of the object, and why somebody changed it", 'in-sync', async () => {
    const git = await apply(MAP)
    const last = 'kubectl.kubernetes.io/last-applied-configuration={}'
    await stage.kubectl('annotate', target(), last, 'kubernetes.io/change-cause=the outage')
    const judgement = await stage.judge(git)
    expect(judgement.explained.map(told)).toEqual([
      {
        field: 'metadata.annotations[kubernetes.io/change-cause]',
        op: 'added',
        live: 'the outage',
        by: 'person kubectl-annotate',
        willRevert: true,
      },
    ])
    return judgement
  })

  shows('32', 'a change-cause in Git is compared', 'drifted (modified)', async () => {
    const git = await apply(
      MAP.replace('labels:', 'annotations: {kubernetes.io/change-cause: release}, labels:'),
    )
    await stage.kubectl('annotate', target(), '--overwrite', 'kubernetes.io/change-cause=the outage')
    return stage.judge(git)
  })

  shows('47', 'a definition does not have it: Flux cannot apply it', 'failed (invalid-desired)', async () => {
    const widget =
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: bad}, spec: {period: 1h}}'
    await stage.flux(widget)
    const misspelt = widget.replace('period: 1h', 'perod: 1h')
    await expect(stage.flux(misspelt)).rejects.toThrow(/perod: field not declared in schema/)
    return stage.judge(stage.desired(misspelt))
  })

  const optedOut = async (annotation: string) => {
    const git = await apply(MAP.replace('labels:', `annotations: {${SWITCH}/${annotation}}, labels:`))
    await stage.kubectl('patch', target(), '-p', '{"data":{"a":"2"}}')
    return stage.judge(git)
  }
  shows('59', 'reconcile: disabled in Git', 'excluded (reconcile-disabled)', () =>
    optedOut('reconcile: disabled'),
  )
  shows('59', 'ssa: Ignore in Git', 'excluded (ssa-ignore)', () => optedOut('ssa: Ignore'))
  shows('59', 'ssa: IfNotPresent in Git', 'excluded (ssa-if-not-present)', () =>
    optedOut('ssa: IfNotPresent'),
  )
  shows('59', 'ssa: Merge in Git keeps what others add', 'in-sync', async () => {
    const git = await apply(MAP.replace('labels:', `annotations: {${SWITCH}/ssa: Merge}, labels:`))
    await stage.kubectl('patch', target(), '-p', '{"data":{"b":"2"}}')
    return stage.judge(git)
  })
  shows(
    '59',
    'a switch on the live object alone is drift',
    'drifted (reconcile-disabled-live-only)',
    async () => {
      const git = await apply(MAP)
      await stage.kubectl('annotate', target(), `${SWITCH}/reconcile=disabled`)
      return stage.judge(git)
    },
  )

  shows('61', 'a finalizer holds it', 'drifted (deleting)', async () => {
    const git = await apply(MAP.replace('labels:', 'finalizers: [example.org/hold], labels:'))
    await stage.kubectl('delete', target(), '--wait=false')
    const judgement = await stage.judge(git)
    await stage.patch(git, 'kubectl-edit', { metadata: { finalizers: null } })
    return judgement
  })

  const added = async (act: (target: string) => Promise<void>) => {
    const git = await apply(WEB)
    await act(`deployment/web-${String(number)}`)
    const judgement = await stage.judge(git)
    expect(judgement.fields.every(({ op, willRevert }) => op === 'added' && willRevert)).toBe(true)
    return judgement
  }
  shows('FN1', 'kubectl annotate', 'drifted (unmanaged-field)', () =>
    added((target) => stage.kubectl('annotate', target, 'note=by hand')),
  )
  shows('FN1', 'kubectl label', 'drifted (unmanaged-field)', () =>
    added((target) => stage.kubectl('label', target, 'tier=gold')),
  )
  shows('FN1', 'kubectl set env', 'drifted (unmanaged-field)', () =>
    added((target) => stage.kubectl('set', 'env', target, 'DEBUG=1')),
  )
  shows('FN1', 'kubectl rollout restart', 'drifted (unmanaged-field)', () =>
    added((target) => stage.kubectl('rollout', 'restart', target)),
  )
  shows('FN1', 'kubectl patch, a whole container', 'drifted (unmanaged-field)', () =>
    added((target) => {
      const containers = [{ name: 'debug', image: 'example.org/debug' }]
      return stage.kubectl(
        'patch',
        target,
        '-p',
        JSON.stringify({ spec: { template: { spec: { containers } } } }),
      )
    }),
  )

  shows('5', 'defaults of an object that kubectl created, and its creator owns', 'in-sync', async () => {
    const git = stage.desired(named(BARE))
    await stage.create(git, 'kubectl-create')
    expect(JSON.stringify((await stage.live(git)).metadata.managedFields)).toContain(
      'f:terminationMessagePath',
    )
    const judgement = await stage.judge(git)
    expect(judgement.explained).toEqual([])
    return judgement
  })

  shows('5', 'another value than the default is drift', 'drifted (unmanaged-field)', async () => {
    const git = stage.desired(named(BARE))
    await stage.create(git, 'kubectl-create')
    await stage.patch(git, 'kubectl-edit', { spec: { progressDeadlineSeconds: 60 } })
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(({ field }) => field)).toEqual(['spec.progressDeadlineSeconds'])
    return judgement
  })

  shows('FN2', 'kubectl apply had it', 'drifted (unmanaged-field)', async () => {
    const git = stage.desired(named(MAP))
    await stage.create({ ...git, data: { a: '1', b: 'left over' } }, 'kubectl-client-side-apply')
    await stage.flux(JSON.stringify(git))
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toEqual([
      {
        field: 'data.b',
        op: 'added',
        live: 'left over',
        by: 'person kubectl-client-side-apply',
        willRevert: true,
      },
    ])
    return judgement
  })

  shows('FN2', 'Flux had it, before it used server-side apply', 'drifted (unmanaged-field)', async () => {
    const git = stage.desired(named(MAP))
    await stage.create({ ...git, data: { a: '1', b: 'left over' } }, 'kustomize-controller')
    await stage.flux(JSON.stringify(git))
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toMatchObject([{ field: 'data.b', op: 'added', willRevert: true }])
    return judgement
  })

  shows('FN4', 'spec.ignore covers it: in sync, and told who did it', 'in-sync', async () => {
    const git = await apply(WEB.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    await stage.kubectl('scale', `deployment/web-${String(number)}`, '--replicas=9')
    const ignore = [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }]
    const judgement = await stage.judge(git, { ignore })
    expect(judgement.explained.map(told)).toEqual([
      {
        field: 'spec.replicas',
        op: 'changed',
        git: 2,
        live: 9,
        by: 'person kubectl scale',
        willRevert: false,
      },
    ])
    return { verdict: judgement.verdict }
  })

  shows('FN4', 'what the rule does not cover is drift', 'drifted (modified)', async () => {
    const git = await apply(WEB.replace('spec:\n', 'spec:\n  replicas: 2\n'))
    await stage.kubectl('scale', `deployment/web-${String(number)}`, '--replicas=9')
    return stage.judge(git, { ignore: [{ paths: ['/spec/replicas'], target: { kind: 'StatefulSet' } }] })
  })

  shows('FN5', 'a label', 'drifted (modified)', async () => {
    const git = await apply(MAP)
    await stage.kubectl('label', target(), 'team-')
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(told)).toEqual([
      { field: 'metadata.labels.team', op: 'removed', git: 'shop', willRevert: true },
    ])
    return judgement
  })

  shows('FN5', 'an annotation', 'drifted (modified)', async () => {
    const git = await apply(MAP.replace('labels:', 'annotations: {note: kept}, labels:'))
    await stage.kubectl('annotate', target(), 'note-')
    return stage.judge(git)
  })
})
