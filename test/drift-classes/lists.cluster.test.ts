import { afterAll, beforeAll, expect } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../support/describe-with.js'
import { KINDS, SERVICE, WEB } from '../core/drift/manifests.js'
import { fluxObject, openStage, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'
import { WIDGETS } from './widget.js'

const CONTAINER = 'spec.template.spec.containers[web]'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'lists', () => {
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
  const fieldsOf = async (git: KubernetesObject) => {
    const judgement = await stage.judge(git)
    return { judgement, fields: judgement.fields.map(({ field, op }) => [field, op]) }
  }
  /** What was created before Flux applied anything: Flux refuses lists with one key twice. */
  const created = async (yaml: string) => {
    const git = fluxObject(named(yaml), stage.namespace)
    await stage.create(git, 'installer')
    await expect(stage.flux(JSON.stringify(git))).rejects.toThrow(/duplicate entries for key/)
    return git
  }

  shows('6', 'the server adds apiVersion, kind, status and volumeMode', 'in-sync (equivalent)', async () => {
    const git = await apply(KINDS.StatefulSet!)
    expect(JSON.stringify((await stage.live(git)).spec)).toContain('"volumeMode":"Filesystem"')
    return stage.judge(git)
  })

  shows('7', 'TCP is part of the key of a container port', 'in-sync (equivalent)', async () => {
    const git = await apply(WEB)
    expect(JSON.stringify((await stage.live(git)).spec)).toContain('"protocol":"TCP"')
    return stage.judge(git)
  })

  shows('7', 'the same port for UDP is another one', 'drifted (unmanaged-field)', async () => {
    const git = await apply(WEB)
    const ports = { op: 'add', path: '/spec/template/spec/containers/0/ports/-' }
    const patch = [{ ...ports, value: { containerPort: 8080, name: 'quic', protocol: 'UDP' } }]
    await stage.kubectl(
      'patch',
      `deployment/${git.metadata.name}`,
      '--type=json',
      `-p=${JSON.stringify(patch)}`,
    )
    const { judgement, fields } = await fieldsOf(git)
    expect(fields).toEqual([[`${CONTAINER}.ports[8080,UDP]`, 'added']])
    return judgement
  })

  shows('8', 'TCP is part of the key of a Service port', 'in-sync', async () => {
    const git = await apply(SERVICE)
    expect(await stage.live(git)).toMatchObject({
      spec: { ports: [{ protocol: 'TCP' }, { protocol: 'UDP' }] },
    })
    return stage.judge(git)
  })

  shows('9', 'Flux refuses them, whatever is live', 'failed (invalid-desired)', async () => {
    const git = await created(WEB.replace('name: EMPTY,', 'name: LOG_LEVEL,'))
    const judgement = await stage.judge(git)
    expect(judgement.message).toBe(`${CONTAINER}.env has LOG_LEVEL twice in Git: Flux cannot apply it`)
    return judgement
  })

  shows('9', 'twice on the cluster alone, beside what Git says', 'unknown (undecided)', async () => {
    const git = await created(WEB.replace('name: EMPTY,', 'name: LOG_LEVEL,'))
    const once = fluxObject(WEB.replace('name: web', `name: ${git.metadata.name}`), stage.namespace)
    return stage.judge(once)
  })

  shows('10', 'Flux refuses them, whatever is live', 'failed (invalid-desired)', async () => {
    const git = await created(WEB.replace('containerPort: 9090', 'containerPort: 8080'))
    const judgement = await stage.judge(git)
    expect(judgement.message).toBe(`${CONTAINER}.ports has 8080,TCP twice in Git: Flux cannot apply it`)
    return judgement
  })

  shows('23', 'the server gives them in another order', 'in-sync (equivalent)', async () => {
    const git = await apply(KINDS.HorizontalPodAutoscaler!)
    const { metrics } = git.spec as { readonly metrics: readonly object[] }
    await stage.update(git, 'kube-controller-manager', { '/spec/metrics': [...metrics].reverse() })
    return stage.judge(git)
  })

  shows('23', 'another target is drift of that metric', 'drifted (modified)', async () => {
    const git = await apply(KINDS.HorizontalPodAutoscaler!)
    const { metrics } = git.spec as { readonly metrics: readonly object[] }
    const [memory, cpu] = structuredClone(metrics) as unknown as { resource: { target: object } }[]
    cpu!.resource.target = { type: 'Utilization', averageUtilization: 99 }
    await stage.update(git, 'kubectl-edit', { '/spec/metrics': [cpu, memory] })
    const { judgement, fields } = await fieldsOf(git)
    expect(fields).toEqual([['spec.metrics[Resource,cpu].resource.target.averageUtilization', 'changed']])
    return judgement
  })

  shows('23', 'a metric added by hand is drift', 'drifted (modified)', async () => {
    const git = await apply(KINDS.HorizontalPodAutoscaler!)
    const { metrics } = git.spec as { readonly metrics: readonly object[] }
    const more = {
      type: 'Pods',
      pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } },
    }
    await stage.update(git, 'kubectl-edit', { '/spec/metrics': [...metrics, more] })
    return stage.judge(git)
  })

  shows('52', 'variables in another order', 'in-sync (equivalent)', async () => {
    const git = await apply(WEB)
    await stage.kubectl('patch', `deployment/${git.metadata.name}`, '--type=json', `-p=${MOVED}`)
    return stage.judge(git)
  })

  shows('52', 'variables that build on each other', 'drifted (reordered)', async () => {
    const git = await apply(WEB.replace('value: ""', 'value: $(LOG_LEVEL)'))
    await stage.kubectl('patch', `deployment/${git.metadata.name}`, '--type=json', `-p=${MOVED}`)
    return stage.judge(git)
  })

  shows('53', 'the server fills up an Ingress path, and Flux alone wrote it', 'in-sync', async () => {
    const git = await apply(
      '{apiVersion: batch/v1, kind: CronJob, metadata: {name: cron}, spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: token}}]}}], containers: [{name: a, image: a}]}}}}}}',
    )
    expect(JSON.stringify((await stage.live(git)).spec)).toContain('"expirationSeconds":3600')
    const judgement = await stage.judge(git)
    expect(judgement.confidence).toBe('vouched')
    return judgement
  })

  shows('53', 'an item that somebody else filled up', 'unknown (undecided)', async () => {
    const git = await apply(
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: filled}, spec: {free: {list: [{x: why}]}}}',
    )
    await stage.update(git, 'widget-controller', { '/spec/free': { list: [{ x: 'why', more: true }] } })
    return stage.judge(git)
  })

  shows(
    '53',
    'such an item, decided by a dry run: Flux replaces the list',
    'drifted (modified)',
    async () => {
      const git = await apply(
        '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: filled}, spec: {free: {list: [{x: why}]}}}',
      )
      await stage.update(git, 'widget-controller', { '/spec/free': { list: [{ x: 'why', more: true }] } })
      return stage.judge(git, { prediction: await stage.rehearse(git) })
    },
  )

  shows('54', 'two constraints of one topology key', 'drifted (modified)', async () => {
    const spread = (whenUnsatisfiable: string) =>
      `{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ${whenUnsatisfiable}, labelSelector: {matchLabels: {app: web}}}`
    const both = `${spread('ScheduleAnyway')}\n        - ${spread('DoNotSchedule')}`
    const git = await apply(WEB.replace(spread('ScheduleAnyway'), both))
    expect(await stage.judge(git)).toMatchObject({ verdict: 'in-sync' })
    const path = '/spec/template/spec/topologySpreadConstraints/1/maxSkew'
    const patch = JSON.stringify([{ op: 'replace', path, value: 5 }])
    await stage.kubectl('patch', `deployment/${git.metadata.name}`, '--type=json', `-p=${patch}`)
    const { judgement, fields } = await fieldsOf(git)
    expect(fields).toEqual([
      ['spec.template.spec.topologySpreadConstraints[zone,DoNotSchedule].maxSkew', 'changed'],
    ])
    return judgement
  })

  shows('FN3', 'values changed and added by hand', 'drifted (modified)', async () => {
    const git = await apply(
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: free}, spec: {free: {map: {k: v}, list: [1, {x: why}]}}}',
    )
    await stage.patch(git, 'kubectl-edit', {
      spec: { free: { map: { k: 'w', extra: 1 }, list: [1, { x: 'z' }] } },
    })
    const { judgement, fields } = await fieldsOf(git)
    expect(fields).toEqual([
      ['spec.free.list[1].x', 'changed'],
      ['spec.free.map.extra', 'added'],
      ['spec.free.map.k', 'changed'],
    ])
    return judgement
  })

  shows('FN3', 'a value taken out by hand', 'drifted (modified)', async () => {
    const git = await apply(
      '{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: free}, spec: {free: {map: {k: v, gone: 1}}}}',
    )
    await stage.patch(git, 'kubectl-edit', { spec: { free: { map: { gone: null } } } })
    const { judgement, fields } = await fieldsOf(git)
    expect(fields).toEqual([['spec.free.map.gone', 'removed']])
    return judgement
  })
})

const MOVED = JSON.stringify([
  {
    op: 'move',
    from: '/spec/template/spec/containers/0/env/0',
    path: '/spec/template/spec/containers/0/env/1',
  },
])
