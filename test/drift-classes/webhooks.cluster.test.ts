import { afterAll, afterEach, beforeAll, expect } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { startWebhook, type Admission, type Patch, type Webhook } from '../support/webhook.js'
import { describeWith } from '../support/describe-with.js'
import { openStage, told, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'
import { WIDGETS } from './widget.js'

const web = (name: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: 'example.org/web:1'}]}
`
const IMAGE = '/spec/template/spec/containers/0/image'
const SIDECAR = {
  op: 'add',
  path: '/spec/template/spec/containers/-',
  value: { name: 'proxy', image: 'proxy' },
}

const imageOf = ({ object }: Admission) =>
  (object.spec as { template: { spec: { containers: { image: string }[] } } }).template.spec.containers

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what admission does', () => {
  let stage: Stage
  let running: Webhook | undefined

  beforeAll(async () => {
    stage = await openStage()
    await stage.define(WIDGETS)
  })
  afterEach(async () => {
    await running?.stop()
    running = undefined
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  /** Objects that do not carry the name of the test's are left alone: webhooks are forgotten after a moment. */
  const admitting = async (name: string, mutate: (admission: Admission) => Patch, isOld = false) => {
    running = await startWebhook(stage.cluster, {
      namespace: stage.namespace,
      group: 'apps',
      resource: 'deployments',
      isOld,
      mutate: (admission) => (admission.name === name ? mutate(admission) : []),
    })
  }
  const rehearsed = async (git: KubernetesObject) =>
    stage.judge(git, { prediction: await stage.rehearse(git) })

  const mirror = (admission: Admission): Patch =>
    imageOf(admission)[0]!.image.startsWith('mirror.')
      ? []
      : [{ op: 'replace', path: IMAGE, value: 'mirror.example.org/web:1' }]

  shows('33', 'the annotation is not asked for, and not compared', 'in-sync', async () => {
    await admitting('annotated', ({ dryRun, object }) =>
      dryRun === true
        ? []
        : [
            {
              op: 'add',
              path: '/metadata/annotations',
              value: { ...object.metadata.annotations, 'example.org/seen': 'yes' },
            },
          ],
    )
    const git = await stage.flux(web('annotated'))
    expect((await stage.live(git)).metadata.annotations).toEqual({ 'example.org/seen': 'yes' })
    return stage.judge(git)
  })

  shows('34', 'without a dry run nobody can tell it from a forgery', 'unknown (undecided)', async () => {
    await admitting('mirrored', mirror)
    const judgement = await stage.judge(await stage.flux(web('mirrored')))
    expect(judgement.message).toMatch(/^spec\.template\.spec\.containers\[web\]\.image is not what Git says/)
    return judgement
  })

  shows('34', 'a dry run gives the same', 'in-sync (admission-normalised)', async () => {
    await admitting('rewritten', mirror)
    const judgement = await rehearsed(await stage.flux(web('rewritten')))
    expect([judgement.confidence, judgement.explained.map(told)]).toEqual([
      'dry-run',
      [
        {
          field: 'spec.template.spec.containers[web].image',
          op: 'changed',
          git: 'example.org/web:1',
          live: 'mirror.example.org/web:1',
          willRevert: false,
        },
      ],
    ])
    return judgement
  })

  shows('34', "a value under Flux's name that a dry run does not give", 'drifted (modified)', async () => {
    const git = await stage.flux(web('forged'))
    await stage.flux(web('forged').replace('web:1', 'web:evil'))
    return rehearsed(git)
  })

  shows('35', 'a container that nobody owns', 'in-sync', async () => {
    await admitting('injected', (admission) => (imageOf(admission).length > 1 ? [] : [SIDECAR]))
    const git = await stage.flux(web('injected'))
    expect(JSON.stringify((await stage.live(git)).spec)).toContain('"name":"proxy"')
    return stage.judge(git)
  })

  shows('35', 'what somebody adds beside it is drift', 'drifted (unmanaged-field)', async () => {
    await admitting('shared', (admission) => (imageOf(admission).length > 1 ? [] : [SIDECAR]))
    const git = await stage.flux(web('shared'))
    await stage.kubectl('set', 'env', 'deployment/shared', '-c', 'proxy', 'DEBUG=1')
    return stage.judge(git)
  })

  shows(
    '36',
    'only the object that it is asked about is unknown',
    'unknown (webhook-no-dry-run)',
    async () => {
      const forged = await stage.flux(web('old'))
      await stage.flux(web('old').replace('web:1', 'web:2'))
      await admitting('old', () => [], true)
      return rehearsed(forged)
    },
  )

  shows('36', 'what values decide is not asked at all', 'in-sync', async () => {
    await admitting('decided', () => [], true)
    return rehearsed(await stage.flux(web('decided')))
  })

  /** Created again by hand under Flux's name, with what cannot be changed afterwards. */
  const recreated = async (name: string, yaml: string, change: (yaml: string) => string) => {
    const git = await stage.flux(yaml)
    await stage.kubectl('delete', `${git.kind}/${name}`, '--wait=true')
    await stage.flux(change(yaml))
    return git
  }

  shows('37', 'the selector of a Deployment', 'drifted (requires-recreate)', async () => {
    const git = await recreated('selected', web('selected'), (yaml) =>
      yaml.replaceAll('app: selected', 'app: other'),
    )
    const judgement = await rehearsed(git)
    expect(judgement.message).toBe(
      'spec.selector cannot be changed: the object has to be deleted and created again',
    )
    expect(judgement.fields.map(({ field, willRevert }) => [field, willRevert])).toContainEqual([
      'spec.selector.matchLabels.app',
      false,
    ])
    return judgement
  })

  shows('37', 'the template of a Job, without its passwords', 'drifted (requires-recreate)', async () => {
    const job = (password: string) =>
      `{apiVersion: batch/v1, kind: Job, metadata: {name: once}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a, env: [{name: DB_PASSWORD, value: ${password}}]}]}}}}`
    const git = await recreated('once', job('hunter2'), () => job('battery'))
    const judgement = await rehearsed(git)
    expect(JSON.stringify(judgement)).not.toMatch(/hunter2|battery/)
    return judgement
  })

  shows('37', 'a custom resource whose definition forbids it', 'drifted (requires-recreate)', async () => {
    const widget = (fixed: string) =>
      `{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: fixed}, spec: {fixed: ${fixed}}}`
    return rehearsed(await recreated('fixed', widget('a'), () => widget('b')))
  })

  shows('29', 'a list that the older version filled up is not vouched for', 'unknown (undecided)', async () =>
    stage.judge(await upgraded('old-entry')),
  )

  shows('29', 'a dry run decides it', 'in-sync', async () => rehearsed(await upgraded('asked-entry')))

  /** Flux applied it as autoscaling/v1; Git has it as autoscaling/v2 since, with an empty object. */
  const upgraded = async (name: string) => {
    const target = `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}, maxReplicas: 3`
    await stage.flux(
      `{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: ${name}}, spec: {${target}, targetCPUUtilizationPercentage: 80}}`,
    )
    const metrics =
      'metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]'
    return stage.desired(
      `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: ${name}}, spec: {${target}, behavior: {}, ${metrics}}}`,
    )
  }
})
