import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { judge } from '@kubectl-gitops/core/drift/judge.js'
import type { FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import { recordKey, sidesOf, type SidesOf } from '@kubectl-gitops/core/drift/sides.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { added, drifted, field, object } from '../../support/report.js'

const NO_SECRETS: ReadonlySet<string> = new Set()
const GIVEN = { secrets: NO_SECRETS, sealed: false }

const web = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
})

const sides = (live: KubernetesObject, fields: readonly FieldRecord[], given: Partial<SidesOf> = {}) =>
  sidesOf({ record: drifted(fields), live, ...GIVEN, ...given })

describe('the sides of an object', () => {
  it('are live, and live with what differs as Git has it', () => {
    const live = web({ replicas: 5, paused: true, template: { spec: { containers: [{ name: 'web' }] } } })
    const fields = [
      field(),
      added('spec.paused', true),
      field({ path: '/spec/strategy', op: 'removed', git: { type: 'Recreate' }, live: undefined }),
    ]
    expect(sides(live, fields)).toEqual({
      live,
      merged: web({
        replicas: 3,
        template: { spec: { containers: [{ name: 'web' }] } },
        strategy: { type: 'Recreate' },
      }),
    })
  })

  it('take items of lists out and in by their places before anything moved', () => {
    const live = web({
      list: [{ name: 'a' }, { name: 'mine' }, { name: 'c', env: [{ name: 'X' }, { name: 'Z' }] }],
    })
    const fields = [
      added('spec.list.1', { name: 'mine' }),
      field({ path: '/spec/list/2/env/1', op: 'removed', git: { name: 'Y' }, live: undefined }),
      field({ path: '/spec/list/2/image', op: 'removed', git: 'c:1', live: undefined }),
      field({ path: '/spec/list/1', op: 'removed', git: { name: 'b' }, live: undefined }),
    ]
    expect(sides(live, fields)?.merged?.spec).toEqual({
      list: [
        { name: 'a' },
        { name: 'b' },
        { name: 'c', image: 'c:1', env: [{ name: 'X' }, { name: 'Y' }, { name: 'Z' }] },
      ],
    })
  })

  it('keep nothing of a map or list that held only what was added', () => {
    const live = web({
      replicas: 1,
      template: { env: [{ name: 'X' }], labels: { a: 'b' } },
      list: [{ c: 'd' }],
    })
    const fields = [
      added('spec.template.env.0', { name: 'X' }),
      added('spec.template.labels.a', 'b'),
      added('spec.list.0.c', 'd'),
    ]
    expect(sides(live, fields)?.merged).toEqual(web({ replicas: 1, list: [{}] }))
  })

  it('put items whose order differs into the order of Git, with all that live says of them', () => {
    const live = web({
      initContainers: [{ name: 'b', image: 'b:1' }, { name: 'mine' }, { name: 'a', image: 'a:1' }],
    })
    const order = field({
      path: '/spec/initContainers',
      op: 'reordered',
      git: [{ name: 'a' }, { name: 'b' }],
    })
    expect(sides(live, [order])?.merged?.spec).toEqual({
      initContainers: [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }, { name: 'mine' }],
    })
  })

  it('leave out status, bookkeeping and the copy that kubectl keeps', () => {
    const live = {
      ...web(
        {},
        {
          uid: 'u',
          resourceVersion: '7',
          generation: 3,
          creationTimestamp: '2026-01-01T00:00:00Z',
          managedFields: [{ manager: 'kubectl' }],
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":"swordfish"}' },
        },
      ),
      status: { replicas: 5 },
    }
    expect(sides(live, [])).toEqual({ live: web({}), merged: web({}) })
  })

  it('of an object that is being deleted differ by that', () => {
    const live = web({}, { deletionTimestamp: '2026-03-01T00:00:00Z', deletionGracePeriodSeconds: 30 })
    expect(sides(live, [])).toEqual({ live, merged: web({}) })
  })

  it('are one where only Git or only the cluster has it', () => {
    const git = web({ replicas: 3 })
    expect(sidesOf({ record: object({ verdict: 'missing' }), git, ...GIVEN })).toEqual({ merged: git })
    expect(sidesOf({ record: object({ verdict: 'orphaned' }), live: git, ...GIVEN })).toEqual({ live: git })
  })

  it.each(['in-sync', 'pending', 'excluded', 'failed', 'unknown'] as const)(
    'are not made of an object that is %s',
    (verdict) => {
      expect(sidesOf({ record: object({ verdict }), live: web({}), git: web({}), ...GIVEN })).toBeUndefined()
    },
  )

  it('take a name like __proto__ for data', () => {
    const live = web(JSON.parse('{"__proto__": {"polluted": "no"}, "b": 1}') as object)
    const fields = [
      field({ path: '/spec/__proto__/polluted', git: 'yes' }),
      field({ path: '/metadata/annotations/__proto__', op: 'removed', git: 'x', live: undefined }),
    ]
    const merged = sides(live, fields)?.merged
    expect(JSON.stringify(merged?.spec)).toBe('{"__proto__":{"polluted":"yes"},"b":1}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('secrets in sides', () => {
  const secret = (data: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web', namespace: 'shop' },
    data,
  })
  const judged = (git: KubernetesObject, live: KubernetesObject) =>
    judge(git, live, { type: undefined, custom: false, ignore: [], held: undefined })

  it("have kubectl's marks: the same on both sides, before and after where they differ", () => {
    const git = secret({ same: 'c2FtZQ==', token: 'bmV3' })
    const live = secret({ same: 'c2FtZQ==', token: 'b2xk' })
    expect(sidesOf({ record: judged(git, live), git, live, ...GIVEN })).toEqual({
      live: secret({ same: '***', token: '*** (before)' }),
      merged: secret({ same: '***', token: '*** (after)' }),
    })
    expect(sidesOf({ record: { verdict: 'missing' }, git, ...GIVEN })?.merged).toEqual(
      secret({ same: '***', token: '***' }),
    )
  })

  it('are masked where a variable brought them, in fields that differ and in those that do not', () => {
    const live = web({ url: 'https://x/?key=swordfish', replicas: 5 })
    const shown = sides(live, [field()], { secrets: new Set(['swordfish']) })
    expect(shown?.live?.spec).toEqual({ url: '***', replicas: 5 })
    expect(shown?.merged?.spec).toEqual({ url: '***', replicas: 3 })
  })

  it('are told to differ where a field lies in what is masked as a whole', () => {
    const release = (values: object): KubernetesObject => ({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'web' },
      spec: { values },
    })
    const git = release({ credentials: { key: 'swordfish' } })
    const live = release({ credentials: { key: 'open-sesame' } })
    expect(sidesOf({ record: judged(git, live), git, live, ...GIVEN })).toEqual({
      live: release({ credentials: '*** (before)' }),
      merged: release({ credentials: '*** (after)' }),
    })
  })

  it('hide what stands beside a field that Git holds encrypted', () => {
    const live = { ...web({ replicas: 5 }), data: { token: 'swordfish', other: 'open-sesame' } }
    const record = drifted([field()], { encrypted: [{ path: '/data/token', field: 'data.token' }] })
    const shown = sidesOf({ record, live, ...GIVEN })
    expect(shown?.live).toEqual({ ...web({ replicas: 5 }), data: { token: '***', other: '***' } })
    expect(shown?.merged).toEqual({ ...web({ replicas: 3 }), data: { token: '***', other: '***' } })
  })

  it('hide all of an orphan whose owner decrypts, but its name', () => {
    const live = {
      ...web({ a: ['swordfish', 1] }, { labels: { app: 'web' }, annotations: { b: 'swordfish' } }),
    }
    expect(sidesOf({ record: { verdict: 'orphaned' }, live, secrets: NO_SECRETS, sealed: true })).toEqual({
      live: web({ a: ['***', '***'] }, { labels: { app: 'web' }, annotations: { b: '***' } }),
    })
  })

  it('never show a value of a Secret, whatever was done to it', () => {
    const word = fc.stringMatching(/^[a-z]{1,3}$/)
    const data = fc.dictionary(word, fc.stringMatching(/^SECRET[A-Z]{8}==$/), { maxKeys: 4 })
    fc.assert(
      fc.property(data, data, data, (before, after, texts) => {
        const git = { ...secret(after), stringData: texts }
        const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(before) }
        const live = { ...secret(before), metadata: { name: 'web', namespace: 'shop', annotations } }
        const verdicts = ['drifted', 'missing', 'orphaned'] as const
        const shown = verdicts.map((verdict) =>
          sidesOf({ record: { ...judged(git, live), verdict }, git, live, ...GIVEN }),
        )
        expect(JSON.stringify(shown)).not.toContain('SECRET')
      }),
    )
  })
})

it('a record is known by its object and its owner', () => {
  const { owner } = object()
  const records = [object(), object({ name: 'b' }), object({ owner: { ...owner, name: 'other' } })]
  expect(new Set(records.map(recordKey)).size).toBe(3)
  expect(recordKey(object())).toBe(recordKey(drifted([field()])))
})
