import { describe, expect, it } from '@jest/globals'
import { labelSelector } from '@kubectl-gitops/core/drift/rules/label-selector.js'

const LABELS = { app: 'web', tier: '', 'example.org/team': 'shop' }

describe('a label selector', () => {
  it.each([
    ['app', true],
    ['!app', false],
    ['!old', true],
    ['app=web', true],
    ['app == web', true],
    ['app=', false],
    ['tier=', true],
    ['app!=web', false],
    ['old!=x', true],
    ['app in (api, web)', true],
    ['app notin (api,web)', false],
    ['old notin (api)', true],
    ['old in (api)', false],
    ['example.org/team=shop,app in (web,api),!old', true],
    ['example.org/team=shop,app in (api)', false],
  ])('%s: %p', (text, expected) => {
    expect(labelSelector(text)(LABELS)).toBe(expected)
  })

  it('takes an object without labels as one that has none', () => {
    expect(labelSelector('app')(undefined)).toBe(false)
  })

  it.each(['', 'app in', 'app=a=b', 'app in (a', '=web', 'app,,tier', 'a b'])('%p is refused', (text) => {
    expect(() => labelSelector(text)).toThrow(/is not a term of a label selector/)
  })
})
