import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createManagedFieldsReader } from '@kubectl-gitops/core/live/managed-fields-text.js'
import { continueToken, parsePage } from '@kubectl-gitops/core/live/page-text.js'

const parse = (text: string): unknown => parsePage(text, createManagedFieldsReader())
const entry = (manager: string, time?: string): object => ({
  manager,
  operation: 'Apply',
  apiVersion: 'v1',
  ...(time === undefined ? {} : { time }),
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:data': { 'f:a]}': {}, 'k:{"name":"x\\"[{"}': { '.': {} } } },
})
const item = (name: string, managedFields: unknown, more: object = {}): object => ({
  metadata: { name, managedFields },
  ...more,
})

describe('a page of a LIST', () => {
  it('is what JSON.parse makes of it, managedFields and all', () => {
    const items = [
      item('a', [entry('one', '2026-01-01T00:00:00Z'), entry('two')]),
      item('b', [entry('one', '2026-01-02T00:00:00Z'), entry('two')]),
      item('c', []),
      { metadata: { name: 'd' }, data: { text: 'a "managedFields":[ in a text' } },
    ]
    const text = JSON.stringify({ kind: 'List', metadata: { continue: 'x' }, items })
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('shares the fields of objects that differ in times alone', () => {
    const items = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].map((time) =>
      item(time, [entry('one', time)]),
    )
    const page = parse(JSON.stringify({ items })) as {
      items: { metadata: { managedFields: { fieldsV1: object; time: string }[] } }[]
    }
    const [first, second] = page.items.map(({ metadata }) => metadata.managedFields[0])
    expect(first?.fieldsV1).toBe(second?.fieldsV1)
    expect([first?.time, second?.time]).toEqual(['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'])
  })

  it('keeps fields of that name that are not in the metadata of an item', () => {
    const text = JSON.stringify({
      items: [
        item('a', [entry('one')], {
          spec: { managedFields: [{ mine: 1 }], template: { metadata: { managedFields: [2] } } },
        }),
        item('b', 7),
      ],
    })
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('that ends in the middle is refused as JSON is', () => {
    const text = JSON.stringify({ items: [item('a', [entry('one')])] })
    expect(() => parse(text.slice(0, text.indexOf('fieldsV1') + 4))).toThrow(SyntaxError)
  })

  it('of any shape is what JSON.parse makes of it', () => {
    const name = fc.constantFrom('managedFields', 'metadata', 'items', 'a', 'time')
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, fc.string(), fc.integer(), tie('list'), tie('map')),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      map: fc.dictionary(fc.oneof(name, fc.string()), tie('tree'), { maxKeys: 4 }),
    }))
    const entries = fc.array(
      fc.record(
        { manager: fc.string(), time: fc.string(), fieldsV1: fc.dictionary(fc.string(), fc.constant({})) },
        { requiredKeys: [] },
      ),
    )
    const items = fc.array(
      fc.record({ metadata: fc.record({ managedFields: entries }, { requiredKeys: [] }), spec: tree }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(fc.oneof(fc.record({ items }), tree), (value) => {
        const text = JSON.stringify(value)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the continue token of a page', () => {
  const page = (metadata: object): string =>
    JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items: [{ metadata: { continue: 'no' } }] })

  it('is read before the items, empty where there is none', () => {
    expect(continueToken(page({ resourceVersion: '1', continue: 'a\\"b', remainingItemCount: 3 }))).toBe(
      'a\\"b',
    )
    expect(continueToken(page({ resourceVersion: '1' }))).toBe('')
  })

  it('is not known where the answer is not as the server writes it', () => {
    expect(continueToken('{"items":[],"metadata":{"continue":"x"}}')).toBeUndefined()
    expect(continueToken(page({ continue: 7 }))).toBeUndefined()
    expect(continueToken('<html>')).toBeUndefined()
  })
})
