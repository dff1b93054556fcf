import { describe, expect, it } from '@jest/globals'
import {
  checkNames,
  isSubstituted,
  lookUp,
  mergeVariables,
  NO_VARIABLES,
  secretValues,
  substituteReferences,
  type VariableSource,
} from '@kubectl-gitops/core/desired/variables.js'

const source = (kind: VariableSource['kind'], data: Readonly<Record<string, string | undefined>>) => ({
  kind,
  data: new Map(Object.entries(data)),
})
const inline = (substitute: Readonly<Record<string, unknown>>) => ({ postBuild: { substitute } })

describe('references to variables', () => {
  it('are read in order; other kinds and unreadable ones are left out', () => {
    const substituteFrom = [
      { kind: 'ConfigMap', name: 'a' },
      { kind: 'Secret', name: 'b', optional: true },
      { kind: 'Service', name: 'c' },
      'd',
    ]
    expect(substituteReferences({ postBuild: { substituteFrom } })).toEqual([
      { kind: 'ConfigMap', name: 'a', optional: false },
      { kind: 'Secret', name: 'b', optional: true },
    ])
  })

  it.each([{}, { postBuild: {} }, { postBuild: { substituteFrom: null } }])('are none in %j', (spec) => {
    expect(substituteReferences(spec)).toEqual([])
  })
})

describe('merging variables', () => {
  it('lets a later source win, and the inline value over all of them', () => {
    const sources = [
      source('ConfigMap', { a: '1', b: '1', c: '1' }),
      source('Secret', { b: '2', c: '2', d: '2' }),
      source('ConfigMap', { c: '3' }),
    ]
    expect(mergeVariables(inline({ d: '4' }), sources)).toEqual({
      values: new Map(Object.entries({ a: '1', b: '2', c: '3', d: '4' })),
      secretNames: new Set(['b']),
      binaryNames: new Set(),
    })
  })

  it('takes newlines out of all values, and no other space', () => {
    const sources = [source('ConfigMap', { a: 'x\ny\n' }), source('Secret', { b: '\nz\r\n' })]
    expect([...mergeVariables(inline({ c: ' \n ' }), sources).values]).toEqual([
      ['a', 'xy'],
      ['b', 'z\r'],
      ['c', '  '],
    ])
  })

  it('refuses an inline value that is no string', () => {
    expect(() => mergeVariables(inline({ a: 1 }), [])).toThrow(
      expect.objectContaining({
        code: 'BUILD_FAILED',
        why: '.spec.postBuild.substitute accessor error: contains non-string value in the map: a',
      }),
    )
  })

  it('keeps a value that is no text from being used, and forgets it where a later source has text', () => {
    const binary = mergeVariables({}, [
      source('Secret', { a: undefined, b: undefined }),
      source('ConfigMap', { b: 'x' }),
    ])
    expect(lookUp(binary, 'b')).toBe('x')
    expect(() => lookUp(binary, 'a')).toThrow(expect.objectContaining({ code: 'SPEC_UNSUPPORTED' }))
    expect(lookUp(binary, 'c')).toBeUndefined()
  })

  it('names the secret values, without empty ones and those that a ConfigMap replaced', () => {
    const sources = [
      source('Secret', { a: 'swordfish', b: '', c: 'replaced', d: 'x' }),
      source('ConfigMap', { c: 'open' }),
    ]
    expect(secretValues(mergeVariables({}, sources))).toEqual(new Set(['swordfish', 'x']))
  })
})

describe('the names of variables', () => {
  it.each(['v-1', '1v', 'a.b', 'é', '', 'a b'])('may not be %j', (name) => {
    expect(() => {
      checkNames(mergeVariables(inline({ ok: 'x', [name]: 'x' }), []))
    }).toThrow(
      expect.objectContaining({
        code: 'BUILD_FAILED',
        why: `'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
      }),
    )
  })

  it.each(['v', '_', 'V_1', '_1'])('may be %j', (name) => {
    expect(() => {
      checkNames(mergeVariables(inline({ [name]: 'x' }), []))
    }).not.toThrow()
  })
})

describe('substitution', () => {
  it.each([
    [{}, false],
    [{ postBuild: {} }, false],
    [{ postBuild: { substituteStrategy: 'WithVariables' } }, false],
    [{ postBuild: { substituteStrategy: 'Always' } }, true],
    [inline({ a: '' }), true],
  ])('of %j takes place: %j', (spec, expected) => {
    expect(isSubstituted(spec, mergeVariables(spec, []))).toBe(expected)
  })

  it('does not take place without spec.postBuild', () => {
    expect(isSubstituted({}, { ...NO_VARIABLES, values: new Map([['a', 'b']]) })).toBe(false)
  })
})
