import { expect, it } from '@jest/globals'
import { displayName, groupVersion, isRecord, keyOf, keyString } from '@kubectl-gitops/core/object.js'

it('the core group is empty', () => {
  expect(groupVersion('v1')).toEqual({ group: '', version: 'v1' })
  expect(groupVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' })
})

it('an object is the same in every version', () => {
  const key = (apiVersion: string) =>
    keyOf({ apiVersion, kind: 'Ingress', metadata: { name: 'a', namespace: 'b' } })
  expect(key('networking.k8s.io/v1')).toEqual({
    group: 'networking.k8s.io',
    kind: 'Ingress',
    namespace: 'b',
    name: 'a',
  })
  expect(keyString(key('networking.k8s.io/v1'))).toBe(keyString(key('networking.k8s.io/v1beta1')))
})

it('no part of a key runs into the next', () => {
  const one = { group: '', kind: 'A', namespace: 'b', name: 'c' }
  expect(keyString(one)).not.toBe(keyString({ ...one, namespace: '', name: 'bc' }))
})

it('is called what kubectl calls it', () => {
  expect(displayName({ group: 'apps', kind: 'Deployment', namespace: 'x', name: 'web' })).toBe(
    'deployment.apps/web',
  )
  expect(displayName({ group: '', kind: 'ConfigMap', namespace: 'x', name: 'env' })).toBe('configmap/env')
})

it.each<[unknown, boolean]>([
  [{}, true],
  [[], false],
  [null, false],
  ['x', false],
])('%j can be walked by field: %p', (value, expected) => {
  expect(isRecord(value)).toBe(expected)
})
