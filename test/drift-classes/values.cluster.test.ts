import { afterAll, beforeAll, expect } from '@jest/globals'
import { describeWith } from '../support/describe-with.js'
import { KINDS, SERVICE, WEB } from '../core/drift/manifests.js'
import { openStage, told, type Stage } from '../core/drift/stage.js'
import { shows } from './fixture.js'
import { WIDGETS } from './widget.js'

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'values in another form', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
    await stage.define(WIDGETS)
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  /** An object with a name of its own for each test. */
  const apply = (yaml: string) => {
    number += 1
    return stage.flux(yaml.replace(/name: [a-z]+/, `$&-${String(number)}`))
  }
  const widget = (spec: string) =>
    apply(`{apiVersion: classes.example.org/v1, kind: Widget, metadata: {name: widget}, spec: {${spec}}}`)

  shows('1', 'the server writes 1000m as 1 and 1000M as 1G', 'in-sync (equivalent)', async () => {
    const git = await apply(WEB)
    expect(JSON.stringify((await stage.live(git)).spec)).toContain('"cpu":"1"')
    return stage.judge(git)
  })

  shows('2', 'its controller writes 12000m as 12', 'in-sync (equivalent)', async () => {
    const git = await widget('memory: 12000m')
    await stage.update(git, 'widget-controller', { '/spec/memory': 12 })
    return stage.judge(git)
  })

  shows('2', 'another amount is drift', 'drifted (modified)', async () => {
    const git = await widget('memory: 12000m')
    await stage.patch(git, 'kubectl-edit', { spec: { memory: '12001m' } })
    return stage.judge(git)
  })

  shows('3', 'its controller writes 2160h as 2160h0m0s', 'in-sync (equivalent)', async () => {
    const git = await widget('period: 2160h')
    await stage.update(git, 'widget-controller', { '/spec/period': '2160h0m0s' })
    return stage.judge(git)
  })

  shows('4', 'a default of the schema is added', 'in-sync', async () => {
    const git = await widget('servers: [{name: one}]')
    expect((await stage.live(git)).spec).toEqual({ mode: 'safe', servers: [{ name: 'one', weight: 1 }] })
    return stage.judge(git)
  })

  shows('4', 'a default is added inside a list that is replaced as a whole', 'in-sync', async () => {
    const git = await widget('rules: [{path: /}]')
    expect((await stage.live(git)).spec).toMatchObject({ rules: [{ path: '/', weight: 1 }] })
    const judgement = await stage.judge(git)
    expect(judgement.confidence).toBe('vouched')
    return judgement
  })

  shows('5', 'a Deployment gets its strategy, pull policy and empty resources', 'in-sync', async () => {
    const git = await apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: bare}
spec:
  selector: {matchLabels: {app: bare}}
  template: {metadata: {labels: {app: bare}}, spec: {containers: [{name: bare, image: example.org/bare}]}}
`)
    const spec = JSON.stringify((await stage.live(git)).spec)
    expect(spec).toMatch(/"resources":\{\}.*"imagePullPolicy":"Always".*"strategy":/)
    const judgement = await stage.judge(git)
    expect(judgement).toMatchObject({ confidence: 'proved', explained: [] })
    return judgement
  })

  shows('15', 'Go writes creationTimestamp: null into object and template', 'in-sync', async () =>
    stage.judge(
      await apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: stamped, creationTimestamp: null}
spec:
  selector: {matchLabels: {app: stamped}}
  template:
    metadata: {creationTimestamp: null, labels: {app: stamped}}
    spec: {containers: [{name: web, image: example.org/web}]}
`),
    ),
  )

  shows('16', 'a status is in Git', 'in-sync', async () => {
    const git = await apply(`${KINDS.PodDisruptionBudget!}status: {disruptionsAllowed: 7}`)
    return stage.judge(git)
  })

  shows('25', 'stringData lands in data, and wins there', 'in-sync', async () => {
    const git = await apply(
      '{apiVersion: v1, kind: Secret, metadata: {name: both}, data: {a: b2xk}, stringData: {a: new, b: more}}',
    )
    expect((await stage.live(git)).data).toEqual({ a: 'bmV3', b: 'bW9yZQ==' })
    return stage.judge(git)
  })

  shows(
    '25',
    'a changed value of stringData is drift, without either value',
    'drifted (modified)',
    async () => {
      const git = await apply(
        '{apiVersion: v1, kind: Secret, metadata: {name: mine}, stringData: {a: hunter2}}',
      )
      await stage.patch(git, 'kubectl-edit', { stringData: { a: 'correct horse' } })
      const judgement = await stage.judge(git)
      expect(judgement.fields.map(told)).toEqual([
        {
          field: 'data.a',
          op: 'changed',
          git: '*** (after)',
          live: '*** (before)',
          by: 'person kubectl-edit',
          willRevert: true,
        },
      ])
      return judgement
    },
  )

  shows(
    '30',
    'applies that change nothing, and entries of others who do not',
    'in-sync (equivalent)',
    async () => {
      const git = await apply(WEB)
      const before = await stage.live(git)
      await stage.apply(git, 'helper', { metadata: { ...git.metadata, labels: { app: 'web' } } })
      await stage.patch(git, 'kubectl-edit', { metadata: { labels: { app: 'web' } } })
      const after = await stage.live(git)
      expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion)
      return stage.judge(git)
    },
  )

  shows('31', 'generation counts changes that were taken back', 'in-sync (equivalent)', async () => {
    const git = await apply(WEB)
    await stage.patch(git, 'kube-controller-manager', { spec: { paused: true } })
    await stage.patch(git, 'kube-controller-manager', { spec: { paused: null } })
    expect((await stage.live(git)).metadata.generation).toBe(3)
    return stage.judge(git)
  })

  shows('56', 'base64 with line ends is stored without', 'in-sync (equivalent)', async () => {
    const git = await apply(
      '{apiVersion: v1, kind: Secret, metadata: {name: wrapped}, data: {a: "aHVudGVy\\nMg==\\n"}}',
    )
    expect((await stage.live(git)).data).toEqual({ a: 'aHVudGVyMg==' })
    return stage.judge(git)
  })

  shows('57', 'a port by number is not one by text', 'drifted (modified)', async () => {
    const git = await apply(SERVICE.replace('targetPort: http', 'targetPort: 80'))
    await stage.patch(git, 'kubectl-edit', {
      spec: { ports: [{ name: 'http', port: 80, targetPort: 'a80' }] },
    })
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(({ field, git: before, live }) => [field, before, live])).toContainEqual([
      'spec.ports[80,TCP].targetPort',
      80,
      'a80',
    ])
    return judgement
  })

  shows('57', 'a number of a custom resource becomes text', 'drifted (modified)', async () => {
    const git = await widget('port: 80')
    await stage.patch(git, 'kubectl-edit', { spec: { port: '80' } })
    return stage.judge(git)
  })
})
