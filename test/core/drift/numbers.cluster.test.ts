import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { eventually } from '../../support/eventually.js'
import { describeWith } from '../../support/describe-with.js'
import { openStage, outcome, type Stage } from './stage.js'

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: counters.number.example.org}
spec:
  group: number.example.org
  names: {kind: Counter, plural: counters}
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
                total: {type: integer, format: int64}
                ids: {type: array, x-kubernetes-list-type: set, items: {type: integer, format: int64}}
                counts:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id]
                  items:
                    type: object
                    required: [id]
                    properties: {id: {type: integer, format: int64}, name: {type: string}}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`

const COUNTER = `
apiVersion: number.example.org/v1
kind: Counter
metadata: {name: counter}
spec:
  total: 9007199254740993
  ids: [9007199254740993, 9007199254740992]
  counts: [{id: 9007199254740993, name: odd}, {id: 9007199254740992, name: even}]
  free:
    largest: 9223372036854775807
    smallest: -9223372036854775808
    beyond: 18446744073709551615
    float: 1234567890123456789e0
    whole: 1e+18
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'integers beyond 2^53', () => {
  let stage: Stage
  let number = 0

  beforeAll(async () => {
    stage = await openStage()
    const crd = await stage.flux(CRD)
    await eventually(
      async () =>
        JSON.stringify((await stage.live(crd)).status).includes('"Established"') ? true : undefined,
      { timeoutMs: 20_000, complaint: () => 'the kind is not served' },
    )
  })
  afterAll(() => {
    stage.cluster.disconnect()
  })

  const counter = (): Promise<KubernetesObject> => {
    number += 1
    return stage.flux(COUNTER.replace('name: counter', `name: counter-${number}`))
  }

  it('are in sync where the server keeps what Git says, whatever it makes of it', async () => {
    const git = await counter()
    expect(outcome(await stage.judge(git))).toEqual({ verdict: 'in-sync', fields: [] })
    expect(git.spec).toMatchObject({ total: 9007199254740993n, free: { beyond: 18446744073709552000 } })
  })

  it('are drifted where live is one less', async () => {
    const git = await counter()
    await stage.patch(git, 'kubectl-edit', { spec: { total: 9007199254740992n } })
    expect(outcome(await stage.judge(git))).toMatchObject({
      verdict: 'drifted',
      fields: [{ field: 'spec.total', op: 'changed', git: 9007199254740993n, live: 9007199254740992n }],
    })
  })

  it('are merge keys and members of sets of their own', async () => {
    const git = await counter()
    await stage.patch(git, 'kubectl-edit', {
      spec: {
        ids: [9007199254740993n, 9007199254740994n],
        counts: [
          { id: 9007199254740992n, name: 'odd' },
          { id: 9007199254740993n, name: 'odd' },
        ],
      },
    })
    const { fields } = await stage.judge(git)
    expect(fields.map(({ field, op }) => [field, op])).toEqual([
      ['spec.counts[9007199254740992].name', 'changed'],
      ['spec.ids[9007199254740992]', 'removed'],
      ['spec.ids[9007199254740994]', 'added'],
    ])
  })
})
