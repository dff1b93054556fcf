import { expect, it } from '@jest/globals'
import { misplacedIgnores } from '@kubectl-gitops/core/drift/misplaced.js'
import { formatField } from '@kubectl-gitops/core/pointer.js'
import { THING } from './openapi.js'

const thing = (names: readonly string[]) => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  spec: { env: names.map((name) => ({ name, value: 'x' })) },
})
const misplaced = (path: string, target: object = {}): readonly string[] =>
  misplacedIgnores(
    [{ paths: [path], target: { ...target } }],
    thing(['A', 'B', 'C']),
    thing(['A', 'C', 'B']),
    THING,
  ).map(formatField)

it('a position that holds the same item in Git and on the cluster is unmistakable', () => {
  expect(misplaced('/spec/env/0/value')).toEqual([])
})

it('a position that holds another item, or none, is mistaken', () => {
  expect(misplaced('/spec/env/1/value')).toEqual(['spec.env'])
  expect(misplaced('/spec/env/7/value')).toEqual(['spec.env'])
})

it('rules about other objects and paths that are nowhere mistake nothing', () => {
  expect(misplaced('/spec/env/1/value', { kind: 'Other' })).toEqual([])
  expect(misplaced('/spec/name')).toEqual([])
  expect(misplaced('/spec/nowhere/1/value')).toEqual([])
})
