import { describe, expect, it } from '@jest/globals'
import {
  goText,
  printYaml,
  readPrintedYaml,
  readUnambiguousYaml,
  readYaml,
} from '@kubectl-gitops/core/desired/yaml.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'

const one = (text: string) => readYaml(text, 'file.yaml')[0]

function refused(read: () => unknown): { code: string; what: string; why: string | undefined } {
  try {
    read()
  } catch (error) {
    if (error instanceof GitOpsError) return { code: error.code, what: error.message, why: error.why }
  }
  throw new Error('it was read')
}

describe('a plain scalar', () => {
  const scalars: readonly (readonly [string, unknown])[] = [
    ['yes', true],
    ['Off', false],
    ['y', true],
    ['n', false],
    ['yES', 'yES'],
    ['~', null],
    ['Null', null],
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['-0b11', -3],
    ['+7', 7],
    ['1_000', 1000],
    ['08', 8],
    ['1.10', 1.1],
    ['.5', 0.5],
    ['1e3', 1000],
    ['12e4567', '12e4567'],
    ['1:30', '1:30'],
    ['2024-01-01', '2024-01-01'],
    ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00Z'],
    ['v1.0', 'v1.0'],
    ['0x', '0x'],
    ['_1', '_1'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709551615n],
    ['99999999999999999999', '+1e+20'.slice(1)],
    ['1234e05', '1.234e+08'],
  ]
  it.each(scalars)('%s is %p, as for Go', (text, value) => {
    expect(one(`a: ${text}\nb: "${text}"`)).toEqual({ a: value, b: text })
  })
})

describe('text made of a scalar', () => {
  const texts: readonly (readonly [unknown, unknown])[] = [
    [1.1, '1.1'],
    [1.23456789, '1.2345679'],
    [0.00001, '1e-05'],
    [1234.5, '1234.5'],
    [1e300, '+Inf'],
    [20240101, '20240101'],
    [true, 'true'],
    [9007199254740993n, '9007199254740993'],
    ['kept', 'kept'],
    [null, null],
  ]
  it.each(texts)('of %p is %p, as Go prints a float32', (value, text) => {
    expect(goText(value)).toBe(text)
  })
})

describe('YAML that people wrote', () => {
  it('may have several documents, Windows line ends and a byte order mark; empty documents are no documents', () => {
    expect(readYaml('\ufeffa: 1\r\n---\r\n---\r\nb: |\r\n  x\r\n', 'f')).toEqual([{ a: 1 }, { b: 'x\n' }])
  })

  it('lets the last of two equal keys hold', () => {
    expect(one('a: 1\nb: 2\na: 3\n')).toEqual({ a: 3, b: 2 })
  })

  it('merges in the order it is written, so that a later merge overrides', () => {
    expect(one('p: &x {a: 1, b: 1}\nq: {a: 2, <<: *x}\nr: {<<: *x, a: 3}\n')).toEqual({
      p: { a: 1, b: 1 },
      q: { a: 1, b: 1 },
      r: { a: 3, b: 1 },
    })
  })

  it('lets the first of several merged mappings win', () => {
    expect(one('x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y]}\n')).toMatchObject({ z: { a: 1, b: 2 } })
  })

  it('names the line and keeps the text to itself where it is broken', () => {
    expect(refused(() => readYaml('a: 1\npassword: "hunter2\n', 'apps/x.yaml'))).toEqual({
      code: 'YAML_INVALID',
      what: 'apps/x.yaml is not valid YAML',
      why: 'unexpected end of the stream within a double quoted scalar (line 3, column 1)',
    })
    const faults = [
      'a: *hunter2',
      'a: !hunter2 x',
      'hunter2: [}',
      '\thunter2: x',
      'a: .inf',
      'a: !!binary aHVudGVyMg==',
    ]
    for (const fault of faults) {
      const { code, why } = refused(() => readYaml(fault, 'x.yaml'))
      expect([code, why]).toEqual(['YAML_INVALID', expect.not.stringContaining('hunter2')])
    }
  })

  it('is refused where a few aliases stand for more than anybody wrote', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 9; i++) bomb.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]`)
    expect(refused(() => readYaml(bomb.join('\n'), 'x.yaml')).why).toBe(
      'more than 1000000 values, aliases included',
    )
  })

  it('is refused where it is nested deeper than can be read', () => {
    expect(refused(() => readYaml('['.repeat(100_000), 'x.yaml')).code).toBe('YAML_INVALID')
  })

  it('keeps a key that would be a trap in JavaScript', () => {
    expect(Object.keys(one('__proto__: {polluted: 1}\nconstructor: 2') as object)).toEqual([
      '__proto__',
      'constructor',
    ])
  })
})

describe('YAML that another reader reads as well', () => {
  it.each([
    ['equal keys', 'a: 1\na: 2\n'],
    ['merge keys', 'a: &a {b: 1}\nc: {<<: *a}\n'],
    ['a line break of YAML 1.1', 'a: 1 # x\u2028b: 2\n'],
  ])('may not have %s', (_, text) => {
    expect(refused(() => readUnambiguousYaml(text, 'x.yaml')).code).toBe('YAML_INVALID')
  })
})

describe('YAML that kustomize printed', () => {
  it('is read as Flux reads it', () => {
    expect(readPrintedYaml('a: 1e+06\nb: "yes"\nc: 0.5\nd: 2024-01-01\n---\ne: []\n', 'the build')).toEqual([
      { a: 1_000_000, b: 'yes', c: 0.5, d: '2024-01-01' },
      { e: [] },
    ])
  })

  it('keeps every integer of 64 bits, and of a larger one what Go keeps', () => {
    const text =
      'a: [9007199254740991, 9007199254740993, -9223372036854775808, 9223372036854775807]\n' +
      'b: [9223372036854775808, 18446744073709551615, 18446744073709551616]\n'
    expect(readPrintedYaml(text, 'the build')).toEqual([
      {
        a: [9007199254740991, 9007199254740993n, -9223372036854775808n, 9223372036854775807n],
        b: [9223372036854775808, 18446744073709552000, 18446744073709552000],
      },
    ])
  })

  it('takes a whole float for the integer that the server gets to see', () => {
    expect(readPrintedYaml('[1e+15, 1e+18, 1.2345678901234567e+18, 1e+19, 1e+21]', 'the build')).toEqual([
      [1_000_000_000_000_000, 1_000_000_000_000_000_000n, 1234567890123456800n, 1e19, 1e21],
    ])
  })
})

describe('printed as JSON', () => {
  it('a value is read back as it was, by any reader of YAML', () => {
    const value = {
      a: ['\u2028\u0085\u007f\ufeff', null, true, 1.5, 9007199254740993n],
      'é\n"': { '😀': '' },
    }
    const text = printYaml(value)
    expect(text).toMatch(/^[^\u007f-\u00a0\u2028\u2029\ufeff]+$/)
    expect(one(text)).toEqual(value)
  })
})
