import { describe, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { readKustomizationName, selectKustomizations } from '../../plugin/src/kustomization-name.js'

const ALL = ['flux-system/apps', 'flux-system/infrastructure', 'tenants/apps', 'tenants/web'].map((full) => {
  const [namespace = '', name = ''] = full.split('/')
  return readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace },
  })
})

const select = (names: readonly string[], namespace?: string) =>
  selectKustomizations(ALL, names.map(readKustomizationName), namespace).map(
    (one) => `${one.namespace}/${one.name}`,
  )

function refusal(body: () => unknown) {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error
    return { code: error.code, what: error.message, why: error.why, tryThis: error.tryThis }
  }
}

describe('the name of a Kustomization', () => {
  it.each([
    ['apps', { name: 'apps' }],
    ['flux-system/apps', { namespace: 'flux-system', name: 'apps' }],
    ['kustomization/apps', { name: 'apps' }],
    ['ks/flux-system/apps', { namespace: 'flux-system', name: 'apps' }],
    ['Kustomizations/apps', { name: 'apps' }],
    ['ks', { name: 'ks' }],
  ])('%s', (typed, expected) => {
    expect(readKustomizationName(typed)).toEqual(expected)
  })

  it.each(['a/b/c', 'a/', '/a', '', 'ks/a/b/c'])('is not %j', (typed) => {
    expect(refusal(() => readKustomizationName(typed))).toEqual({
      code: 'USAGE',
      what: `${typed} names no Kustomization`,
      why: undefined,
      tryThis: 'NAME, NAMESPACE/NAME or kustomization/NAME',
    })
  })
})

describe('what names choose', () => {
  it('is everything without a name, or everything of a namespace', () => {
    expect(select([])).toHaveLength(4)
    expect(select([], 'tenants')).toEqual(['tenants/apps', 'tenants/web'])
    expect(select([], 'none')).toEqual([])
  })

  it('is each one once, in the order of the cluster', () => {
    expect(select(['web', 'flux-system/apps', 'tenants/web'])).toEqual(['flux-system/apps', 'tenants/web'])
    expect(select(['apps'], 'tenants')).toEqual(['tenants/apps'])
  })

  it('is refused where a name stands for several', () => {
    expect(refusal(() => select(['apps']))).toEqual({
      code: 'USAGE',
      what: 'apps names 2 Kustomizations',
      why: 'there are flux-system/apps, tenants/apps',
      tryThis: 'flux-system/apps',
    })
  })

  it.each([
    ['infrastucture', 'flux-system/infrastructure'],
    ['flux-system/web', 'tenants/web'],
    ['fluxsystem/infrastructure', 'flux-system/infrastructure'],
    ['nothing-like-it', undefined],
  ])('is refused for %s, with the near one', (typed, near) => {
    expect(refusal(() => select([typed]))).toEqual({
      code: 'NOT_FOUND',
      what: `there is no Kustomization ${typed}`,
      why: 'there are flux-system/apps, flux-system/infrastructure, tenants/apps, tenants/web',
      tryThis: near,
    })
  })
})
