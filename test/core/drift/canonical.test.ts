import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareScalars, parseDuration, parseQuantity } from '@kubectl-gitops/core/drift/canonical.js'

const quantity = fc
  .tuple(
    fc.constantFrom('', '+', '-'),
    fc.constantFrom('0', '1', '2', '05', '1.5', '.5', '100', '1000', '1024', '0.001', '3.'),
    fc.constantFrom(
      '',
      'n',
      'u',
      'm',
      'k',
      'M',
      'G',
      'T',
      'P',
      'E',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'e3',
      'E3',
      'e-3',
      'e+1',
    ),
  )
  .map((parts) => parts.join(''))

describe('quantities', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1000M', '1G'],
    ['1024Mi', '1Gi'],
    ['1E3', '1000'],
    ['1e3', '1k'],
    ['1E', '1000P'],
    ['.5Gi', '512Mi'],
    ['12000m', 12],
    [0.1, '100m'],
    ['1.5e-1', '150m'],
    ['0.1n', '1n'],
    ['-0', '0'],
    ['1000E', '9223372036854775807'],
  ])('%p and %p are the same', (git, live) => {
    expect(compareScalars(git, live, 'quantity', false)).toBe('equivalent')
  })

  it.each([
    ['1000Mi', '1Gi'],
    ['1M', '1Mi'],
    ['1m', '1M'],
    ['-1', '1'],
    ['1n', '2n'],
    ['9007199254740993', '9007199254740992'],
  ])('%p and %p differ', (git, live) => {
    expect(compareScalars(git, live, 'quantity', false)).toBe('different')
  })

  it.each(['', '.', '+', 'm', '1mm', '1 G', '1e', '1KI', 'NaN', '0x10', '1e3m', true, null, {}])(
    '%p is none',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined()
    },
  )

  it('are equal or not as an equivalence: reflexive, symmetric, transitive', () => {
    const same = (a: string, b: string) => compareScalars(a, b, 'quantity', false) !== 'different'
    fc.assert(
      fc.property(quantity, quantity, quantity, (a, b, c) => {
        expect(same(a, a)).toBe(true)
        expect(same(a, b)).toBe(same(b, a))
        if (same(a, b) && same(b, c)) expect(same(a, c)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('grow by a thousand or by 1024 from suffix to suffix', () => {
    const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P']
    const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi']
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), (n) => {
        for (const [i, suffix] of decimal.slice(1).entries())
          expect(parseQuantity(`${n}${suffix}`)).toBe(parseQuantity(`${n}000${decimal[i]!}`))
        for (const [i, suffix] of binary.slice(1).entries())
          expect(parseQuantity(`${n}${suffix}`)).toBe(parseQuantity(`${n * 1024}${binary[i]!}`))
      }),
    )
  })
})

describe('durations', () => {
  it.each([
    ['2160h', '2160h0m0s'],
    ['1h30m', '90m'],
    ['1.1s', '1100ms'],
    ['0', '0s'],
    ['-0s', '0s'],
    ['1us', '1µs'],
    ['-1.5h', '-90m'],
  ])('%s and %s are the same in a custom resource, and differ elsewhere', (git, live) => {
    expect(compareScalars(git, live, 'plain', true)).toBe('equivalent')
    expect(compareScalars(git, live, 'plain', false)).toBe('different')
  })

  it.each(['', '1', 'h', '1h 30m', '1d', '.s', '1.1', '1hm'])('%p is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('are read in nanoseconds, without the error of a float', () => {
    expect(parseDuration('1m30.000000001s')).toBe(90_000_000_001)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 999 }), (s, ms) => {
        expect(parseDuration(`${s}.${String(ms).padStart(3, '0')}s`)).toBe((s * 1000 + ms) * 1e6)
      }),
    )
  })
})

describe('other scalars', () => {
  it('base64 is compared by its bytes, and only where it is base64', () => {
    expect(compareScalars('aHVu\ndGVy\n', 'aHVudGVy', 'byte', false)).toBe('equivalent')
    expect(compareScalars('aHVudGVy', 'aHVudGVz', 'byte', false)).toBe('different')
    expect(compareScalars('!!!!', '????', 'byte', false)).toBe('different')
    expect(compareScalars('_w==', '/w==', 'byte', false)).toBe('different')
  })

  it('an instant is compared as one, to the last digit', () => {
    const same = (a: string, b: string) => compareScalars(a, b, 'date-time', false)
    expect(same('2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00Z')).toBe('equivalent')
    expect(same('2026-01-01T00:00:00.500000Z', '2026-01-01T00:00:00.5Z')).toBe('equivalent')
    expect(same('2026-01-01T00:00:00.000001Z', '2026-01-01T00:00:00.000002Z')).toBe('different')
    expect(same('1', '01')).toBe('different')
  })

  it('a number is never a text, true is never a text', () => {
    expect(compareScalars(80, '80', 'int-or-string', true)).toBe('different')
    expect(compareScalars(true, 'true', 'plain', true)).toBe('different')
    expect(compareScalars('a', 'a\n', 'plain', true)).toBe('different')
    expect(compareScalars(1, 1, 'plain', false)).toBe('equal')
  })
})

describe('numbers', () => {
  it('beyond 2^53 are equal where every digit is', () => {
    const likeness = (git: unknown, live: unknown) => compareScalars(git, live, 'plain', true)
    expect(likeness(9007199254740993n, 9007199254740993n)).toBe('equal')
    expect(likeness(9007199254740993n, 9007199254740992n)).toBe('different')
    expect(likeness(9007199254740993n, 9007199254740992)).toBe('different')
    expect(likeness(9007199254740993n, '9007199254740993')).toBe('different')
  })

  it('are equal to the float that the server made an integer of', () => {
    expect(compareScalars(1e18, 1_000_000_000_000_000_000n, 'plain', true)).toBe('equal')
    expect(compareScalars(Number(1234567890123456789n), 1234567890123456800n, 'plain', true)).toBe('equal')
  })

  it('may be quantities of any size', () => {
    expect(compareScalars(9007199254740993n, '9007199254740993', 'quantity', false)).toBe('equivalent')
    expect(compareScalars(9007199254740993n, '9007199254740992', 'quantity', false)).toBe('different')
  })
})
