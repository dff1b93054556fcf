import { describe, expect, it } from '@jest/globals'
import { helmBaselineOf } from '@kubectl-gitops/core/desired/helm-baseline.js'
import { readHelmRelease } from '@kubectl-gitops/core/desired/helm-release.js'
import { readStoredRelease } from '@kubectl-gitops/core/desired/helm-storage.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { helmFindingOf } from '@kubectl-gitops/core/survey/helm-finding.js'
import type { HelmPlan, ReleaseResult } from '@kubectl-gitops/core/survey/helm-plan.js'
import { helmHeldBecause, helmReleaseRecord } from '@kubectl-gitops/core/survey/helm-record.js'
import { helmSecretValues } from '@kubectl-gitops/core/survey/helm-secrets.js'
import { helmReleaseObject, helmSecret, SNAPSHOT, STORED } from '../desired/helm-world.js'

const build = (config: object = { replicas: 2 }): ReleaseResult => {
  const stored = readStoredRelease(helmSecret({ ...STORED, config }), SNAPSHOT)
  return { ok: true, build: { stored, objects: [], hooks: new Set() } }
}

function planOf(spec: object = {}, status: object = {}, given: Partial<HelmPlan> = {}): HelmPlan {
  const release = readHelmRelease(helmReleaseObject(spec, status))
  return { release, baseline: helmBaselineOf(release), build: build(), overtaken: false, ...given }
}

const ready = (status: string, reason: string, message: string) => ({
  conditions: [{ type: 'Ready', status, reason, message }],
})

const NEVER = { history: [], conditions: [] }

const failed = (
  code: 'FORBIDDEN' | 'NOT_FOUND' | 'RELEASE_INVALID',
  tryThis?: string,
): Partial<HelmPlan> => ({
  build: { ok: false, error: new GitOpsError(code, { what: 'what failed', why: 'its words', tryThis }) },
})

describe('the verdict of a HelmRelease', () => {
  it.each<[string, HelmPlan, string]>([
    ['installed', planOf(), 'in-sync'],
    ['on another cluster', planOf({ kubeConfig: {} }), 'excluded remote-cluster'],
    ['never seen by Flux', planOf({}, NEVER), 'pending never-installed'],
    ['suspended before that', planOf({ suspend: true }, NEVER), 'pending suspended'],
    [
      'that waits for another',
      planOf({}, { ...NEVER, ...ready('False', 'DependencyNotReady', 'unready') }),
      'pending dependency-not-ready',
    ],
    [
      'without its chart',
      planOf({}, { ...NEVER, ...ready('False', 'SourceNotReady', 'no chart') }),
      'failed source-not-ready',
    ],
    ['that failed', planOf({}, ready('False', 'UpgradeFailed', 'timed out')), 'failed upgrade-failed'],
    ['being reconciled', planOf({}, ready('Unknown', 'Progressing', 'running')), 'pending reconciling'],
    [
      'that was uninstalled',
      planOf({}, { history: [{ ...SNAPSHOT, status: 'uninstalled' }] }),
      'pending uninstalled',
    ],
    ['overtaken by hand', planOf({}, {}, { overtaken: true }), 'drifted release-overtaken'],
    ['whose release is gone', planOf({}, {}, failed('NOT_FOUND')), 'missing release-deleted'],
    ['that may not be read', planOf({}, {}, failed('FORBIDDEN')), 'unknown forbidden'],
    ['whose Secret is damaged', planOf({}, {}, failed('RELEASE_INVALID')), 'unknown release-invalid'],
    ['changed a moment ago', planOf({}, { observedGeneration: 3 }), 'pending not-rolled-out'],
    ['suspended, which is a change too', planOf({ suspend: true }, { observedGeneration: 3 }), 'in-sync'],
    [
      'with values that are not out',
      planOf({}, { lastAttemptedConfigDigest: 'sha256:5678' }),
      'pending not-rolled-out',
    ],
    [
      'with digests of two algorithms, which say nothing',
      planOf({}, { lastAttemptedConfigDigest: 'sha512:1234' }),
      'in-sync',
    ],
    [
      'with values changed while suspended',
      planOf({ suspend: true, values: { replicas: 3 } }),
      'pending not-rolled-out',
    ],
    [
      'suspended, with values from elsewhere',
      planOf({ suspend: true, values: { replicas: 3 }, valuesFrom: [{ kind: 'ConfigMap', name: 'x' }] }),
      'in-sync',
    ],
  ])('%s', (_, plan, expected) => {
    const { verdict, reason } = helmFindingOf(plan)
    expect([verdict, reason].filter((word) => word !== undefined).join(' ')).toBe(expected)
  })

  it('repeats what Flux says without the log of Helm, and says what objects are compared with', () => {
    const history = [{ ...SNAPSHOT, version: 4, status: 'failed' }, SNAPSHOT]
    const words = 'Helm upgrade failed: timed out\n\nLast Helm logs:\n\n2026 creating resource'
    expect(helmFindingOf(planOf({}, { history, ...ready('False', 'UpgradeFailed', words) })).message).toBe(
      'Helm upgrade failed: timed out\n' +
        'its objects are compared with release shop/web.v3 (deployed) and shop/web.v4 (failed)',
    )
  })

  it('hands on what to try', () => {
    expect(helmFindingOf(planOf({}, {}, failed('FORBIDDEN', 'grant it'))).tryThis).toBe('grant it')
  })
})

describe('the record of a HelmRelease', () => {
  it('says which chart and release are there', () => {
    expect(helmReleaseRecord(planOf({ driftDetection: { mode: 'enabled' } }), 5)).toEqual({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      namespace: 'flux-system',
      name: 'web',
      verdict: 'in-sync',
      chart: { name: 'web', version: '1.2.3' },
      release: { namespace: 'shop', name: 'web', version: 3, status: 'deployed' },
      lastDeployed: '2026-03-01T12:00:00Z',
      suspended: false,
      interval: '10m',
      driftDetection: 'enabled',
      objects: 5,
    })
  })

  it('shows no secret value that Helm quotes', () => {
    const status = ready('False', 'UpgradeFailed', 'cannot parse "pw=swordfish" (c3dvcmRmaXNo)')
    const plan = planOf({}, status, { build: build({ password: 'swordfish' }) })
    expect(helmReleaseRecord(plan, 0).message).toMatch(/^cannot parse "pw=\*\*\*" \(\*\*\*\)\n/)
  })

  it('says nothing of a release where there is none', () => {
    const record = helmReleaseRecord(planOf({}, NEVER), 0)
    expect(Object.keys(record)).not.toEqual(expect.arrayContaining(['chart']))
    expect(record.release).toBeUndefined()
  })
})

describe('what keeps Flux from putting back what drifted', () => {
  const enabled = { driftDetection: { mode: 'enabled' } }
  it.each<[string, HelmPlan, string | undefined]>([
    ['nothing', planOf(enabled), undefined],
    ['suspension', planOf({ ...enabled, suspend: true }), 'HelmRelease flux-system/web is suspended'],
    [
      'a dependency',
      planOf(enabled, ready('False', 'DependencyNotReady', '')),
      'Flux waits for a dependency',
    ],
    [
      'a failure',
      planOf(enabled, ready('False', 'UpgradeFailed', '')),
      'the newest attempt of Flux at HelmRelease flux-system/web has not succeeded',
    ],
    [
      'its own spec',
      planOf(),
      'spec.driftDetection is not enabled, so it puts nothing back until it upgrades the release',
    ],
    [
      'a mode that only warns',
      planOf({ driftDetection: { mode: 'warn' } }),
      'with spec.driftDetection.mode warn it only tells of drift, until it upgrades the release',
    ],
    ['nothing where it has to upgrade anyway', planOf({}, {}, { overtaken: true }), undefined],
  ])('is %s', (_, plan, expected) => {
    expect(helmHeldBecause(plan)).toBe(expected)
  })
})

describe('the values of a release that no record may show', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const secrets = (config: object, spec: object = {}) =>
    [...helmSecretValues(planOf(spec, {}, { build: build(config) }))].sort()

  it('are those below a name that calls them secret, in base64 as well', () => {
    const config = {
      image: 'example.com/web',
      auth: { password: 'swordfish', user: 'web' },
      credentials: { key: 'open-sesame', pin: 123456 },
      tokens: ['first', 'second'],
      maxTokens: 5,
    }
    const found = ['swordfish', 'open-sesame', '123456', 'first', 'second']
    expect(secrets(config)).toEqual([...found, ...found.map(base64)].sort())
  })

  it('are all that the HelmRelease does not say itself, where a Secret gives values', () => {
    const config = {
      image: 'example.com/web',
      host: 'db.internal',
      list: [{ dsn: 'x' }, 'long text'],
      port: 80,
    }
    const spec = { values: { image: 'example.com/web' }, valuesFrom: [{ kind: 'Secret', name: 'values' }] }
    const found = ['db.internal', 'x', 'long text']
    expect(secrets(config, spec)).toEqual([...found, ...found.map(base64)].sort())
    expect(secrets(config, { ...spec, valuesFrom: [{ kind: 'ConfigMap', name: 'values' }] })).toEqual(
      ['x', base64('x')].sort(),
    )
  })
})
