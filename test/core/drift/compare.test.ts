import { describe, expect, it } from '@jest/globals'
import { compare, type CompareOptions } from '@kubectl-gitops/core/drift/compare.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { formatField } from '@kubectl-gitops/core/pointer.js'
import { THING } from './openapi.js'

const thing = (spec: object, metadata: object = {}): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', ...metadata },
  spec,
})

const found = (git: KubernetesObject, live: KubernetesObject, options: Partial<CompareOptions> = {}) => {
  const result = compare(git, live, { type: THING, vouch: () => false, custom: false, ...options })
  const told = {
    differences: result.differences.map(({ op, path }) => `${op} ${formatField(path)}`),
    doubts: result.doubts.map(({ path }) => formatField(path)),
    vouched: result.vouched.map(formatField),
    equivalent: result.equivalent.map(formatField),
    unknownFields: result.unknownFields.map(formatField),
    dropped: result.dropped.map(({ path }) => formatField(path)),
    refused: result.refused.map(({ why }) => why),
  }
  return Object.fromEntries(Object.entries(told).filter(([, list]) => list.length > 0))
}
const specs = (git: object, live: object, options: Partial<CompareOptions> = {}) =>
  found(thing(git), thing(live), options)

describe('what Git asserts', () => {
  it('is all that counts', () => {
    expect(specs({ name: 'x' }, { name: 'x', count: 3, ports: [{ port: 1 }] })).toEqual({})
  })

  it('is not its identity, its status or what the server writes into metadata', () => {
    const git = { ...thing({}, { uid: '1', resourceVersion: '2' }), status: { ready: 1 } }
    const live = { ...thing({}, { uid: '9', resourceVersion: '8' }), status: { ready: 0 } }
    expect(found(git, live)).toEqual({})
  })

  it('is labels, annotations and finalizers, to the letter', () => {
    const git = thing({}, { labels: { a: '1h', b: '' }, annotations: {}, finalizers: ['x', 'y'] })
    const live = thing({}, { labels: { a: '60m', b: '' }, finalizers: ['y'] })
    expect(found(git, live, { custom: true })).toEqual({
      differences: ['changed metadata.labels.a', 'removed metadata.finalizers[x]'],
    })
  })

  it('is nothing where it says null', () => {
    expect(specs({ name: null, ports: null }, { name: 'x' })).toEqual({})
  })

  it('differs where live has null or nothing', () => {
    expect(specs({ name: 'x', count: 1 }, { name: null })).toEqual({
      differences: ['removed spec.name', 'removed spec.count'],
    })
  })

  it('may not be inherited by live from every object', () => {
    expect(specs({ limits: { constructor: '1' } }, { limits: {} })).toEqual({
      differences: ['removed spec.limits.constructor'],
    })
  })

  it('may have another shape than live', () => {
    expect(specs({ args: ['a'], open: { matchLabels: {} } }, { args: 'a', open: 'x' })).toEqual({
      differences: ['changed spec.args', 'changed spec.open'],
    })
  })
})

describe('absent on the cluster', () => {
  it('a field that the built-in kind does not have is unknown, in an atomic item too', () => {
    expect(specs({ nmae: 'x', rules: [{ hots: 'y' }] }, { rules: [{}] })).toEqual({
      unknownFields: ['spec.nmae', 'spec.rules[0].hots'],
    })
    expect(specs({ nmae: 'x' }, {}, { custom: true })).toEqual({
      refused: ['spec.nmae is not a field of Thing'],
    })
  })

  it('an empty value is vouched for by Flux alone, else in doubt for a structure', () => {
    expect(specs({ open: {} }, {}, { vouch: () => true })).toEqual({ vouched: ['spec.open'] })
    expect(specs({ open: {} }, {})).toEqual({ doubts: ['spec.open'] })
    expect(specs({ open: {} }, {}, { custom: true })).toEqual({ differences: ['removed spec.open'] })
  })

  it('a value that Flux alone wrote was dropped by the server', () => {
    expect(specs({ name: 'x' }, {}, { vouch: () => true })).toEqual({ dropped: ['spec.name'] })
  })

  it('without a schema an empty value is in doubt', () => {
    expect(specs({ flag: false }, {}, { type: undefined })).toEqual({ doubts: ['spec.flag'] })
  })
})

describe('entries with empty values', () => {
  it('are values: a label or a key that is gone is removed', () => {
    expect(found(thing({}, { labels: { gate: '' } }), thing({}))).toEqual({
      differences: ['removed metadata.labels'],
    })
    expect(specs({ limits: { cpu: '' } }, {})).toEqual({ differences: ['removed spec.limits'] })
  })
})

describe('lists', () => {
  it('with keys correspond by them, defaults filled in', () => {
    const git = {
      ports: [
        { port: 53, name: 'a' },
        { port: 53, protocol: 'UDP' },
      ],
    }
    expect(specs(git, { ports: [{ port: 53, protocol: 'TCP', name: 'b' }] })).toEqual({
      differences: ['changed spec.ports[53,TCP].name', 'removed spec.ports[53,UDP]'],
    })
  })

  it('with keys may stand in another order, but for variables that build on each other', () => {
    const env = (...names: string[]) => ({ env: names.map((name) => ({ name, value: 'x' })) })
    expect(specs(env('A', 'B'), env('C', 'B', 'A'))).toEqual({ equivalent: ['spec.env'] })
    const git = {
      env: [
        { name: 'A', value: 'x' },
        { name: 'B', value: '$(A)' },
      ],
    }
    expect(specs(git, { env: [...git.env].reverse() })).toEqual({ differences: ['reordered spec.env'] })
    expect(specs(git, { env: [{ name: 'C' }, ...git.env] })).toEqual({})
  })

  it.each([
    [[{ name: 'A' }], [{ name: 'A' }, { name: 'A' }]],
    [[{ value: 'no key' }], [{ name: 'A' }]],
    [['text'], [{ name: 'A' }]],
  ])('with keys that %j against %j repeats or lacks are in doubt', (git, live) => {
    expect(specs({ env: git }, { env: live })).toEqual({ doubts: ['spec.env'] })
  })

  it('with a key or a value twice in Git are refused', () => {
    const twice = [{ name: 'A' }, { name: 'A' }]
    expect(specs({ env: twice }, { env: twice })).toEqual({ refused: ['spec.env has A twice in Git'] })
    const ports = [{ port: 1 }, { port: 1, protocol: 'TCP' }]
    expect(specs({ ports }, { ports: [] })).toEqual({ refused: ['spec.ports has 1,TCP twice in Git'] })
    expect(specs({ oldSet: [1, 1] }, { oldSet: [1] })).toEqual({
      refused: ['spec.oldSet has 1 twice in Git'],
    })
  })

  it('that are sets hold what Git says, in any order', () => {
    expect(specs({ oldSet: ['a', 'b'] }, { oldSet: ['c', 'b', 'a'] })).toEqual({})
    expect(specs({ oldSet: ['a', 1] }, { oldSet: ['a', '1'] })).toEqual({
      differences: ['removed spec.oldSet[1]'],
    })
  })

  it('that are atomic are compared by position, and as a whole where their lengths differ', () => {
    expect(specs({ args: ['a', 'b'] }, { args: ['b', 'a'] })).toEqual({
      differences: ['changed spec.args[0]', 'changed spec.args[1]'],
    })
    expect(specs({ args: [] }, { args: ['a'] })).toEqual({ differences: ['changed spec.args'] })
    expect(specs({ rules: [{ tags: ['a'] }] }, { rules: [{ tags: [] }] })).toEqual({
      differences: ['changed spec.rules[0].tags'],
    })
  })

  it('that are atomic may say more than Git only where Flux vouches', () => {
    const git = { rules: [{ host: 'a' }] }
    const live = { rules: [{ host: 'a', weight: 1 }] }
    expect(specs(git, live)).toEqual({ doubts: ['spec.rules'] })
    expect(specs(git, live, { vouch: (path) => formatField(path) === 'spec.rules' })).toEqual({
      vouched: ['spec.rules'],
    })
    expect(specs({ rules: [{ host: 'b' }] }, live, { vouch: () => true })).toEqual({
      differences: ['changed spec.rules[0].host'],
    })
  })
})

describe('maps', () => {
  it('that are atomic may not say more than Git', () => {
    const git = { selector: { matchLabels: { a: 'b' } } }
    expect(specs(git, { selector: { matchLabels: { a: 'b', c: 'd' } } })).toEqual({
      doubts: ['spec.selector'],
    })
    expect(specs({ open: git.selector }, { open: { matchLabels: { a: 'b', c: 'd' } } })).toEqual({})
  })

  it('hold quantities, which are compared as such', () => {
    expect(
      specs({ limits: { cpu: '1000m', memory: '1Gi' } }, { limits: { cpu: '1', memory: '1G' } }),
    ).toEqual({
      equivalent: ['spec.limits.cpu'],
      differences: ['changed spec.limits.memory'],
    })
  })
})
