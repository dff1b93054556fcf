import { expect, it } from '@jest/globals'
import { isHollow, withoutHollow } from '@kubectl-gitops/core/drift/hollow.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { THING } from './openapi.js'

const thing = (spec: object): KubernetesObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a', labels: {} },
  spec,
})

it.each([null, undefined, '', 0, false, [], {}, { a: { b: [] } }])('%j says nothing', (value) => {
  expect(isHollow(value)).toBe(true)
})

it.each(['0', 1, true, [null], { a: [0] }])('%j says something', (value) => {
  expect(isHollow(value)).toBe(false)
})

it('empty fields that Go leaves out are left out, also inside list items', () => {
  const spec = {
    name: '',
    count: 0,
    flag: false,
    args: [],
    limits: {},
    key: null,
    env: [{ name: 'A', value: '' }],
  }
  expect(withoutHollow(thing(spec), THING)).toEqual({
    ...thing({ env: [{ name: 'A' }] }),
    metadata: { name: 'a' },
  })
})

it('zeros of fields that are pointers in Go, structures and map entries stay', () => {
  const spec = { replicas: 0, open: {}, limits: { cpu: 0, memory: '' }, raw: { a: '' }, misspelt: '' }
  expect(withoutHollow(thing(spec), THING).spec).toEqual(spec)
})

it('without a schema everything stays', () => {
  const git = thing({ name: '', args: [] })
  expect(withoutHollow(git, undefined)).toEqual(git)
})
