import { describe, expect, it } from '@jest/globals'
import { anchoredPattern } from '@kubectl-gitops/core/drift/rules/anchored-pattern.js'

describe('an anchored pattern', () => {
  it.each([
    ['web', 'web', true],
    ['web', 'webs', false],
    ['we', 'web', false],
    ['', '', true],
    ['', 'a', false],
    ['a|b', 'b', true],
    ['a|bc', 'ac', false],
    ['a||b', '', true],
    ['.*-canary', 'web-canary', true],
    ['web.', 'web-', true],
    [String.raw`web\.example`, 'webxexample', false],
    [String.raw`\d+`, '2026', true],
    [String.raw`\D+`, '2026', false],
    [String.raw`[\w-]+`, 'a_b-c', true],
    ['[a-c]{2,3}', 'abc', true],
    ['[a-c]{2,3}', 'a', false],
    ['[a-c]{2}', 'abc', false],
    ['[a-c]{2,}', 'abcabc', true],
    ['[^a-c]', 'd', true],
    ['[^a-c]', 'b', false],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['(ab)?c', 'c', true],
    ['(?:ab)+', 'abab', true],
    ['(a|b)*c', 'ababc', true],
    ['(a*)*', 'aaa', true],
    ['^web$', 'web', true],
    ['web$x', 'webx', false],
    ['(?i)WEB', 'web', true],
    ['a{', 'a{', true],
    ['a+?', 'aa', true],
  ])('%p matches %p: %p', (pattern, text, expected) => {
    expect(anchoredPattern(pattern)(text)).toBe(expected)
  })

  it('agrees with the engine of JavaScript over generated patterns', () => {
    const random = generator(20261128)
    for (let round = 0; round < 3000; round++) {
      const pattern = expression(random, 3)
      const text = Array.from({ length: random(7) }, () => 'abc'[random(3)]).join('')
      const wanted = new RegExp(`^(?:${pattern})$`).test(text)
      expect([round, pattern, text, anchoredPattern(pattern)(text)]).toEqual([round, pattern, text, wanted])
    }
  })

  it.each([
    ['(', 'a ( is not closed'],
    ['a\\', 'the pattern ends too early'],
    ['(a', 'a ( is not closed'],
    ['a)', 'a ) has no ('],
    ['[a', 'a [ is not closed'],
    ['*a', '* repeats nothing'],
    ['a**', 'a repetition is repeated'],
    ['(?=a)', 'of groups only (…) and (?:…) are known'],
    [String.raw`(a)\1`, String.raw`\1 is not known`],
    ['[c-a]', 'c-a is not a range'],
    ['[[:alpha:]]', 'classes like [:alpha:] are not known'],
    ['a{3,2}', '{3,2} is not a number of repetitions up to 100'],
    ['a{1001}', '{1001} is not a number of repetitions up to 100'],
    ['((a{100}){100}){100}', 'the pattern is too large'],
    ['('.repeat(60) + ')'.repeat(60), 'groups are nested too deep'],
  ])('%p is refused: %s', (pattern, words) => {
    expect(() => anchoredPattern(pattern)).toThrow(new SyntaxError(words))
  })
})

/** Whole numbers below a bound, the same ones in every run (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function expression(random: (below: number) => number, depth: number): string {
  const inner = (): string => expression(random, depth - 1)
  switch (depth === 0 ? random(3) : random(8)) {
    case 0:
    case 1:
      return 'abc'[random(3)] ?? ''
    case 2:
      return ['.', '[ab]', '[^a]', ''][random(4)] ?? ''
    case 3:
      return `(${inner()})${['*', '+', '?', '{1,2}', '{2}'][random(5)] ?? ''}`
    case 4:
      return `(?:${inner()}|${inner()})`
    default:
      return inner() + inner()
  }
}
