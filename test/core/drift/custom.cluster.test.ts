import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../support/describe-with.js'
import { openStage, outcome, type Stage } from './stage.js'

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shape.example.org}
spec:
  group: shape.example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                port: {x-kubernetes-int-or-string: true}
                memory:
                  x-kubernetes-int-or-string: true
                  anyOf: [{type: integer}, {type: string}]
                  pattern: ^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$
                period: {type: string}
                enabled: {type: boolean}
                mode: {type: string, default: safe}
                tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                args: {type: array, items: {type: string}}
                env:
                  type: array
                  items: {type: object, properties: {name: {type: string}, value: {type: string}}}
                servers:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties: {name: {type: string}, weight: {type: integer, default: 1}, host: {type: string}}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

const WIDGET = `
apiVersion: shape.example.org/v1
kind: Widget
metadata: {name: widget}
spec:
  port: 80
  memory: 12000m
  period: 2160h
  enabled: false
  tags: [b, a]
  args: []
  env: [{name: DB_PASSWORD, value: hunter2}, {name: LEVEL, value: info}]
  servers: [{name: one, host: a}, {name: two}]
  free: {list: [1, {x: "y"}], map: {k: v}}
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'a custom resource', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
    await stage.define(CRD)
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const widget = (): Promise<KubernetesObject> => {
    number += 1
    return stage.flux(WIDGET.replace('name: widget', `name: widget-${number}`))
  }
  const fields = async (git: KubernetesObject) =>
    (await stage.judge(git)).fields.map(({ field, op }) => [field, op])

  it('4: is in sync with the defaults of its schema', async () => {
    expect(await stage.judge(await widget())).toEqual({
      verdict: 'in-sync',
      confidence: 'proved',
      fields: [],
      explained: [],
    })
  })

  it('2, 3: is equivalent when its controller rewrites quantities and durations', async () => {
    const git = await widget()
    await stage.update(git, 'widget-controller', { '/spec/memory': 12, '/spec/period': '2160h0m0s' })
    expect(outcome(await stage.judge(git))).toEqual({ verdict: 'in-sync', reason: 'equivalent', fields: [] })
  })

  it('57: is drifted when a number becomes text', async () => {
    const git = await widget()
    await stage.patch(git, 'kubectl-edit', { spec: { port: '80' } })
    expect(await fields(git)).toEqual([['spec.port', 'changed']])
  })

  it('17: is drifted when its controller drops a false that Git states', async () => {
    const git = await widget()
    await stage.patch(git, 'widget-controller', { spec: { enabled: null, args: null } })
    expect(await fields(git)).toEqual([
      ['spec.args', 'removed'],
      ['spec.enabled', 'removed'],
    ])
  })

  it('a set holds what Git says in any order, and what is added by hand is drift', async () => {
    const git = await widget()
    await stage.patch(git, 'kubectl-edit', { spec: { tags: ['a', 'c', 'b'] } })
    expect(await fields(git)).toEqual([['spec.tags[c]', 'added']])
    await stage.patch(git, 'kubectl-edit', { spec: { tags: ['a'] } })
    expect(await fields(git)).toEqual([['spec.tags[b]', 'removed']])
  })

  it('a list map is compared by its keys', async () => {
    const git = await widget()
    await stage.patch(git, 'kubectl-edit', {
      spec: { servers: [{ name: 'three' }, { name: 'one', host: 'b' }, { name: 'two' }] },
    })
    expect(await fields(git)).toEqual([
      ['spec.servers[one].host', 'changed'],
      ['spec.servers[three]', 'added'],
    ])
  })

  it('an atomic list is drifted as a whole when its length changes', async () => {
    const git = await widget()
    await stage.patch(git, 'kubectl-edit', { spec: { args: ['x'] } })
    expect(await fields(git)).toEqual([['spec.args', 'changed']])
  })

  it('a password in an atomic list of variables is not shown', async () => {
    const git = await widget()
    const env = [
      { name: 'DB_PASSWORD', value: 'correct horse' },
      { name: 'LEVEL', value: 'debug' },
    ]
    await stage.patch(git, 'kubectl-edit', { spec: { env } })
    const judgement = await stage.judge(git)
    expect(judgement.fields.map(({ field, git: before, live }) => [field, before, live])).toEqual([
      ['spec.env[0].value', '*** (after)', '*** (before)'],
      ['spec.env[1].value', 'info', 'debug'],
    ])
  })

  it('FN3: a free-form part is compared value by value', async () => {
    const git = await widget()
    await stage.patch(git, 'kubectl-edit', {
      spec: { free: { map: { k: 'w', extra: 1 }, list: [1, { x: 'z' }] } },
    })
    expect(await fields(git)).toEqual([
      ['spec.free.list[1].x', 'changed'],
      ['spec.free.map.extra', 'added'],
      ['spec.free.map.k', 'changed'],
    ])
  })

  it("53: an atomic item that somebody else's write filled up is unknown", async () => {
    const git = await widget()
    await stage.update(git, 'widget-controller', {
      '/spec/free': { list: [1, { x: 'y', more: true }], map: { k: 'v' } },
    })
    expect(outcome(await stage.judge(git))).toEqual({ verdict: 'unknown', reason: 'undecided', fields: [] })
  })
})
