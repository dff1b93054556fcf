import { describe, expect, it } from '@jest/globals'
import { judge, type Judging } from '@kubectl-gitops/core/drift/judge.js'
import type { KubernetesObject, ManagedFieldsEntry } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'

const CALM: Judging = { applier: 'helm-controller', type: THING, custom: false, ignore: [], held: undefined }

const entry = (manager: string, operation: string, fieldsV1: object): ManagedFieldsEntry => ({
  ...{ manager, operation, apiVersion: 'example.org/v1' },
  fieldsV1: fieldsV1 as Readonly<Record<string, unknown>>,
})

const thing = (metadata: object, rest: object = {}): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  ...rest,
})

/** Field, verdict on it and why, a line each. */
function fates(
  git: KubernetesObject,
  live: KubernetesObject,
  judging: Partial<Judging> = {},
): readonly string[] {
  const { fields } = judge(git, live, { ...CALM, ...judging })
  return fields.map(
    ({ field, willRevert, because }) => `${field} ${willRevert ? 'reverted' : 'kept'}: ${because}`,
  )
}

const PROMISE = 'the release declares it, and spec.driftDetection.mode is enabled'

describe('what helm-controller puts back', () => {
  const git = thing({ labels: { team: 'shop' }, finalizers: ['example.com/hold'] }, { spec: { name: 'x' } })
  const live = thing(
    {
      labels: { owner: 'oncall' },
      managedFields: [
        entry('helm-controller', 'Apply', { 'f:spec': { 'f:name': {} } }),
        entry('kubectl-label', 'Update', { 'f:metadata': { 'f:labels': { 'f:owner': {} } } }),
        entry('kubectl-edit', 'Update', { 'f:spec': { 'f:name': {} } }),
      ],
    },
    { spec: { name: 'y' } },
  )

  it('is what the release declares, of metadata labels and annotations alone, and never what others add', () => {
    expect(fates(git, live)).toEqual([
      'metadata.finalizers kept: of metadata helm-controller compares labels and annotations alone',
      'metadata.labels.owner kept: helm-controller never removes what the release does not declare',
      `metadata.labels.team reverted: ${PROMISE}`,
      `spec.name reverted: ${PROMISE}`,
    ])
  })

  it('is all that the release declares where it upgrades', () => {
    expect(fates(git, live, { upgrade: 'Flux will upgrade' })).toEqual([
      'metadata.finalizers reverted: Flux will upgrade',
      'metadata.labels.owner kept: helm-controller never removes what the release does not declare',
      'metadata.labels.team reverted: Flux will upgrade',
      'spec.name reverted: Flux will upgrade',
    ])
  })

  it('is nothing where something holds it', () => {
    expect(fates(git, live, { held: 'it is suspended' })).toEqual([
      'metadata.finalizers kept: it is suspended',
      'metadata.labels.owner kept: helm-controller never removes what the release does not declare',
      'metadata.labels.team kept: it is suspended',
      'spec.name kept: it is suspended',
    ])
  })
})

describe('a Secret of a release', () => {
  const secret = (data: object, labels: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a', labels: labels as Readonly<Record<string, string>> },
    data,
  })
  const REFUSED = 'helm-controller masks values of a Secret before it sends them, which the server refuses'

  it('cannot be put back where its values differ, nor can its labels then', () => {
    const git = secret({ token: 'eA==' }, { team: 'shop' })
    expect(fates(git, secret({ token: 'eQ==' }, { team: 'other' }), { type: undefined })).toEqual([
      `data.token kept: ${REFUSED}`,
      `metadata.labels.team kept: ${REFUSED}`,
    ])
    expect(fates(git, secret({ token: 'eA==' }, { team: 'other' }), { type: undefined })).toEqual([
      `metadata.labels.team reverted: ${PROMISE}`,
    ])
  })

  it('can where the values that differ are ignored', () => {
    const ignore = [{ paths: ['/data'], target: {} }]
    const git = secret({ token: 'eA==' }, { team: 'shop' })
    expect(fates(git, secret({ token: 'eQ==' }, { team: 'other' }), { type: undefined, ignore })).toEqual([
      `metadata.labels.team reverted: ${PROMISE}`,
    ])
  })
})

describe('an object of a release', () => {
  const DRIFT_DETECTION = 'helm.toolkit.fluxcd.io/driftDetection'
  const off = { annotations: { [DRIFT_DETECTION]: 'Disabled' } }

  const judged = (git: object, live: object, judging: Partial<Judging> = {}) =>
    judge(thing(git), thing(live), { ...CALM, ...judging })

  it.each([
    ['an annotation', off],
    ['a label', { labels: { [DRIFT_DETECTION]: 'disabled' } }],
  ])('can be switched off in the release by %s', (_, git) => {
    expect(judged(git, {})).toMatchObject({ verdict: 'excluded', reason: 'drift-detection-disabled' })
  })

  it('that is switched off on the cluster alone has drifted', () => {
    expect(judged({}, off)).toMatchObject({
      verdict: 'drifted',
      reason: 'drift-detection-disabled-live-only',
    })
  })

  it('can be left out by a rule for the whole of it', () => {
    const ignore = [{ paths: [''], target: { kind: 'Thing' } }]
    expect(judged({}, {}, { ignore })).toMatchObject({
      verdict: 'excluded',
      reason: 'drift-detection-ignored',
    })
    expect(judged({}, {}, { ignore: [{ paths: [''], target: { kind: 'Other' } }] }).verdict).not.toBe(
      'excluded',
    )
  })

  it("is not switched off by kustomize-controller's switches", () => {
    const annotations = {
      'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
      'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
    }
    const git = thing({ annotations }, { spec: { name: 'x' } })
    const managedFields = [entry('helm-controller', 'Apply', { 'f:spec': { 'f:name': {} } })]
    expect(judge(git, thing({ annotations, managedFields }, { spec: { name: 'x' } }), CALM).verdict).toBe(
      'in-sync',
    )
  })

  it('that Helm updated owns defaults, which the release need not have', () => {
    const managedFields = [entry('helm-controller', 'Update', { 'f:spec': { 'f:name': {}, 'f:count': {} } })]
    const live = thing({ managedFields }, { spec: { name: 'x', count: 1 } })
    expect(judge(thing({}, { spec: { name: 'x' } }), live, CALM)).toMatchObject({ verdict: 'in-sync' })
  })

  it('that the helm command once created and Flux adopted is in sync with its defaults', () => {
    const managedFields = [
      entry('helm', 'Update', { 'f:spec': { 'f:name': {}, 'f:count': {} } }),
      entry('helm-controller', 'Apply', { 'f:spec': { 'f:name': {} } }),
    ]
    const live = thing({ managedFields }, { spec: { name: 'x', count: 1 } })
    expect(judge(thing({}, { spec: { name: 'x' } }), live, CALM)).toMatchObject({ verdict: 'in-sync' })
  })
})
