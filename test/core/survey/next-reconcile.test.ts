import { describe, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { nextReconcileOf } from '@kubectl-gitops/core/survey/next-reconcile.js'

const LAST = '2026-03-01T12:00:00Z'

const after = (spec: object, ready: object, lastReconciled: string | undefined = LAST) =>
  nextReconcileOf(
    readKustomization({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'flux-system' },
      spec: { interval: '10m', ...spec },
      status: {
        conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', ...ready }],
        history: [{ digest: 'sha256:0', lastReconciled }],
      },
    }),
  )

describe('the next reconcile', () => {
  it('comes one interval after the last', () => {
    expect(after({}, {})).toBe('2026-03-01T12:10:00.000Z')
    expect(after({ interval: '1h30m', retryInterval: '1m' }, {})).toBe('2026-03-01T13:30:00.000Z')
  })

  it('comes sooner after an unhealthy one, where there is a retry interval', () => {
    const unhealthy = { status: 'False', reason: 'HealthCheckFailed' }
    expect(after({ retryInterval: '1m' }, unhealthy)).toBe('2026-03-01T12:01:00.000Z')
    expect(after({}, unhealthy)).toBe('2026-03-01T12:10:00.000Z')
  })

  it('is not known where the last or the interval is not, or where nothing was applied', () => {
    expect(after({ interval: 'soon' }, {})).toBeUndefined()
    expect(after({}, {}, 'yesterday')).toBeUndefined()
    expect(after({}, { status: 'False', reason: 'BuildFailed' })).toBeUndefined()
    expect(after({}, { status: 'Unknown', reason: 'Progressing' })).toBeUndefined()
  })
})
