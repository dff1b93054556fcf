import { describe, expect, it } from '@jest/globals'
import type { ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { pairRenamed } from '@kubectl-gitops/core/survey/renamed.js'

const owner = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'apps' }
const record = (name: string, given: Partial<ObjectRecord>): ObjectRecord => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name,
  owner,
  verdict: 'missing',
  ...given,
})
const missing = (name: string, given: Partial<ObjectRecord> = {}) =>
  record(name, { reason: 'deleted', ...given })
const orphan = (name: string, given: Partial<ObjectRecord> = {}) =>
  record(name, { verdict: 'orphaned', reason: 'prune-pending', ...given })

describe('a generated object that is missing', () => {
  it('and one that differs in the hash of its name are one that is drifted', () => {
    const built = [
      missing('a-4b5c6d7f8g', { message: 'Flux will create it again' }),
      record('b', { verdict: 'in-sync' }),
    ]
    expect(pairRenamed(built, [orphan('a-9h2k5m7t4b', { message: 'Flux will delete it' })])).toEqual([
      missing('a-4b5c6d7f8g', {
        verdict: 'drifted',
        reason: 'renamed',
        message:
          'on the cluster it is a-9h2k5m7t4b, of other content; Flux will create it again; of a-9h2k5m7t4b: Flux will delete it',
      }),
      built[1],
    ])
  })

  it.each([
    ['another name', [missing('a-4b5c6d7f8g')], [orphan('b-9h2k5m7t4b')]],
    ['another namespace', [missing('a-4b5c6d7f8g')], [orphan('a-9h2k5m7t4b', { namespace: 'x' })]],
    ['another kind', [missing('a-4b5c6d7f8g')], [orphan('a-9h2k5m7t4b', { kind: 'Secret' })]],
    [
      'a kind that is not generated',
      [missing('a-4b5c6d7f8g', { kind: 'Service' })],
      [orphan('a-9h2k5m7t4b', { kind: 'Service' })],
    ],
    ['a name without a hash', [missing('a-settings')], [orphan('a-9h2k5m7t4b')]],
    ['two that can be meant', [missing('a-4b5c6d7f8g')], [orphan('a-9h2k5m7t4b'), orphan('a-9h2k5m7t4c')]],
    ['two that are missing', [missing('a-4b5c6d7f8g'), missing('a-4b5c6d7f8h')], [orphan('a-9h2k5m7t4b')]],
    ['none that is missing', [record('a-4b5c6d7f8g', { verdict: 'in-sync' })], [orphan('a-9h2k5m7t4b')]],
  ])('and %s stay apart', (_, built, orphans) => {
    expect(pairRenamed(built, orphans)).toEqual([...built, ...orphans])
  })
})
