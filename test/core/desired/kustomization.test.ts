import { describe, expect, it } from '@jest/globals'
import {
  isKustomization,
  normalizePath,
  readKustomization,
  readyCondition,
} from '@kubectl-gitops/core/desired/kustomization.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const GROUP = 'kustomize.toolkit.fluxcd.io'

const object = (apiVersion: string, kind: string, fields: object = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'apps', namespace: 'team' },
  ...fields,
})

const EMPTY_STATUS = {
  conditions: [],
  lastAppliedRevision: undefined,
  lastAttemptedRevision: undefined,
  inventory: [],
  history: [],
}

describe('a Kustomization', () => {
  it.each(['v1', 'v1beta2', 'v1beta1'])('of %s is read', (version) => {
    const spec = {
      path: './apps/',
      prune: true,
      suspend: true,
      interval: '10m0s',
      kubeConfig: { secretRef: { name: 'k' } },
      sourceRef: { kind: 'OCIRepository', name: 's', namespace: 'other' },
      dependsOn: [{ name: 'infra' }, { name: 'crds', namespace: 'base' }],
    }
    const status = {
      conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: 'ok' }],
      lastAppliedRevision: 'main@sha1:1',
      lastAttemptedRevision: 'main@sha1:2',
      inventory: { entries: [{ id: 'a_b__C', v: 'v1' }] },
      history: [
        {
          digest: 'sha256:1',
          lastReconciled: '2026-01-01T00:00:00Z',
          lastReconciledStatus: 'ReconciliationSucceeded',
          metadata: { revision: 'main@sha1:1' },
        },
      ],
    }
    const kustomization = object(`${GROUP}/${version}`, 'Kustomization', { spec, status })
    expect(isKustomization(kustomization)).toBe(true)
    expect(readKustomization(kustomization)).toEqual({
      apiVersion: `${GROUP}/${version}`,
      namespace: 'team',
      name: 'apps',
      spec,
      source: { kind: 'OCIRepository', namespace: 'other', name: 's' },
      path: 'apps',
      dependsOn: [
        { kind: 'Kustomization', namespace: 'team', name: 'infra' },
        { kind: 'Kustomization', namespace: 'base', name: 'crds' },
      ],
      suspended: true,
      prune: true,
      interval: '10m0s',
      remote: true,
      status: {
        ...status,
        inventory: [{ id: 'a_b__C', v: 'v1' }],
        history: [
          {
            digest: 'sha256:1',
            revision: 'main@sha1:1',
            status: 'ReconciliationSucceeded',
            lastReconciled: '2026-01-01T00:00:00Z',
          },
        ],
      },
    })
  })

  it('is read from garbage without a fault', () => {
    const bare = {
      apiVersion: `${GROUP}/v1`,
      namespace: 'team',
      name: 'apps',
      spec: {},
      source: { kind: 'GitRepository', namespace: 'team', name: '' },
      path: '',
      dependsOn: [],
      suspended: false,
      prune: false,
      interval: undefined,
      remote: false,
      status: EMPTY_STATUS,
    }
    expect(readKustomization(object(`${GROUP}/v1`, 'Kustomization'))).toEqual(bare)
    expect(readKustomization(object(`${GROUP}/v1`, 'Kustomization', { spec: 'x', status: [] }))).toEqual(bare)
    const spec = { path: 7, sourceRef: 'x', dependsOn: { a: 1 }, suspend: 'true', prune: 1, interval: 5 }
    const status = { conditions: 'x', inventory: 7, history: null, lastAppliedRevision: '' }
    expect(readKustomization(object(`${GROUP}/v1`, 'Kustomization', { spec, status }))).toEqual({
      ...bare,
      spec,
    })
  })

  it('is not kustomize’s own kind of the same name, nor another kind', () => {
    expect(isKustomization(object('kustomize.config.k8s.io/v1beta1', 'Kustomization'))).toBe(false)
    expect(isKustomization(object(`${GROUP}/v1`, 'Other'))).toBe(false)
  })
})

describe('a path', () => {
  it.each([
    ['./', ''],
    ['', ''],
    ['.', ''],
    ['/', ''],
    ['./apps/', 'apps'],
    ['/apps//web', 'apps/web'],
    ['apps/../infra', 'infra'],
    ['../../etc', 'etc'],
  ])('%j is %j in the artifact', (path, normal) => {
    expect(normalizePath(path)).toBe(normal)
  })
})

describe('the condition Ready', () => {
  it('is found among others, with what is missing left empty', () => {
    const { conditions } = readKustomization(
      object(`${GROUP}/v1`, 'Kustomization', {
        status: { conditions: [{ type: 'Healthy' }, { type: 'Ready' }, 7] },
      }),
    ).status
    expect(readyCondition(conditions)).toEqual({ type: 'Ready', status: 'Unknown', reason: '', message: '' })
    expect(readyCondition([])).toBeUndefined()
  })
})
