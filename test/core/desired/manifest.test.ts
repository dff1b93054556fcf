import { describe, expect, it } from '@jest/globals'
import { readObjects } from '@kubectl-gitops/core/desired/manifest.js'

const names = (text: string) => readObjects(text).map(({ metadata }) => metadata.name)

describe('printed objects', () => {
  it('are read in their order', () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata: {name: b}\n---\napiVersion: v1\nkind: A\nmetadata: {name: a}\n'
    expect(readObjects(text)).toEqual([
      { apiVersion: 'v1', kind: 'A', metadata: { name: 'b' } },
      { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } },
    ])
    expect(readObjects('')).toEqual([])
  })

  it('keep every digit of an integer', () => {
    const text = 'apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {count: 9007199254740993}\n'
    expect(readObjects(text).map(({ spec }) => spec)).toEqual([{ count: 9007199254740993n }])
  })

  it('are taken out of a list, of whatever kind it is', () => {
    const item = '{apiVersion: v1, kind: A, metadata: {name: in}}'
    expect(names(`apiVersion: v1\nkind: List\nitems: [${item}]`)).toEqual(['in'])
    expect(names(`apiVersion: v1\nkind: Odd\nmetadata: {name: out}\nitems: [${item}]`)).toEqual(['in'])
    expect(names('apiVersion: v1\nkind: List\nitems: []')).toEqual([])
  })

  it('are passed over, as Flux does, without a name or version, and where they are kustomize’s own', () => {
    expect(names('kind: A\nmetadata: {name: x}')).toEqual([])
    expect(names('apiVersion: v1\nkind: A\nmetadata: {}')).toEqual([])
    expect(names('apiVersion: v1\nkind: A')).toEqual([])
    expect(
      names('apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: x}'),
    ).toEqual([])
    expect(
      names('apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}'),
    ).toEqual(['x'])
  })

  it.each([
    '- a',
    'text',
    'metadata: {name: x}',
    'kind: ""',
    'kind: List\nitems: [1]',
    'kind: List\nitems: [{}]',
  ])('are refused where there is no object at all: %j', (text) => {
    expect(() => readObjects(text)).toThrow('the build printed a document that is no Kubernetes object')
  })
})
