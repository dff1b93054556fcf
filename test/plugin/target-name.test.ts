import { describe, expect, it } from '@jest/globals'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { readTargetNames } from '../../plugin/src/target-name.js'

const read = (text: string) => readTargetNames(text.split(' ').filter((word) => word !== ''))

describe('what is named on the command line', () => {
  it.each([
    ['', []],
    ['deploy/web', [{ type: 'deploy', name: 'web' }]],
    [
      'deploy/web svc/web',
      [
        { type: 'deploy', name: 'web' },
        { type: 'svc', name: 'web' },
      ],
    ],
    ['deploy web', [{ type: 'deploy', name: 'web' }]],
    [
      'deployments.apps web api',
      [
        { type: 'deployments.apps', name: 'web' },
        { type: 'deployments.apps', name: 'api' },
      ],
    ],
    ['ks/flux-system/apps', [{ type: 'ks', namespace: 'flux-system', name: 'apps' }]],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    ['apps', 'apps is a type without a name, or a name without a type', 'kustomization/apps'],
    [
      'deploy web svc/api',
      'deploy svc/api: there is no need for a type of its own beside names of the form TYPE/NAME',
      'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME',
    ],
    ['deploy/web api', 'api is a type without a name, or a name without a type', 'kustomization/api'],
    ['deploy/', 'deploy/ names no object', 'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME'],
    ['/web', '/web names no object', 'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME'],
    ['a/b/c/d', 'a/b/c/d names no object', 'kustomization/NAME, helmrelease/NAME, TYPE/NAME or TYPE NAME'],
  ])('%j is refused', (text, what, tryThis) => {
    let thrown: unknown
    try {
      read(text)
    } catch (error) {
      thrown = error
    }
    const { code, message, tryThis: tried } = thrown as GitOpsError
    expect({ code, message, tried }).toEqual({ code: 'USAGE', message: what, tried: tryThis })
  })
})
