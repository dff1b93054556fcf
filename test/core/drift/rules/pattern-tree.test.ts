import { describe, expect, it } from '@jest/globals'
import { parseFieldPattern } from '@kubectl-gitops/core/drift/rules/field-pattern.js'
import { missingFields, patternTree } from '@kubectl-gitops/core/drift/rules/pattern-tree.js'
import { formatField, formatPointer } from '@kubectl-gitops/core/pointer.js'
import { THING } from '../openapi.js'

const OBJECT = {
  metadata: { annotations: { 'linkerd.io/inject': 'enabled' }, finalizers: ['a', 'kubernetes.io/pvc'] },
  spec: { containers: [{ name: 'proxy' }, { name: 'web', image: 'x' }], args: [{ id: 1 }, { id: 2 }] },
}

describe('a tree of field patterns', () => {
  it('finds the fields that it names', () => {
    const found = (pattern: string) =>
      missingFields(patternTree([parseFieldPattern(pattern)]), {
        live: OBJECT,
        git: {},
        type: undefined,
      }).map(formatPointer)
    expect(found('/spec/containers/[name=web]')).toEqual(['/spec/containers/1'])
    expect(found('/spec/*/*')).toEqual([
      '/spec/containers/0',
      '/spec/containers/1',
      '/spec/args/0',
      '/spec/args/1',
    ])
    expect(found('/metadata/annotations/*')).toEqual(['/metadata/annotations/linkerd.io~1inject'])
    expect(found('/spec/containers/[name=web]/command')).toEqual([])
  })

  it('finds only what Git does not have', () => {
    const git = { spec: { containers: [{ name: 'web' }] }, metadata: { annotations: { a: 'b' } } }
    const found = (pattern: string) =>
      missingFields(patternTree([parseFieldPattern(pattern)]), { live: OBJECT, git, type: undefined }).map(
        formatPointer,
      )
    expect(found('/spec/containers/*')).toEqual(['/spec/containers/1'])
    expect(found('/spec/containers/*/image')).toEqual(['/spec/containers/1/image'])
    expect(found('/metadata/annotations/*')).toEqual(['/metadata/annotations/linkerd.io~1inject'])
  })

  it('names list items as the schema of the server does', () => {
    const thing = {
      metadata: { finalizers: ['a/b'] },
      spec: { env: [{ name: 'A' }], ports: [{ port: 80 }], args: ['x'] },
    }
    const fields = ['/metadata/finalizers/*', '/spec/*/*'].flatMap((pattern) =>
      missingFields(patternTree([parseFieldPattern(pattern)]), { live: thing, git: {}, type: THING }),
    )
    expect(fields.map(formatField)).toEqual([
      'metadata.finalizers[a/b]',
      'spec.env[A]',
      'spec.ports[80,TCP]',
      'spec.args[0]',
    ])
  })

  it('walks what its patterns share, and may find a field twice', () => {
    const tree = patternTree(['/spec/a', '/spec/*', '/spec/a/b'].map(parseFieldPattern))
    const live = { spec: { a: { b: 1 }, c: 2 } }
    const found = missingFields(tree, { live, git: { spec: { c: 2 } }, type: undefined })
    expect(found.map(formatPointer)).toEqual(['/spec/a', '/spec/a/b', '/spec/a'])
  })
})
