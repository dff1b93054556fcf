import { describe, expect, it } from '@jest/globals'
import { type Baseline, baselineOf } from '@kubectl-gitops/core/desired/baseline.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'

const revision = (letter: string) => `main@sha1:${letter.repeat(40)}`
const A = revision('a')
const B = revision('b')
const C = revision('c')

interface Status {
  readonly ready?: readonly [status: string, reason: string]
  readonly applied?: string
  readonly attempted?: string
  /** Newest first: reason and revision. */
  readonly history?: readonly (readonly [string, string])[]
}

function baseline({ ready, applied, attempted, history = [] }: Status): Baseline {
  const conditions =
    ready === undefined ? [] : [{ type: 'Ready', status: ready[0], reason: ready[1], message: 'm' }]
  return baselineOf(
    readKustomization({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      status: {
        conditions,
        lastAppliedRevision: applied,
        lastAttemptedRevision: attempted,
        history: history.map(([reason, at]) => ({
          digest: 'sha256:0',
          lastReconciledStatus: reason,
          metadata: { revision: at },
        })),
      },
    }),
  )
}

const ready = (status: string, reason: string) => ({ type: 'Ready', status, reason, message: 'm' })

describe('the baseline', () => {
  const rows: readonly (readonly [string, Status, Baseline])[] = [
    [
      'is the applied revision when ready',
      { ready: ['True', 'ReconciliationSucceeded'], applied: A, attempted: A },
      { kind: 'applied', revision: A },
    ],
    [
      'is the attempted revision when its objects are unhealthy',
      { ready: ['False', 'HealthCheckFailed'], applied: A, attempted: B },
      { kind: 'applied', revision: B, failing: ready('False', 'HealthCheckFailed') },
    ],
    [
      'is the attempted revision when health was not waited for',
      { ready: ['False', 'HealthCheckCanceled'], applied: A, attempted: B },
      { kind: 'applied', revision: B, failing: ready('False', 'HealthCheckCanceled') },
    ],
    [
      'is the attempted revision when pruning failed, also the first time',
      { ready: ['False', 'PruneFailed'], attempted: B },
      { kind: 'applied', revision: B, failing: ready('False', 'PruneFailed') },
    ],
    [
      'is the applied revision when the newest does not build',
      { ready: ['False', 'BuildFailed'], applied: A, attempted: B },
      { kind: 'applied', revision: A, failing: ready('False', 'BuildFailed') },
    ],
    [
      'is the applied revision when the artifact cannot be had',
      { ready: ['False', 'ArtifactFailed'], applied: A, attempted: A },
      { kind: 'applied', revision: A, failing: ready('False', 'ArtifactFailed') },
    ],
    [
      'is the applied revision for a reason that a newer Flux may bring',
      { ready: ['False', 'SomethingNew'], applied: A, attempted: B },
      { kind: 'applied', revision: A, failing: ready('False', 'SomethingNew') },
    ],
    [
      'is an unhealthy revision when the one after it does not build',
      { ready: ['False', 'BuildFailed'], applied: A, attempted: C, history: [['HealthCheckFailed', B]] },
      { kind: 'applied', revision: B, failing: ready('False', 'BuildFailed') },
    ],
    [
      'stays mixed when the revision after a half applied one does not build',
      { ready: ['False', 'BuildFailed'], applied: A, attempted: C, history: [['ReconciliationFailed', B]] },
      { kind: 'mixed', revision: A, attempted: B, failing: ready('False', 'BuildFailed') },
    ],
    [
      'is mixed when an apply failed',
      { ready: ['False', 'ReconciliationFailed'], applied: A, attempted: B },
      { kind: 'mixed', revision: A, attempted: B, failing: ready('False', 'ReconciliationFailed') },
    ],
    [
      'is mixed when the first apply failed',
      { ready: ['False', 'ReconciliationFailed'], attempted: B },
      { kind: 'mixed', revision: B, attempted: B, failing: ready('False', 'ReconciliationFailed') },
    ],
    [
      'is in flight while Flux works',
      { ready: ['Unknown', 'Progressing'], applied: A, attempted: B },
      { kind: 'in-flight', revision: A, attempted: B },
    ],
    [
      'is in flight from the unhealthy revision that was applied before',
      { ready: ['Unknown', 'Progressing'], applied: A, attempted: C, history: [['HealthCheckFailed', B]] },
      { kind: 'in-flight', revision: B, attempted: C },
    ],
    [
      'is in flight between two tries',
      { ready: ['False', 'ProgressingWithRetry'], applied: A, attempted: B },
      { kind: 'in-flight', revision: A, attempted: B },
    ],
    [
      'is in flight where nothing is said',
      { applied: A, attempted: A },
      { kind: 'in-flight', revision: A, attempted: A },
    ],
    [
      'is the applied revision while a dependency is awaited',
      { ready: ['False', 'DependencyNotReady'], applied: A, attempted: A },
      { kind: 'applied', revision: A, waiting: ready('False', 'DependencyNotReady') },
    ],
    ['is none where Flux has not looked yet', {}, { kind: 'never' }],
    [
      'is none during the first reconcile',
      { ready: ['Unknown', 'Progressing'], attempted: A },
      { kind: 'never', waiting: ready('Unknown', 'Progressing') },
    ],
    [
      'is none while the first dependency is awaited',
      { ready: ['False', 'DependencyNotReady'] },
      { kind: 'never', waiting: ready('False', 'DependencyNotReady') },
    ],
    [
      'is none when the first build fails',
      { ready: ['False', 'BuildFailed'], attempted: A },
      { kind: 'never', failing: ready('False', 'BuildFailed') },
    ],
  ]
  it.each(rows)('%s', (_, status, expected) => {
    expect(baseline(status)).toEqual(expected)
  })
})
