import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formatInventoryEntry, parseInventoryEntry } from '@kubectl-gitops/core/live/inventory.js'

const RBAC = 'rbac.authorization.k8s.io'

describe('parseInventoryEntry', () => {
  it.each([
    ['_faces__Namespace', { group: '', kind: 'Namespace', namespace: '', name: 'faces' }],
    [
      'faces_smiley_apps_Deployment',
      { group: 'apps', kind: 'Deployment', namespace: 'faces', name: 'smiley' },
    ],
    ['faces_smiley__Service', { group: '', kind: 'Service', namespace: 'faces', name: 'smiley' }],
    [
      `_faces__read_${RBAC}_ClusterRole`,
      { group: RBAC, kind: 'ClusterRole', namespace: '', name: 'faces:read' },
    ],
    [`shop_a__b__c_${RBAC}_Role`, { group: RBAC, kind: 'Role', namespace: 'shop', name: 'a:b:c' }],
    // like the Go code: pairs are read from the left, what is left over stays
    [`_a___b_${RBAC}_ClusterRole`, { group: RBAC, kind: 'ClusterRole', namespace: '', name: 'a:_b' }],
    ['ns_under_score_g_K', { group: 'g', kind: 'K', namespace: 'ns', name: 'under_score' }],
  ])('reads %s', (id, key) => {
    expect(parseInventoryEntry({ id, v: 'v1' })).toEqual({ key, version: 'v1' })
  })

  it.each(['', 'x', '_', '__', '___', 'a_b', 'a_b_C', 'a__g_K', 'a_b_g_'])(
    'does not make up an object for %j',
    (id) => {
      expect(parseInventoryEntry({ id, v: 'v1' })).toBeUndefined()
    },
  )
})

describe('formatInventoryEntry', () => {
  it('writes a colon as two underscores for RBAC kinds only', () => {
    const key = { namespace: '', name: 'a:b' }
    const version = 'v1'
    expect([
      formatInventoryEntry({ key: { ...key, group: RBAC, kind: 'ClusterRole' }, version }),
      formatInventoryEntry({ key: { ...key, group: 'example.com', kind: 'Widget' }, version }),
    ]).toEqual([
      { id: `_a__b_${RBAC}_ClusterRole`, v: 'v1' },
      { id: '_a:b_example.com_Widget', v: 'v1' },
    ])
  })

  it('writes what parseInventoryEntry reads back', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?$/)
    const kind = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/)
    const plain = fc.record({
      group: fc.oneof(fc.constant(''), label),
      kind,
      namespace: fc.oneof(fc.constant(''), label),
      name: label,
    })
    const rbac = fc.record({
      group: fc.constant(RBAC),
      kind: fc.constantFrom('Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'),
      namespace: fc.oneof(fc.constant(''), label),
      name: fc.stringMatching(/^[a-z0-9]+(:[a-z0-9.-]+){0,3}$/),
    })
    fc.assert(
      fc.property(fc.oneof(plain, rbac), label, (key, version) => {
        expect(parseInventoryEntry(formatInventoryEntry({ key, version }))).toEqual({ key, version })
      }),
    )
  })
})
