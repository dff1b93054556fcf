import { describe, expect, it } from '@jest/globals'
import { nearWord } from '@kubectl-gitops/core/near-word.js'

describe('the near word', () => {
  it.each([
    ['drfit', 'drift'],
    ['drif', 'drift'],
    ['drifts', 'drift'],
    ['verion', 'version'],
    ['help', undefined],
    ['', undefined],
  ])('to %j is %j', (typed, near) => {
    expect(nearWord(typed, ['drift', 'version'])).toBe(near)
  })
})
