import { describe, expect, it } from '@jest/globals'
import { impersonationHeaders } from '@kubectl-gitops/core/live/impersonation.js'

describe('impersonationHeaders', () => {
  it('sends nothing where nobody is impersonated', () => {
    expect(impersonationHeaders({}, {})).toEqual({})
  })

  it('sends what the kubeconfig says, each group as a header of its own', () => {
    const user = {
      as: 'jo',
      'as-uid': '7',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'example.com/Scopes': ['x'] },
    }
    expect(impersonationHeaders(user, {})).toEqual({
      'impersonate-user': 'jo',
      'impersonate-uid': '7',
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-example.com%2Fscopes': ['x'],
    })
  })

  it('lets each flag replace its part of the kubeconfig', () => {
    const user = { as: 'jo', 'as-groups': ['a'] }
    expect([
      impersonationHeaders(user, { as: 'ann' }),
      impersonationHeaders(user, { asGroups: ['b'] }),
      impersonationHeaders(user, { as: '', asGroups: [] }),
    ]).toEqual([
      { 'impersonate-user': 'ann', 'impersonate-group': ['a'] },
      { 'impersonate-user': 'jo', 'impersonate-group': ['b'] },
      { 'impersonate-user': 'jo', 'impersonate-group': ['a'] },
    ])
  })

  it('refuses a group without a user, as kubectl does', () => {
    expect(() => impersonationHeaders({}, { asGroups: ['system:masters'] })).toThrow(
      expect.objectContaining({ code: 'USAGE', why: 'a group, uid or extra is asked for without a user' }),
    )
  })

  it.each(['jo\r\nauthorization: x', 'jo\u0000', 'j\u2603'])('refuses the user %j', (as) => {
    expect(() => impersonationHeaders({}, { as })).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
