import { describe, expect, it } from '@jest/globals'
import { childOf, holds, holdersOf, isLeaf } from '@kubectl-gitops/core/drift/managed-fields.js'
import { fieldPath, type Path } from '@kubectl-gitops/core/pointer.js'
import { THING } from './openapi.js'

const FIELDS = {
  'f:spec': {
    'f:name': {},
    'f:open': {},
    'f:selector': {},
    'f:args': {},
    'f:env': {},
    'f:ports': { 'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {} } },
    'f:oldSet': { 'v:"a"': {} },
    'k:not json': {},
  },
}
const spec = (...names: readonly string[]): Path => fieldPath([], 'spec', ...names)

describe('a field set', () => {
  it.each<[string, Path, boolean]>([
    ['a field it names', spec('name'), true],
    ['what lies above a field it names', spec(), true],
    ['not a field it does not name', spec('count'), false],
    ['not a field it does not name, elsewhere', fieldPath([], 'metadata', 'name'), false],
    ['what is inside a whole value', [...spec('args'), { kind: 'index', index: 3 }], true],
    ['what is inside an atomic map', spec('selector', 'matchLabels', 'a'), true],
    ['not what others put into an empty map', spec('open', 'matchLabels', 'a'), false],
    [
      'not what others put into an empty list',
      [...spec('env'), { kind: 'key', keys: { name: 'A' }, index: 0 }],
      false,
    ],
    [
      'a list item by its keys, in any order',
      [...spec('ports'), { kind: 'key', keys: { protocol: 'UDP', port: 53 }, index: 0 }],
      true,
    ],
    [
      'not a list item of another key',
      [...spec('ports'), { kind: 'key', keys: { port: 53, protocol: 'TCP' }, index: 0 }],
      false,
    ],
    ['a value of a set', [...spec('oldSet'), { kind: 'value', value: 'a', index: 0 }], true],
    ['not another value of a set', [...spec('oldSet'), { kind: 'value', value: 'b', index: 0 }], false],
  ])('holds %s', (_, path, expected) => {
    expect(holds(FIELDS, path, THING)).toBe(expected)
  })

  it('that is not there holds nothing', () => {
    expect(holds(undefined, spec())).toBe(false)
    expect(holdersOf([{ manager: 'a' }, { manager: 'b', fieldsV1: FIELDS }], spec('name'))).toEqual([
      { manager: 'b', fieldsV1: FIELDS },
    ])
  })

  it('with nothing below it is a leaf', () => {
    expect([isLeaf({}), isLeaf({ '.': {} }), isLeaf({ 'f:a': {} })]).toEqual([true, true, false])
  })

  it('finds an item by its position', () => {
    expect(childOf({ 'i:2': { 'f:a': {} } }, { kind: 'index', index: 2 })).toEqual({ 'f:a': {} })
  })
})
