import { describe, expect, it } from '@jest/globals'
import {
  exitCode,
  summarize,
  VERDICTS,
  type DriftReport,
  type KustomizationRecord,
  type ObjectRecord,
  type Verdict,
} from '@kubectl-gitops/core/drift/report.js'

const REF = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }
const object = (verdict: Verdict): ObjectRecord => ({ ...REF, owner: REF, verdict })
const kustomization = (verdict: Verdict): KustomizationRecord => ({
  ...REF,
  verdict,
  source: REF,
  path: './',
  suspended: false,
  objects: 0,
})
const report = (objects: readonly Verdict[], kustomizations: readonly Verdict[] = []): DriftReport => ({
  apiVersion: 'kubectl-gitops/v1',
  kind: 'DriftReport',
  takenAt: '2026-01-01T00:00:00Z',
  cluster: { context: 'test', server: 'https://127.0.0.1' },
  scope: {},
  summary: summarize(kustomizations.map(kustomization), objects.map(object)),
  kustomizations: kustomizations.map(kustomization),
  helmReleases: [],
  objects: objects.map(object),
  notes: [],
})

describe('the exit code', () => {
  it.each<[Verdict, 0 | 1 | 2]>([
    ['in-sync', 0],
    ['drifted', 1],
    ['missing', 1],
    ['orphaned', 1],
    ['pending', 0],
    ['excluded', 0],
    ['failed', 1],
    ['unknown', 2],
  ])('of an object or a Kustomization that is %s is %i', (verdict, code) => {
    expect([exitCode(report([verdict])), exitCode(report([], [verdict]))]).toEqual([code, code])
  })

  it('of an empty report is 0', () => {
    expect(exitCode(report([]))).toBe(0)
  })

  it('of anything unknown is 2, whatever else there is', () => {
    expect(exitCode(report(['drifted', 'unknown']))).toBe(2)
  })

  it('follows --fail-on instead, which may leave unknown out', () => {
    expect(exitCode(report(['drifted', 'unknown']), ['missing'])).toBe(0)
    expect(exitCode(report(['pending']), ['pending'])).toBe(1)
    expect(exitCode(report(['unknown']), ['drifted', 'unknown'])).toBe(2)
    expect(exitCode(report(['drifted', 'unknown']), ['drifted'])).toBe(1)
  })
})

describe('the summary', () => {
  it('counts every object once', () => {
    expect(summarize([], [...VERDICTS, 'drifted' as const].map(object))).toEqual({
      inSync: 1,
      drifted: 2,
      missing: 1,
      orphaned: 1,
      pending: 1,
      excluded: 1,
      failed: 1,
      unknown: 1,
    })
  })

  it('counts the Kustomizations that are not simply in sync', () => {
    expect(report(['in-sync'], ['in-sync', 'failed']).summary).toMatchObject({ inSync: 1, failed: 1 })
  })
})
