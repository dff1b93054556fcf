import { describe, expect, it } from '@jest/globals'
import {
  compareVersions,
  isInRange,
  parseRange,
  parseVersion,
} from '@kubectl-gitops/core/desired/source/semver-range.js'

const admitted = (range: string, versions: readonly string[]) => {
  const read = parseRange(range)
  if (read === undefined) return 'no range'
  return versions.filter((text) => {
    const version = parseVersion(text)
    return version !== undefined && isInRange(version, read)
  })
}

const VERSIONS = [
  '0.0.1',
  '0.1.2',
  '1.0.0-rc.1',
  '1.0.0',
  '1.2.3',
  '1.2.4',
  '1.3.0',
  '2.0.0-alpha',
  '2.0.0',
  '11.1.0',
]

describe('a range of versions', () => {
  it.each([
    ['*', ['0.0.1', '0.1.2', '1.0.0', '1.2.3', '1.2.4', '1.3.0', '2.0.0', '11.1.0']],
    ['1.x', ['1.0.0', '1.2.3', '1.2.4', '1.3.0']],
    ['v1.2', ['1.2.3', '1.2.4']],
    ['~1.2.4', ['1.2.4']],
    ['^1.2.4', ['1.2.4', '1.3.0']],
    ['^0.1', ['0.1.2']],
    ['>=1.0.0-0 <2.0.0', ['1.0.0-rc.1', '1.0.0', '1.2.3', '1.2.4', '1.3.0', '2.0.0-alpha']],
    ['>= 1.2.3, <1.3', ['1.2.3', '1.2.4']],
    ['1.2.3 - 1.3.0', ['1.2.3', '1.2.4', '1.3.0']],
    ['0.0.1 || >2', ['0.0.1', '11.1.0']],
    ['!=1.x >0.9', ['2.0.0', '11.1.0']],
    ['<=1.2', ['0.0.1', '0.1.2', '1.0.0', '1.2.3', '1.2.4']],
  ])('%s', (range, expected) => {
    expect(admitted(range, VERSIONS)).toEqual(expected)
  })

  it.each(['', 'latest', '1.2.3,', '>>1', '1.0>2', '1..2', `>=${'1'.repeat(300)}`])('is not %j', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })

  it('takes no time for a text that was made to take some', () => {
    const before = performance.now()
    expect(parseRange(`${'1'.repeat(60)} ${' '.repeat(180)}-`)).toBeUndefined()
    expect(performance.now() - before).toBeLessThan(200)
  })
})

describe('a version', () => {
  it.each(['1.2', 'v1', '1.2.3-01', '1.2.3-', 'release-1.2.3', '99999999999999999999.0.0'])(
    'is not %s',
    (tag) => {
      expect(parseVersion(tag)).toBeUndefined()
    },
  )

  it('is ordered by its parts, pre-releases before it, numbers before words', () => {
    const sorted = [
      '1.0.0-1',
      '1.0.0-2',
      '1.0.0-10',
      '1.0.0-a',
      '1.0.0-a.1',
      '1.0.0',
      '1.0.10',
      '1.2.0',
      '10.0.0',
    ]
    const read = sorted.map((text) => ({ text, version: parseVersion(text) }))
    const again = read
      .toReversed()
      .sort((a, b) => (a.version && b.version ? compareVersions(a.version, b.version) : 0))
    expect(again.map(({ text }) => text)).toEqual(sorted)
  })
})
