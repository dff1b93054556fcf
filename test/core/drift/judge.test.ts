import { describe, expect, it } from '@jest/globals'
import { judge, type Judging } from '@kubectl-gitops/core/drift/judge.js'
import type { KubernetesObject, ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'
import { outcome, told } from './stage.js'

const VERSION = 'example.org/v1'
const CALM: Judging = { type: THING, custom: false, ignore: [], held: undefined }

const thing = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: VERSION,
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  spec,
})
const entry = (manager: string, operation: string, spec: object, more: object = {}): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: VERSION,
  fieldsV1: { 'f:spec': spec },
  ...more,
})
const flux = (spec: object, more: object = {}) => entry('kustomize-controller', 'Apply', spec, more)
const judged = (
  git: object,
  live: object,
  entries: readonly ManagedFieldsEntry[],
  judging: Partial<Judging> = {},
) => judge(thing(git), thing(live, { managedFields: entries }), { ...CALM, ...judging })

describe('an object in Git and on the cluster', () => {
  it('is proved in sync by its values', () => {
    expect(judged({ name: 'x' }, { name: 'x', count: 1 }, [flux({ 'f:name': {} })])).toEqual({
      verdict: 'in-sync',
      confidence: 'proved',
      fields: [],
      explained: [],
    })
  })

  it('is vouched for where the server left out an empty value that Flux alone wrote', () => {
    expect(judged({ open: {} }, {}, [flux({ 'f:open': {} })])).toMatchObject({
      verdict: 'in-sync',
      confidence: 'vouched',
    })
    expect(
      judged({ open: {} }, {}, [flux({ 'f:open': {} }), entry('other', 'Apply', { 'f:open': {} })]),
    ).toMatchObject({
      verdict: 'unknown',
    })
    expect(
      judged({ open: {} }, {}, [flux({ 'f:open': {} }, { apiVersion: 'example.org/v1beta1' })]),
    ).toMatchObject({
      verdict: 'unknown',
    })
  })

  it('without a schema is judged by rule of thumb, and says so', () => {
    const entries = [flux({ 'f:name': {} })]
    expect(judged({ name: 'x' }, { name: 'x' }, entries, { type: undefined })).toMatchObject({
      verdict: 'in-sync',
      confidence: 'heuristic',
    })
    expect(judged({ name: 'x' }, { name: 'y' }, [], { type: undefined })).toMatchObject({
      verdict: 'drifted',
      confidence: 'heuristic',
    })
  })

  it('is unknown where Flux alone wrote a value that is another now: a webhook may have', () => {
    expect(judged({ name: 'x' }, { name: 'y' }, [flux({ 'f:name': {} })])).toEqual({
      verdict: 'unknown',
      reason: 'undecided',
      message:
        'spec.name is not what Git says, although kustomize-controller alone wrote it: an admission webhook may ' +
        "change it, or somebody wrote under Flux's name",
      fields: [],
      explained: [],
    })
  })

  it('is vouched for where the server does not keep what Flux alone wrote, and it is explained', () => {
    const judgement = judged({ name: 'x' }, {}, [flux({ 'f:name': {} })])
    expect([outcome(judgement), judgement.confidence, judgement.explained.map(told)]).toEqual([
      { verdict: 'in-sync', reason: 'dropped-by-server', fields: [] },
      'vouched',
      [{ field: 'spec.name', op: 'removed', git: 'x', willRevert: false }],
    ])
  })

  it.each([
    ['false', { flag: false }, { flag: true }, 'f:flag'],
    ['zero', { count: 0 }, { count: 3 }, 'f:count'],
    ['nothing', { name: '' }, { name: 'y' }, 'f:name'],
  ])('is drifted where Git says %s and a controller wrote more', (_, git, live, field) => {
    const entries = [flux({}), entry('operator', 'Update', { [field]: {} })]
    const { verdict, reason, fields } = judged(git, live, entries)
    expect([verdict, reason, fields.map(({ op, willRevert }) => [op, willRevert])]).toEqual([
      'drifted',
      'modified',
      [['changed', false]],
    ])
  })

  it('is drifted where Git says false and nobody is known to have made it true', () => {
    expect(outcome(judged({ flag: false }, { flag: true }, [flux({ 'f:name': {} })]))).toEqual({
      verdict: 'drifted',
      reason: 'modified',
      fields: [{ field: 'spec.flag', op: 'changed', git: false, live: true, willRevert: false }],
    })
  })

  it('cannot be applied where Git has a key twice, whatever is live', () => {
    const git = { env: [{ name: 'A' }, { name: 'A', value: 'x' }] }
    expect(judged(git, { env: [{ name: 'A' }] }, [flux({})])).toMatchObject({
      verdict: 'failed',
      reason: 'invalid-desired',
      message: 'spec.env has A twice in Git: Flux cannot apply it',
    })
  })

  it('is drifted by what Flux left behind before it used server-side apply', () => {
    const entries = [flux({ 'f:name': {} }), entry('kustomize-controller', 'Update', { 'f:count': {} })]
    expect(outcome(judged({ name: 'x' }, { name: 'x', count: 1 }, entries))).toEqual({
      verdict: 'drifted',
      reason: 'unmanaged-field',
      fields: [
        { field: 'spec.count', op: 'added', live: 1, by: 'flux kustomize-controller', willRevert: true },
      ],
    })
  })

  it('is drifted by what one person did, though another field is in doubt', () => {
    const entries = [flux({ 'f:name': {} }), entry('kubectl-edit', 'Update', { 'f:count': {} })]
    expect(outcome(judged({ name: 'x', count: 1 }, { name: 'y', count: 2 }, entries))).toEqual({
      verdict: 'drifted',
      reason: 'modified',
      fields: [
        { field: 'spec.count', op: 'changed', git: 1, live: 2, by: 'person kubectl-edit', willRevert: true },
      ],
    })
  })

  it.each(['kubectl-edit', 'Terraform'])('is drifted by a field that %s added', (manager) => {
    const entries = [flux({ 'f:name': {} }), entry(manager, 'Update', { 'f:count': {} })]
    const { verdict, reason, fields } = judged({ name: 'x' }, { name: 'x', count: 2 }, entries)
    expect([verdict, reason, fields.map(({ willRevert }) => willRevert)]).toEqual([
      'drifted',
      'unmanaged-field',
      [manager === 'kubectl-edit'],
    ])
  })

  it('keeps what a controller holds as well as a person', () => {
    const fields = { 'f:count': {} }
    const entries = [
      entry('kubectl-edit', 'Update', fields, { time: '2026-01-02T00:00:00Z' }),
      entry('operator', 'Update', fields, { time: '2026-01-01T00:00:00Z' }),
    ]
    expect(judged({}, { count: 2 }, entries).fields).toEqual([
      {
        path: '/spec/count',
        field: 'spec.count',
        op: 'added',
        live: 2,
        actor: {
          class: 'person',
          manager: 'kubectl-edit',
          operation: 'Update',
          time: '2026-01-02T00:00:00Z',
        },
        willRevert: false,
        because: 'Flux leaves fields of operator alone',
      },
    ])
  })

  it('explains what a status update wrote only where it is configuration', () => {
    const status = entry('operator', 'Update', { 'f:count': {} }, { subresource: 'status' })
    expect(judged({}, { count: 2 }, [flux({}), status, flux({ 'f:x': {} })]).explained).toEqual([])
  })

  it('with ssa: Merge in Git keeps what people add, but not what they change', () => {
    const metadata = { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } }
    const managedFields = [flux({ 'f:name': {} }), entry('kubectl-edit', 'Update', { 'f:count': {} })]
    const judgement = (live: object) =>
      judge(thing({ name: 'x' }, metadata), thing(live, { ...metadata, managedFields }), CALM)
    expect(judgement({ name: 'x', count: 1 })).toMatchObject({
      verdict: 'in-sync',
      explained: [
        { field: 'spec.count', willRevert: false, because: 'with ssa: Merge Flux keeps what others add' },
      ],
    })
  })

  it('is excluded where Git says so, whatever is live', () => {
    const git = thing({ name: 'x' }, { labels: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } })
    expect(judge(git, thing({ name: 'y' }), CALM)).toMatchObject({
      verdict: 'excluded',
      reason: 'reconcile-disabled',
    })
  })

  it('is drifted by a switch on the live object alone, even if nobody is known to have set it', () => {
    const live = thing(
      { name: 'x' },
      {
        annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' },
        managedFields: [flux({ 'f:name': {} })],
      },
    )
    expect(judge(thing({ name: 'x' }), live, CALM)).toMatchObject({
      verdict: 'drifted',
      reason: 'ssa-ignore-live-only',
    })
  })

  it('is in sync, and explained, where spec.ignore covers the difference', () => {
    const ignore = [{ paths: ['/spec/count'], target: {} }]
    const entries = [flux({ 'f:name': {} }), entry('kubectl-edit', 'Update', { 'f:count': {} })]
    const judgement = judged({ name: 'x', count: 1 }, { name: 'x', count: 2 }, entries, { ignore })
    expect([judgement.verdict, judgement.explained.map(told)]).toEqual([
      'in-sync',
      [{ field: 'spec.count', op: 'changed', git: 1, live: 2, by: 'person kubectl-edit', willRevert: false }],
    ])
  })

  it('is in sync after flux reconcile asked for something', () => {
    const fieldsV1 = { 'f:metadata': { 'f:annotations': { 'f:reconcile.fluxcd.io/requestedAt': {} } } }
    const live = thing(
      {},
      {
        annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
        managedFields: [flux({}), { manager: 'flux', operation: 'Update', apiVersion: VERSION, fieldsV1 }],
      },
    )
    expect(judge(thing({}), live, { ...CALM, custom: true })).toMatchObject({
      verdict: 'in-sync',
      fields: [],
    })
  })

  it('is unknown where a person wrote it in another version', () => {
    const entries = [
      flux({}),
      entry('kubectl-edit', 'Update', { 'f:old': {} }, { apiVersion: 'example.org/v1beta1' }),
    ]
    expect(judged({ name: 'x' }, { name: 'x' }, entries)).toMatchObject({
      verdict: 'unknown',
      message: 'kubectl-edit wrote it as example.org/v1beta1: its fields may have other names here',
    })
  })

  it('is unknown where the server has forgotten who added a field', () => {
    const entries = [flux({ 'f:name': {} }), entry('ancient-changes', 'Update', { 'f:count': {} })]
    expect(judged({ name: 'x' }, { name: 'x', count: 1 }, entries)).toMatchObject({ verdict: 'unknown' })
    expect(judged({ name: 'x' }, { name: 'x' }, entries)).toMatchObject({ verdict: 'in-sync' })
  })

  it('is unknown where its managedFields are gone', () => {
    expect(judged({ name: 'x' }, { name: 'x' }, [])).toMatchObject({ verdict: 'unknown' })
    expect(judged({ name: 'x' }, { name: 'x' }, [{}])).toMatchObject({ verdict: 'unknown' })
  })

  it('lists its fields in order of their names', () => {
    const { fields } = judged({ name: 'x', count: 1, args: ['a'] }, { name: 'y', count: 2, args: ['b'] }, [])
    expect(fields.map(({ field }) => field)).toEqual(['spec.args[0]', 'spec.count', 'spec.name'])
  })
})
