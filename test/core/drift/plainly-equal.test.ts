import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compare, NOTHING_FOUND } from '@kubectl-gitops/core/drift/compare.js'
import { isPlainlyEqual } from '@kubectl-gitops/core/drift/plainly-equal.js'
import { encryptedValue } from '@kubectl-gitops/core/encrypted.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'

const thing = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  spec,
})
const equal = (git: object, live: object): boolean => isPlainlyEqual(thing(git), thing(live), THING)

describe('plainly equal', () => {
  it('is what live has to the letter, whatever others add to maps', () => {
    const live = { name: 'x', count: 3, limits: { cpu: '1', memory: '2' }, env: [{ name: 'A', value: 'b' }] }
    expect(equal({ name: 'x', limits: { cpu: '1' }, env: [{ name: 'A' }], args: null }, live)).toBe(true)
  })

  it('is not what is written otherwise, ordered otherwise, or in an atomic value with more in it', () => {
    expect(equal({ size: '1000m' }, { size: '1' })).toBe(false)
    expect(equal({ env: [{ name: 'A' }, { name: 'B' }] }, { env: [{ name: 'B' }, { name: 'A' }] })).toBe(
      false,
    )
    expect(equal({ selector: { matchLabels: {} } }, { selector: { matchLabels: {}, more: 1 } })).toBe(false)
    expect(equal({ args: ['a'] }, { args: ['a', 'b'] })).toBe(false)
  })

  it('is not a list with one more item, nor one whose merge key another default gives', () => {
    expect(equal({ ports: [{ port: 1 }] }, { ports: [{ port: 1 }, { port: 2 }] })).toBe(false)
    expect(equal({ ports: [{ port: 1 }] }, { ports: [{ port: 1, protocol: 'TCP' }] })).toBe(true)
    expect(equal({ ports: [{ port: 1 }] }, { ports: [{ port: 1, protocol: 'UDP' }] })).toBe(false)
  })

  it('is no field that the kind does not have, no duplicate key, nothing encrypted', () => {
    expect(equal({ nmae: 'x' }, { nmae: 'x' })).toBe(false)
    const twice = [{ name: 'A' }, { name: 'A' }]
    expect(equal({ env: twice }, { env: twice })).toBe(false)
    expect(equal({ name: encryptedValue() }, { name: encryptedValue() })).toBe(false)
    expect(equal({ args: [encryptedValue()] }, { args: [encryptedValue()] })).toBe(false)
  })

  it('looks at labels and annotations too, and not at identity or status', () => {
    const git = { ...thing({}, { labels: { a: 'b' }, uid: '1' }), status: { ready: 1 } }
    expect(isPlainlyEqual(git, thing({}, { labels: { a: 'b', c: 'd' } }), THING)).toBe(true)
    expect(isPlainlyEqual(git, thing({}, { labels: { a: 'c' } }), THING)).toBe(false)
  })

  it('is never anything in which the full comparison finds something', () => {
    const word = fc.constantFrom('x', 'y', '', '1', '1000m', '1h', '60m')
    const scalar = fc.oneof(word, fc.constantFrom(0, 1, 2), fc.boolean(), fc.constant(null))
    const port = fc.record(
      { port: fc.constantFrom(1, 2), protocol: fc.constantFrom('TCP', 'UDP') },
      { requiredKeys: [] },
    )
    const spec = fc.record(
      {
        name: scalar,
        count: scalar,
        size: word,
        selector: fc.record({ matchLabels: fc.dictionary(word, word) }, { requiredKeys: [] }),
        open: fc.record({ matchLabels: fc.dictionary(word, word) }, { requiredKeys: [] }),
        args: fc.array(word, { maxLength: 2 }),
        ports: fc.array(port, { maxLength: 3 }),
        env: fc.array(fc.record({ name: word, value: scalar }, { requiredKeys: [] }), { maxLength: 3 }),
        more: fc.record({ known: word, other: scalar }, { requiredKeys: [] }),
        wrong: scalar,
      },
      { requiredKeys: [] },
    )
    let plain = 0
    fc.assert(
      fc.property(spec, spec, fc.boolean(), fc.boolean(), (git, other, same, custom) => {
        const [one, two] = [thing(git), thing(same ? { ...other, ...git } : other)]
        if (!isPlainlyEqual(one, two, THING)) return
        plain++
        const options = { type: THING, vouch: () => false, custom }
        expect(compare(one, two, options)).toEqual(NOTHING_FOUND)
      }),
      { numRuns: 3000 },
    )
    expect(plain).toBeGreaterThan(100)
  })
})
