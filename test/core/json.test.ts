import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { formatJson, keptFloat, parseJson } from '@kubectl-gitops/core/json.js'

/** Makes every text one that holds a long integer, so that it is read the exact way. */
const exactly = (text: string): unknown => (parseJson(`[9007199254740993,${text}]`) as readonly unknown[])[1]

describe('reading JSON', () => {
  it('keeps integers of 64 bits, wherever they stand', () => {
    const text = `{"a": 9007199254740993, "b":[-9223372036854775808,9223372036854775807 ],
      "c": {"d":  -9007199254740993}, "9007199254740993": "9007199254740993"}`
    expect(parseJson(text)).toEqual({
      a: 9007199254740993n,
      b: [-9223372036854775808n, 9223372036854775807n],
      c: { d: -9007199254740993n },
      '9007199254740993': '9007199254740993',
    })
    expect(parseJson('9007199254740993')).toBe(9007199254740993n)
    expect(parseJson('-9007199254740993')).toBe(-9007199254740993n)
  })

  it('rounds what Kubernetes rounds, and nothing becomes a bigint that is exact as a number', () => {
    const text =
      '[18446744073709551615,9223372036854775808,9007199254740993.0,9007199254740991,1000000000000000]'
    expect(parseJson(text)).toEqual([
      18446744073709552000, 9223372036854775808, 9007199254740992, 9007199254740991, 1_000_000_000_000_000,
    ])
  })

  it('reads anything else as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 3 }), (text, indent) => {
        const value: unknown = JSON.parse(text)
        expect(formatJson(parseJson(text))).toBe(JSON.stringify(value))
        expect(formatJson(exactly(JSON.stringify(value, null, indent)))).toBe(JSON.stringify(value))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    '"\\\\"',
    '"a\\\\\\"b\\u0022,]}"',
    '{"__proto__":{"a":1},"a":{},"b":[]}',
    '{"a":1,"a":2}',
    ' [ ] ',
    '{"\\"":"\\\\","\ud83d\ude00":"\\ud83d\\ude00"}',
    '[true,false,null,-0,1e3,-1.5E-3]',
    '"https://x:1234567890123456789/,[1234567890123456789]"',
  ])('%s is what it is', (text) => {
    const value = exactly(text)
    expect(value).toEqual(JSON.parse(text))
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(text)))
  })

  it('refuses what is no JSON', () => {
    for (const text of ['', '[9007199254740993', '{"a":09007199254740993}', '[9007199254740993,]']) {
      expect(() => parseJson(text)).toThrow(SyntaxError)
    }
  })
})

describe('printing JSON', () => {
  const bigger = fc.oneof(fc.jsonValue(), fc.bigInt({ min: 9007199254740993n, max: 9223372036854775807n }))
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(bigger, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
  })).value

  it('is undone by reading it', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const printed = formatJson(value)
        expect(formatJson(parseJson(printed))).toBe(printed)
        expect(parseJson(formatJson(value, 2))).toEqual(parseJson(printed))
      }),
      { numRuns: 500 },
    )
  })

  it('prints as JSON.stringify does, but for the digits', () => {
    const value = { a: [1, [], {}, undefined, [{}]], b: undefined, c: { d: 'x\n', e: null } }
    for (const indent of [0, 2, 4]) {
      const printed = formatJson({ big: 9007199254740993n, ...value }, indent)
      expect(printed).toBe(
        JSON.stringify({ big: 0, ...value }, null, indent).replace('0', '9007199254740993'),
      )
    }
  })
})

describe('a float', () => {
  it('that is whole is an integer once it was JSON of Go', () => {
    expect([1.5, 1e15, 1e18, -1e18, 1e19, 1e21].map(keptFloat)).toEqual([
      1.5,
      1e15,
      1_000_000_000_000_000_000n,
      -1_000_000_000_000_000_000n,
      1e19,
      1e21,
    ])
  })
})
