import { describe, expect, it } from '@jest/globals'
import { judge, type Judging } from '@kubectl-gitops/core/drift/judge.js'
import { wantsDryRun, type Prediction } from '@kubectl-gitops/core/drift/prediction.js'
import type { KubernetesObject, ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'
import { outcome, told } from './stage.js'

const CALM: Judging = { type: THING, custom: false, ignore: [], held: undefined }
const UID = { name: 'a', uid: 'u', resourceVersion: '7' }

const thing = (spec: object, metadata: object = { name: 'a' }): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: metadata as KubernetesObject['metadata'],
  spec,
})
const entry = (manager: string, operation: string, spec: object): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: 'example.org/v1',
  fieldsV1: { 'f:spec': spec },
})
const FLUX = entry('kustomize-controller', 'Apply', { 'f:name': {} })

/** Judged with what a dry run came to. */
const exactly = (git: object, live: object, prediction: Prediction, judging: Partial<Judging> = {}) =>
  judge(thing(git), thing(live, { ...UID, managedFields: [FLUX] }), { ...CALM, prediction, ...judging })

const gives = (spec: object, metadata: object = UID): Prediction => ({
  kind: 'object',
  object: thing(spec, metadata),
})

describe('an undecided object after a dry run of the next apply', () => {
  it('is in sync where that gives what is live, and what differs from Git is explained', () => {
    const judgement = exactly({ name: 'x' }, { name: 'y' }, gives({ name: 'y' }))
    expect([outcome(judgement), judgement.confidence, judgement.explained.map(told)]).toEqual([
      { verdict: 'in-sync', reason: 'admission-normalised', fields: [] },
      'dry-run',
      [{ field: 'spec.name', op: 'changed', git: 'x', live: 'y', willRevert: false }],
    ])
  })

  it('is drifted where that gives something else', () => {
    const judgement = exactly({ name: 'x' }, { name: 'y' }, gives({ name: 'x' }))
    expect([outcome(judgement), judgement.confidence, judgement.explained]).toEqual([
      {
        verdict: 'drifted',
        reason: 'modified',
        fields: [{ field: 'spec.name', op: 'changed', git: 'x', live: 'y', willRevert: true }],
      },
      'dry-run',
      [],
    ])
  })

  it('is drifted where the server would neither leave it so nor make it as Git says', () => {
    const { fields } = exactly({ name: 'x' }, { name: 'y' }, gives({ name: 'z' }))
    expect(fields.map(told)).toEqual([
      { field: 'spec.name', op: 'changed', git: 'x', live: 'y', willRevert: true },
    ])
  })

  it('is drifted where the apply drops what Flux applied and Git does not have', () => {
    const own = entry('kustomize-controller', 'Apply', { 'f:name': {}, 'f:key': {} })
    const live = thing({ name: 'x', key: 'aHVudGVyMg==' }, { ...UID, managedFields: [own] })
    const judgement = judge(thing({ name: 'x' }), live, { ...CALM, prediction: gives({ name: 'x' }) })
    expect(outcome(judgement)).toEqual({
      verdict: 'drifted',
      reason: 'unmanaged-field',
      fields: [{ field: 'spec.key', op: 'added', live: 'aHVudGVyMg==', willRevert: true }],
    })
  })

  it('stays as it is where Flux is held', () => {
    const held = 'Kustomization flux-system/apps is suspended'
    const { fields } = exactly({ name: 'x' }, { name: 'y' }, gives({ name: 'x' }), { held })
    expect(fields.map(({ willRevert, because }) => [willRevert, because])).toEqual([[false, held]])
  })

  it('is in sync where the change is one that spec.ignore covers', () => {
    const git = { name: 'x', open: {} }
    const ignore = [{ paths: ['/spec/count'], target: {} }]
    const judgement = exactly(git, { name: 'x', count: 2 }, gives({ name: 'x', count: 1 }), { ignore })
    expect(outcome(judgement)).toMatchObject({ verdict: 'in-sync' })
  })

  it.each([
    ['another object', { ...UID, uid: 'other' }],
    ['a later state', { ...UID, resourceVersion: '8' }],
  ])('is unknown where the server had %s by then', (_, metadata) => {
    expect(exactly({ name: 'x' }, { name: 'y' }, gives({ name: 'x' }, metadata))).toMatchObject({
      verdict: 'unknown',
      message: 'it was changed while it was being compared: ask again',
    })
  })

  it('stays unknown where additions by hand cannot be seen, which no dry run shows', () => {
    const live = thing({ name: 'x', count: 1 }, UID)
    const judgement = judge(thing({ name: 'x' }), live, {
      ...CALM,
      prediction: gives({ name: 'x', count: 1 }),
    })
    expect(judgement).toMatchObject({
      verdict: 'unknown',
      message: 'its managedFields were removed, so that fields added by hand cannot be told from defaults',
    })
  })

  it('keeps both reasons where the dry run was not made', () => {
    const message = 'a dry run would decide it, and needs the right to patch things'
    const judgement = exactly(
      { name: 'x' },
      { name: 'y' },
      { kind: 'undecided', reason: 'undecided', message },
    )
    expect(judgement).toMatchObject({ verdict: 'unknown', reason: 'undecided' })
    expect(judgement.message).toMatch(/^spec\.name is not what Git says, .*; a dry run would decide it, /)
  })

  it('has to be created anew where a field cannot be changed', () => {
    const prediction: Prediction = { kind: 'immutable', fields: ['spec.name', 'spec.list[0].size'] }
    const judgement = exactly({ name: 'x' }, { name: 'y' }, prediction)
    expect([judgement.verdict, judgement.reason, judgement.fields.map(({ path }) => path)]).toEqual([
      'drifted',
      'requires-recreate',
      ['/spec/name', '/spec/list/0/size'],
    ])
    expect(judgement.fields.map(({ willRevert }) => willRevert)).toEqual([false, false])
  })

  it('is created anew by Flux where it is told to force', () => {
    const prediction: Prediction = { kind: 'immutable', fields: ['spec.name'] }
    const { fields } = exactly({ name: 'x' }, { name: 'y' }, prediction, { force: true })
    expect(fields.map(({ willRevert, because }) => [willRevert, because])).toEqual([
      [true, 'Flux deletes it and creates it again (force)'],
    ])
  })

  it('cannot be applied where the server does not take what Git says', () => {
    expect(exactly({ name: 'x' }, { name: 'y' }, { kind: 'invalid', fields: ['spec.name'] })).toMatchObject({
      verdict: 'failed',
      reason: 'invalid',
      message: 'the server does not take what Git says of spec.name',
    })
  })
})

describe('a dry run', () => {
  it('is wanted for what is undecided or vouched for, and not where values are encrypted', () => {
    const judgement = { verdict: 'unknown', reason: 'undecided', fields: [], explained: [] } as const
    expect(wantsDryRun(judgement)).toBe(true)
    expect(wantsDryRun({ ...judgement, encrypted: [{ path: '/data/a', field: 'data.a' }] })).toBe(false)
    expect(wantsDryRun({ ...judgement, reason: 'encrypted' })).toBe(false)
    expect(wantsDryRun({ verdict: 'in-sync', confidence: 'vouched', fields: [], explained: [] })).toBe(true)
    expect(wantsDryRun({ verdict: 'in-sync', confidence: 'proved', fields: [], explained: [] })).toBe(false)
    expect(wantsDryRun({ verdict: 'drifted', confidence: 'vouched', fields: [], explained: [] })).toBe(false)
  })

  it('makes sure what was only vouched for', () => {
    const own = entry('kustomize-controller', 'Apply', { 'f:name': {}, 'f:open': {} })
    const live = thing({ name: 'x' }, { ...UID, managedFields: [own] })
    const judgement = judge(thing({ name: 'x', open: {} }), live, {
      ...CALM,
      prediction: gives({ name: 'x' }),
    })
    expect(judgement).toEqual({ verdict: 'in-sync', confidence: 'dry-run', fields: [], explained: [] })
  })
})
