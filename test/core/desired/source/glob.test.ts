import { describe, expect, it } from '@jest/globals'
import { codePoints, matchesGlob, parseGlob } from '@kubectl-gitops/core/desired/source/glob.js'

const MALFORMED = 'malformed'

function match(pattern: string, name: string): boolean | typeof MALFORMED {
  const glob = parseGlob(pattern)
  return glob === undefined ? MALFORMED : matchesGlob(glob, codePoints(name))
}

describe('a glob', () => {
  // Go path/filepath/match_test.go, without the names that hold a slash: a segment never does.
  const vectors: readonly (readonly [string, string, boolean | typeof MALFORMED])[] = [
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'abc', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['a[^a][^a][^a]b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'x', true],
    ['[x\\-]', '-', true],
    ['[x\\-]', 'z', false],
    ['[\\-x]', 'x', true],
    ['[\\-x]', '-', true],
    ['[\\-x]', 'a', false],
    ['[]a]', ']', MALFORMED],
    ['[-]', '-', MALFORMED],
    ['[x-]', 'x', MALFORMED],
    ['[x-]', 'z', MALFORMED],
    ['[-x]', 'x', MALFORMED],
    ['\\', 'a', MALFORMED],
    ['[a-b-c]', 'a', MALFORMED],
    ['[', 'a', MALFORMED],
    ['[^', 'a', MALFORMED],
    ['[^bc', 'a', MALFORMED],
    ['a[', 'a', MALFORMED],
    ['a[', 'ab', MALFORMED],
    ['a[', 'x', MALFORMED],
    ['*x', 'xxx', true],
    ['', '', true],
    ['', 'a', false],
    ['**', 'anything', true],
    ['*.yaml', '.yaml', true],
    ['[z-a]', 'm', false],
    ['[^z-a]', 'm', true],
    ['a*b*c', 'abc', true],
    ['a*bc', 'abcbc', true],
    ['?', '😀', true],
  ]
  it.each(vectors)('%j against %j is %j', (pattern, name, expected) => {
    expect(match(pattern, name)).toBe(expected)
  })

  it('that a hostile repository wrote to take forever is answered at once', () => {
    const started = performance.now()
    expect(match(`${'*a'.repeat(100)}*b`, 'a'.repeat(255))).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
