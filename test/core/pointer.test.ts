import { expect, it } from '@jest/globals'
import {
  fieldPath,
  formatField,
  formatPointer,
  pathIdentity,
  type Path,
} from '@kubectl-gitops/core/pointer.js'

const KEYED: Path = [
  ...fieldPath([], 'spec', 'ports'),
  { kind: 'key', keys: { port: 53, protocol: 'UDP' }, index: 1 },
  ...fieldPath([], 'name'),
]

it('a JSON pointer escapes tilde and slash, and names items by position', () => {
  expect(formatPointer(fieldPath([], 'a/b', 'm~n'))).toBe('/a~1b/m~0n')
  expect(formatPointer(KEYED)).toBe('/spec/ports/1/name')
  expect(formatPointer([])).toBe('')
})

it('people read merge keys, and brackets around names that are not plain', () => {
  expect(formatField(KEYED)).toBe('spec.ports[53,UDP].name')
  expect(formatField(fieldPath([], 'metadata', 'labels', 'app.kubernetes.io/name'))).toBe(
    'metadata.labels[app.kubernetes.io/name]',
  )
  expect(formatField([...fieldPath([], 'args'), { kind: 'index', index: 2 }])).toBe('args[2]')
  expect(formatField([...fieldPath([], 'finalizers'), { kind: 'value', value: 'x', index: 0 }])).toBe(
    'finalizers[x]',
  )
})

it('equal fields have one identity wherever their items stand, others do not', () => {
  const moved: Path = KEYED.map((element) => (element.kind === 'key' ? { ...element, index: 7 } : element))
  expect(pathIdentity(moved)).toBe(pathIdentity(KEYED))
  const others: readonly Path[] = [
    KEYED,
    fieldPath([], 'a', 'b'),
    fieldPath([], 'a.b'),
    fieldPath([], '1'),
    [{ kind: 'index', index: 1 }],
    [{ kind: 'value', value: 1, index: 0 }],
    [{ kind: 'value', value: '1', index: 0 }],
    [{ kind: 'value', value: { a: 1 }, index: 0 }],
    [{ kind: 'key', keys: { a: 1 }, index: 0 }],
  ]
  expect(new Set(others.map(pathIdentity)).size).toBe(others.length)
})
