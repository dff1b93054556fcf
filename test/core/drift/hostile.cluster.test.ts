import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { describeWith } from '../../support/describe-with.js'
import { eventually } from '../../support/eventually.js'
import { openStage, outcome, type Stage } from './stage.js'

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boxes.hostile.example.org}
spec:
  group: hostile.example.org
  names: {kind: Box, plural: boxes}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
`
const box = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'hostile.example.org/v1', kind: 'Box', metadata: { name }, spec })
const configMap = (name: string): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, data: {a: "1"}}`
/** `{a: {a: … leaf}}` */
const nested = (levels: number, leaf: unknown): unknown =>
  levels === 0 ? leaf : { a: nested(levels - 1, leaf) }
const deepPointer = `/spec${'/a'.repeat(50)}`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'an object of an odd shape', () => {
  let stage: Stage

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

  const told = async (git: KubernetesObject): Promise<object> => {
    const { message, ...judgement } = await stage.judge(git)
    return { ...outcome(judgement), ...(message === undefined ? {} : { message }) }
  }

  it('of which somebody wiped the managedFields is unknown, for additions cannot be told from defaults', async () => {
    const git = await stage.flux(configMap('wiped'))
    await stage.patch(git, 'kubectl-edit', { metadata: { managedFields: [{}] } })
    expect(await told(git)).toEqual({
      verdict: 'unknown',
      reason: 'undecided',
      fields: [],
      message: 'its managedFields were removed, so that fields added by hand cannot be told from defaults',
    })
  })

  it('of which somebody wiped the managedFields is drifted all the same where a value is another', async () => {
    const git = await stage.flux(configMap('wiped-and-changed'))
    await stage.patch(git, 'kubectl-edit', { data: { a: '2' } })
    await stage.patch(git, 'kubectl-edit', { metadata: { managedFields: [{}] } })
    const { verdict, fields } = await stage.judge(git)
    expect({ verdict, fields: fields.map(({ path, git: from, live }) => ({ path, from, live })) }).toEqual({
      verdict: 'drifted',
      fields: [{ path: '/data/a', from: '1', live: '2' }],
    })
  })

  it('of 1.4 MB is compared to its last byte', async () => {
    const text = 'x'.repeat(700_000)
    const git = await stage.flux(box('huge', { one: text, two: text }))
    expect(await told(git)).toEqual({ verdict: 'in-sync', fields: [] })
    await stage.patch(git, 'kubectl-edit', { spec: { two: `${text.slice(1)}y` } })
    const { verdict, fields } = await stage.judge(git)
    expect([verdict, fields.map(({ path }) => path)]).toEqual(['drifted', ['/spec/two']])
  })

  it('of fifty levels is compared at the lowest', async () => {
    const git = await stage.flux(box('deep', nested(50, 'leaf') as object))
    expect(await told(git)).toEqual({ verdict: 'in-sync', fields: [] })
    await stage.patch(git, 'kubectl-edit', { spec: nested(50, 'changed') })
    const { fields } = await stage.judge(git)
    expect(fields.map(({ path, live }) => [path, live])).toEqual([[deepPointer, 'changed']])
  })

  it('named with dots, and with fields that hold slashes, tildes and brackets, keeps its pointers apart', async () => {
    const data = { 'a.b/c': '1', '~weird[0]': '2', __proto__x: '3' }
    const git = await stage.flux(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a.b.c' },
        data: { 'a.b_c': '1', '-x.y': '2' },
      }),
    )
    const odd = await stage.flux(box('odd.names', data))
    await stage.patch(git, 'kubectl-edit', { data: { '-x.y': '3' } })
    await stage.patch(odd, 'kubectl-edit', { spec: { '~weird[0]': '9' } })
    expect((await stage.judge(git)).fields.map(({ path, field }) => [path, field])).toEqual([
      ['/data/-x.y', 'data[-x.y]'],
    ])
    expect((await stage.judge(odd)).fields.map(({ path, field }) => [path, field])).toEqual([
      ['/spec/~0weird[0]', 'spec[~weird[0]]'],
    ])
  })

  it('named with a colon, as roles are, is read and compared', async () => {
    const git = await stage.flux(
      `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: "${stage.namespace}:reader"}, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}`,
    )
    expect(await told(git)).toEqual({ verdict: 'in-sync', fields: [] })
  })
})
