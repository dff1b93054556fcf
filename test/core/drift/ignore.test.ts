import { describe, expect, it } from '@jest/globals'
import { isIgnoredByFlux, readIgnoreRules } from '@kubectl-gitops/core/drift/ignore.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { fieldPath } from '@kubectl-gitops/core/pointer.js'

const OBJECT: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { 'a/b': 'c' } },
}
const ignored = (target: object, paths: readonly unknown[] = ['/spec/replicas'], at = ['spec', 'replicas']) =>
  isIgnoredByFlux(readIgnoreRules({ ignore: [{ target, paths }] }), OBJECT, fieldPath([], ...at))

describe('spec.ignore', () => {
  it.each<[readonly string[], readonly string[], boolean]>([
    [['/spec/replicas'], ['spec', 'replicas'], true],
    [['/spec'], ['spec', 'replicas'], true],
    [[''], ['spec', 'replicas'], true],
    [['/spec/replica'], ['spec', 'replicas'], false],
    [['/spec/replicas/x'], ['spec', 'replicas'], false],
    [['/metadata/annotations/a~1b'], ['metadata', 'annotations', 'a/b'], true],
  ])('%j covers %j: %p', (paths, at, expected) => {
    expect(ignored({}, paths, [...at])).toBe(expected)
  })

  it.each<[object, boolean]>([
    [{ kind: 'Deployment', group: 'apps', version: 'v1', name: 'web', namespace: 'shop' }, true],
    [{ kind: 'Deploy' }, false],
    [{ kind: 'Deploy.*' }, true],
    [{ name: 'w|b' }, false],
    [{ group: 'batch' }, false],
    [{ name: '(' }, false],
    [{ labelSelector: 'app=web' }, true],
    [{ labelSelector: 'app' }, true],
    [{ labelSelector: 'app==web, tier!=gold' }, true],
    [{ labelSelector: 'app!=web' }, false],
    [{ labelSelector: 'app in (web)' }, true],
    [{ labelSelector: 'app in' }, false],
    [{ annotationSelector: 'a/b=c' }, true],
    [{ annotationSelector: 'a/b=d' }, false],
  ])('target %j selects: %p', (target, expected) => {
    expect(ignored(target)).toBe(expected)
  })

  // Each of these would keep a backtracking engine busy for years.
  it.each<[string, boolean]>([
    ['(a+)+$', true],
    ['(a|a)*b', false],
    ['(?:a?){60}a{60}b', false],
    ['(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b', false],
    ['.*.*.*.*x', false],
    ['a'.repeat(300), false],
    ['a'.repeat(253), true],
  ])('a hostile %s is answered: %p', (name, expected) => {
    const rules = readIgnoreRules({ ignore: [{ paths: [''], target: { name } }] })
    expect(isIgnoredByFlux(rules, { ...OBJECT, metadata: { name: 'a'.repeat(253) } }, [])).toBe(expected)
  })

  it.each([
    undefined,
    null,
    'x',
    [1, null],
    [{ paths: '/spec' }],
    [{ paths: [7] }],
    [{ paths: [], target: 3 }],
  ])('%j ignores nothing', (ignore) => {
    expect(isIgnoredByFlux(readIgnoreRules({ ignore }), OBJECT, fieldPath([], 'spec'))).toBe(false)
  })
})
