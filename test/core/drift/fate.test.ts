import { describe, expect, it } from '@jest/globals'
import { judge, type Judgement, type Judging } from '@kubectl-gitops/core/drift/judge.js'
import type { KubernetesObject, ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'

const VERSION = 'example.org/v1'

function entry(manager: string, fields: object, operation = 'Update'): ManagedFieldsEntry {
  return { manager, operation, apiVersion: VERSION, fieldsV1: { ...fields } }
}
const flux = (spec: object): ManagedFieldsEntry => entry('kustomize-controller', { 'f:spec': spec }, 'Apply')

interface Sides {
  readonly spec?: object
  readonly metadata?: object
  readonly kind?: string
}
const object = ({ spec = {}, metadata = {}, kind = 'Thing' }: Sides): KubernetesObject => ({
  apiVersion: VERSION,
  kind,
  metadata: { name: 'a', ...metadata },
  spec,
})

function judged(
  git: Sides,
  live: Sides,
  entries: readonly ManagedFieldsEntry[],
  judging: Partial<Judging> = {},
): Judgement {
  const owned = object({ ...live, metadata: { ...live.metadata, managedFields: entries } })
  return judge(object(git), owned, { type: THING, custom: false, ignore: [], held: undefined, ...judging })
}

/** Each field with whether Flux will put it back. */
const fates = ({ fields, explained }: Judgement): Readonly<Record<string, boolean>> =>
  Object.fromEntries([...fields, ...explained].map(({ field, willRevert }) => [field, willRevert]))

describe('a finalizer of Git that is gone', () => {
  const git = { metadata: { finalizers: ['example.org/x'] }, spec: { name: 'a' } }

  it('does not come back alone', () => {
    const judgement = judged(git, { spec: { name: 'a' } }, [flux({ 'f:name': {} })])
    expect(fates(judgement)).toEqual({ 'metadata.finalizers': false })
  })

  it('comes back along with another field', () => {
    const judgement = judged(git, { spec: { name: 'b' } }, [entry('k9s', { 'f:spec': { 'f:name': {} } })])
    expect(fates(judgement)).toEqual({ 'metadata.finalizers': true, 'spec.name': true })
  })

  it('comes back when kubectl is taken over', () => {
    const kubectl = entry('kubectl-edit', { 'f:spec': { 'f:count': {} } })
    const judgement = judged(git, { spec: { name: 'a', count: 2 } }, [flux({ 'f:name': {} }), kubectl])
    expect(fates(judgement)).toEqual({ 'metadata.finalizers': true, 'spec.count': true })
  })
})

describe('an addition', () => {
  it('that is a mark of Flux 1 goes, whoever set it', () => {
    const mark = { annotations: { 'fluxcd.io/sync-checksum': 'x' } }
    const k9s = entry('k9s', { 'f:metadata': { 'f:annotations': { 'f:fluxcd.io/sync-checksum': {} } } })
    expect(fates(judged({}, { metadata: mark }, [k9s]))).toEqual({
      'metadata.annotations[fluxcd.io/sync-checksum]': true,
    })
  })

  it('that stands for a default goes and comes back, and is none', () => {
    const live = { kind: 'Deployment', spec: { replicas: 1 } }
    const creator = entry('kubectl-create', { 'f:spec': { 'f:replicas': {} } })
    expect(judged({ kind: 'Deployment' }, live, [creator])).toMatchObject({ verdict: 'in-sync', fields: [] })
  })

  it('stays where Git says ssa: Merge, but for what Flux applied and Git dropped', () => {
    const metadata = { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } }
    const live = { metadata, spec: { name: 'a', count: 2 } }
    const entries = [flux({ 'f:name': {} }), entry('kubectl-edit', { 'f:spec': { 'f:count': {} } })]
    expect(fates(judged({ metadata }, live, entries, { ahead: true }))).toEqual({
      'spec.count': false,
      'spec.name': true,
    })
  })
})

describe('a revision that Flux has not applied', () => {
  const entries = [flux({ 'f:name': {}, 'f:count': {} })]

  it('changes what Flux alone wrote, and prunes what it drops', () => {
    const judgement = judged({ spec: { name: 'b' } }, { spec: { name: 'a', count: 2 } }, entries, {
      ahead: true,
    })
    expect(fates(judgement)).toEqual({ 'spec.name': true, 'spec.count': true })
  })

  it('leaves what others have too', () => {
    const all = [...entries, entry('k9s', { 'f:spec': { 'f:count': {} } }, 'Apply')]
    const judgement = judged({ spec: { name: 'a' } }, { spec: { name: 'a', count: 2 } }, all, { ahead: true })
    expect(fates(judgement)).toEqual({ 'spec.count': false })
  })
})

describe('a path that spec.ignore names', () => {
  const git = { spec: { name: 'a', open: { matchLabels: { a: '1' } } } }
  const ignore = [{ paths: ['/spec/open/matchLabels'], target: {} }]
  const kubectl = entry('kubectl-edit', {
    'f:spec': { 'f:open': { 'f:matchLabels': { 'f:a': {}, 'f:b': {} } } },
  })

  it('is adopted with what was added below it, where something there is not as in Git', () => {
    const live = { spec: { name: 'a', open: { matchLabels: { a: '2', b: '3' } } } }
    expect(fates(judged(git, live, [kubectl], { ignore }))).toEqual({
      'spec.open.matchLabels.a': false,
      'spec.open.matchLabels.b': false,
    })
  })

  it('loses what was added below it, where all there is as in Git', () => {
    const live = { spec: { name: 'a', open: { matchLabels: { a: '1', b: '3' } } } }
    expect(fates(judged(git, live, [kubectl], { ignore }))).toEqual({ 'spec.open.matchLabels.b': true })
  })

  it('is undecided where nothing is live and Flux writes the object', () => {
    const judgement = judged(git, { spec: { name: 'b', open: {} } }, [kubectl], { ignore })
    expect(fates(judgement)).toEqual({ 'spec.name': true })
    expect(judgement.undecided?.map(({ path }) => path)).toEqual(['/spec/open/matchLabels'])
  })

  it('is undecided where another manager applies a part of it', () => {
    const team = entry('team', { 'f:spec': { 'f:open': { 'f:matchLabels': { 'f:a': {} } } } }, 'Apply')
    const live = { spec: { name: 'b', open: { matchLabels: { a: '2' } } } }
    const judgement = judged(git, live, [team], { ignore })
    expect(fates(judgement)).toEqual({ 'spec.name': true })
    expect(judgement.undecided?.map(({ path }) => path)).toEqual(['/spec/open/matchLabels'])
  })
})
