import { describe, expect, it } from '@jest/globals'
import { isColored } from '../../../plugin/src/printers/style.js'

describe('colours', () => {
  it.each([
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', false, { FORCE_COLOR: '0' }, false],
    ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ] as const)('--color %s, terminal %s, %j: %s', (choice, isTerminal, env, colored) => {
    expect(isColored(choice, isTerminal, env)).toBe(colored)
  })
})
