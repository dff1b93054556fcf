import { describe, expect, it } from '@jest/globals'
import { createSchema, typeBelow, UNKNOWN_TYPE, type FieldType } from '@kubectl-gitops/core/drift/schema.js'
import { fieldPath } from '@kubectl-gitops/core/pointer.js'
import { DOCUMENT, THING } from './openapi.js'

const at = (...names: readonly string[]): FieldType => fieldPath([], ...names).reduce(typeBelow, THING)
const shape = (type: FieldType) =>
  type.kind === 'list'
    ? { relation: type.relation, keys: type.keys }
    : type.kind === 'map'
      ? { atomic: type.atomic, dictionary: type.dictionary }
      : type

describe('the types of an OpenAPI v3 document', () => {
  it.each<[string, object]>([
    ['name', { kind: 'scalar', format: 'plain' }],
    ['target', { kind: 'scalar', format: 'int-or-string' }],
    ['size', { kind: 'scalar', format: 'quantity', default: {} }],
    ['key', { kind: 'scalar', format: 'byte' }],
    ['at', { kind: 'scalar', format: 'date-time' }],
    ['limits', { atomic: false, dictionary: true }],
    ['selector', { atomic: true, dictionary: false }],
    ['open', { atomic: false, dictionary: false }],
    ['raw', UNKNOWN_TYPE],
    ['args', { relation: 'atomic', keys: [] }],
    ['ports', { relation: 'map', keys: [{ name: 'port' }, { name: 'protocol', default: 'TCP' }] }],
    ['env', { relation: 'map', keys: [{ name: 'name' }] }],
    ['volumes', { relation: 'map', keys: [{ name: 'name' }] }],
    ['oldSet', { relation: 'set', keys: [] }],
    ['oldAtomic', { relation: 'atomic', keys: [] }],
    ['loop', UNKNOWN_TYPE],
  ])('%s', (name, expected) => {
    expect(shape(at('spec', name))).toEqual(expected)
  })

  it('names of a map are data, of which each has the type of the values', () => {
    expect(at('spec', 'limits', 'anything')).toEqual({ kind: 'scalar', format: 'quantity', default: {} })
  })

  it('a name that is not there has no type, not even one that every object inherits', () => {
    const spec = at('spec')
    expect(spec.kind === 'map' && [spec.field('nope'), spec.field('constructor')]).toEqual([
      undefined,
      undefined,
    ])
  })

  it('what is kept without a schema is unknown, not absent', () => {
    const more = at('spec', 'more')
    expect(more.kind === 'map' && [more.field('known'), more.field('other')]).toEqual([
      { kind: 'scalar', format: 'plain' },
      UNKNOWN_TYPE,
    ])
  })

  it('a type that contains itself is walked as deep as asked', () => {
    const children = at('spec', 'tree', 'children')
    expect(children.kind === 'list' && typeBelow(children.item, fieldPath([], 'name')[0]!)).toEqual({
      kind: 'scalar',
      format: 'plain',
    })
  })

  it('a custom int-or-string is a quantity only by its pattern', () => {
    const document = (spec: object) => ({
      components: {
        schemas: {
          W: {
            type: 'object',
            properties: { spec: { 'x-kubernetes-int-or-string': true, ...spec } },
            'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'W' }],
          },
        },
      },
    })
    const typeOf = (spec: object) => {
      const root = createSchema(new Map([['v1', document(spec)]])).typeOf('v1', 'W')
      return root?.kind === 'map' ? root.field('spec') : undefined
    }
    expect(typeOf({})).toEqual({ kind: 'scalar', format: 'int-or-string' })
    expect(typeOf({ pattern: '^[0-9]+([KMGTPE]i|[numkMGTPE])?$' })).toEqual({
      kind: 'scalar',
      format: 'quantity',
    })
  })

  it.each([undefined, null, 7, {}, { components: [] }, { components: { schemas: { A: 1 } } }])(
    'a document that is %j has no kinds',
    (document) => {
      expect(
        createSchema(new Map([['example.org/v1', document]])).typeOf('example.org/v1', 'Thing'),
      ).toBeUndefined()
    },
  )

  it('a kind is looked for in its own version only', () => {
    const schema = createSchema(new Map([['example.org/v1', DOCUMENT]]))
    expect(schema.typeOf('example.org/v2', 'Thing')).toBeUndefined()
    expect(schema.typeOf('example.org/v1', 'Thong')).toBeUndefined()
  })
})
