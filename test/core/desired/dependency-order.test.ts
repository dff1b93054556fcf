import { describe, expect, it } from '@jest/globals'
import {
  cycleWords,
  dependencyCycles,
  dependencyOrder,
  fullName,
} from '@kubectl-gitops/core/desired/dependency-order.js'

/** `a: b c` depends on b and c; names without a namespace are in `flux`. */
const of = (...lines: readonly string[]) =>
  lines.map((line) => {
    const [name = '', ...dependsOn] = line.split(/:? /).map((word) => word.replace(/:$/, ''))
    return {
      ...named(name),
      dependsOn: dependsOn.map((other) => ({ kind: 'Kustomization', ...named(other) })),
    }
  })

function named(text: string) {
  const [namespace = '', name = ''] = text.includes('/') ? text.split('/') : ['flux', text]
  return { namespace, name }
}

const order = (...lines: readonly string[]) => dependencyOrder(of(...lines)).map(({ name }) => name)
const cycles = (...lines: readonly string[]) => Object.fromEntries(dependencyCycles(of(...lines)))

describe('the order in which Flux gets to Kustomizations', () => {
  it('is as given where nothing depends on anything', () => {
    expect(order('b', 'a', 'c')).toEqual(['b', 'a', 'c'])
  })

  it('puts each after all that it depends on, directly or not', () => {
    expect(order('apps: config', 'config: crds infra', 'infra: crds', 'crds')).toEqual([
      'crds',
      'infra',
      'config',
      'apps',
    ])
  })

  it('knows namespaces apart, and passes over what is not there', () => {
    expect(dependencyOrder(of('one/a: two/a', 'two/a: gone')).map(fullName)).toEqual(['two/a', 'one/a'])
  })

  it('has everything once where there are circles', () => {
    expect(order('a: b', 'b: c', 'c: a d', 'd')).toEqual(['d', 'c', 'b', 'a'])
  })

  it('follows a chain of 20,000', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => `k${at}: k${at + 1}`)
    const sorted = order(...chain, 'k20000')
    expect([sorted.length, sorted[0], sorted.at(-1)]).toEqual([20_001, 'k20000', 'k0'])
    expect(dependencyCycles(of(...chain, 'k20000')).size).toBe(0)
  })
})

describe('circles of dependencies', () => {
  it('are none where everything can be ordered', () => {
    expect(cycles('a: b', 'b: c', 'c')).toEqual({})
  })

  it('are named from each member on, by the shortest way', () => {
    expect(cycles('a: b', 'b: c a', 'c: a', 'd: a')).toEqual({
      'flux/a': ['flux/a', 'flux/b', 'flux/a'],
      'flux/b': ['flux/b', 'flux/a', 'flux/b'],
      'flux/c': ['flux/c', 'flux/a', 'flux/b', 'flux/c'],
    })
  })

  it('can be one alone', () => {
    expect(cycles('a: a')).toEqual({ 'flux/a': ['flux/a', 'flux/a'] })
  })

  it('are told with namespaces only where there are several', () => {
    expect(cycleWords(['flux/a', 'flux/b', 'flux/a'])).toBe('dependsOn cycle: a -> b -> a')
    expect(cycleWords(['one/a', 'two/b', 'one/a'])).toBe('dependsOn cycle: one/a -> two/b -> one/a')
  })
})
