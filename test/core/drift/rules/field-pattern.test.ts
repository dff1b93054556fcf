import { describe, expect, it } from '@jest/globals'
import { coversField, parseFieldPattern } from '@kubectl-gitops/core/drift/rules/field-pattern.js'
import { fieldPath, type Path } from '@kubectl-gitops/core/pointer.js'

const container: Path = [
  ...fieldPath([], 'spec', 'containers'),
  { kind: 'key', keys: { name: 'web' }, index: 1 },
]
const OBJECT = {
  metadata: { annotations: { 'linkerd.io/inject': 'enabled' }, finalizers: ['a', 'kubernetes.io/pvc'] },
  spec: { containers: [{ name: 'proxy' }, { name: 'web', image: 'x' }], args: [{ id: 1 }, { id: 2 }] },
}

describe('a field pattern', () => {
  it.each<[string, Path, boolean]>([
    ['', container, true],
    ['/spec', container, true],
    ['/spec/containers/1', container, true],
    ['/spec/containers/0', container, false],
    ['/spec/containers/*', container, true],
    ['/spec/containers/[name=web]', container, true],
    ['/spec/containers/[name=w*]', container, true],
    ['/spec/containers/[name=api]', container, false],
    ['/spec/containers/[image=x]', container, true],
    ['/spec/containers/[=web]', container, false],
    ['/spec/containers/[name=web]/image', container, false],
    ['/spec/containers/[name=web]', fieldPath(container, 'image'), true],
    ['/spec/containers/[name=web]/image', fieldPath(container, 'image'), true],
    ['/*/containers', container, true],
    ['/spec/cont', container, false],
    ['/spec/args/[id=2]', [...fieldPath([], 'spec', 'args'), { kind: 'index', index: 1 }], true],
    ['/spec/args/[id=2]', [...fieldPath([], 'spec', 'args'), { kind: 'index', index: 0 }], false],
    ['/spec/[name=web]', container, false],
    [
      '/metadata/annotations/linkerd.io~1*',
      fieldPath([], 'metadata', 'annotations', 'linkerd.io/inject'),
      true,
    ],
    ['/metadata/annotations/*inject', fieldPath([], 'metadata', 'annotations', 'linkerd.io/inject'), true],
    ['/metadata/annotations/l*d*t', fieldPath([], 'metadata', 'annotations', 'linkerd.io/inject'), true],
    ['/metadata/annotations/l*t*d', fieldPath([], 'metadata', 'annotations', 'linkerd.io/inject'), false],
    ['/metadata/annotations/aa*aa', fieldPath([], 'metadata', 'annotations', 'aaa'), false],
    [
      '/metadata/finalizers/[=kubernetes.io~1*]',
      [...fieldPath([], 'metadata', 'finalizers'), { kind: 'value', value: 'kubernetes.io/pvc', index: 0 }],
      true,
    ],
  ])('%p covers %j: %p', (pattern, path, expected) => {
    expect(coversField(parseFieldPattern(pattern), path, OBJECT)).toBe(expected)
  })

  it.each([
    ['spec', 'a path begins with / (RFC 6901)'],
    ['/a~2b', '~ is written ~0, and / in a name ~1 (RFC 6901)'],
    ['/a/[name]', '[name] is no list item: write [name=value]'],
  ])('%p is refused: %s', (text, words) => {
    expect(() => parseFieldPattern(text)).toThrow(new SyntaxError(words))
  })
})
