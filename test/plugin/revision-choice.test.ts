import { describe, expect, it } from '@jest/globals'
import { readRevisionFlag } from '../../plugin/src/revision-choice.js'

describe('--revision', () => {
  it.each([
    ['main', { revision: 'main' }],
    ['main@sha1:0000000000000000000000000000000000000000', undefined],
    ['HEAD~3', { revision: 'HEAD~3' }],
    ['feature/a/b=c', { revision: 'feature/a/b=c' }],
    ['a=b', { revision: 'a=b' }],
    [
      'GitRepository/flux-system/fleet=v1.2',
      { subject: 'GitRepository/flux-system/fleet', revision: 'v1.2' },
    ],
    ['gitrepository/a/b=c=d', { subject: 'GitRepository/a/b', revision: 'c=d' }],
    ['ks/flux-system/apps=my/branch', { subject: 'Kustomization/flux-system/apps', revision: 'my/branch' }],
    ['constructor/a/b=c', { revision: 'constructor/a/b=c' }],
  ])('%s', (typed, expected) => {
    expect(readRevisionFlag(typed)).toEqual(expected ?? { revision: typed })
  })

  it.each(['', 'GitRepository/a/b='])('%j names no revision', (typed) => {
    expect(() => readRevisionFlag(typed)).toThrow(`--revision ${typed} names no revision`)
  })
})
