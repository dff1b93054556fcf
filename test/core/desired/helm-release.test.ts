import { describe, expect, it } from '@jest/globals'
import { helmBaselineOf } from '@kubectl-gitops/core/desired/helm-baseline.js'
import { readHelmRelease } from '@kubectl-gitops/core/desired/helm-release.js'
import { helmReleaseObject, SNAPSHOT } from './helm-world.js'

const snapshot = (version: number, status: string) => ({ ...SNAPSHOT, version, status })

describe('a HelmRelease', () => {
  it('is read with what was installed, newest first', () => {
    const object = helmReleaseObject(
      { suspend: true, driftDetection: { mode: 'warn' }, kubeConfig: { secretRef: { name: 'other' } } },
      {
        history: [snapshot(1, 'superseded'), snapshot(2, 'deployed')],
        inventory: { entries: [{ id: 'shop_web__Service', v: 'v1' }] },
      },
    )
    const read = readHelmRelease(object)
    expect(read).toMatchObject({
      namespace: 'flux-system',
      name: 'web',
      generation: 4,
      targetNamespace: 'shop',
      storageNamespace: 'flux-system',
      suspended: true,
      interval: '10m',
      remote: true,
      driftDetection: 'warn',
    })
    expect(read.status.history.map(({ version }) => version)).toEqual([2, 1])
    expect(read.status.inventory).toEqual([{ id: 'shop_web__Service', v: 'v1' }])
  })

  it.each([
    ['none', {}, 'disabled'],
    ['an unknown mode', { driftDetection: { mode: 'perhaps' } }, 'disabled'],
    ['enabled', { driftDetection: { mode: 'enabled' } }, 'enabled'],
  ])('with drift detection %s looks for drift accordingly', (_, spec, mode) => {
    expect(readHelmRelease(helmReleaseObject(spec)).driftDetection).toBe(mode)
  })

  it('keeps its release beside itself, or where its spec says, until its status says where', () => {
    const place = (spec: object, status: object) =>
      readHelmRelease(helmReleaseObject(spec, status)).storageNamespace
    expect(place({}, { storageNamespace: undefined })).toBe('flux-system')
    expect(place({ storageNamespace: 'store' }, { storageNamespace: undefined })).toBe('store')
    expect(place({ storageNamespace: 'new' }, { storageNamespace: 'old' })).toBe('old')
  })

  it.each([
    [
      'its own name in its own namespace',
      { targetNamespace: undefined, releaseName: undefined },
      'flux-system',
      'web',
    ],
    ['the name of its target', { releaseName: undefined }, 'shop', 'shop-web'],
    ['a name of its choice', {}, 'shop', 'web'],
  ])('of v2beta1 tells a number alone: its release has %s', (_, spec, namespace, name) => {
    const status = { history: undefined, lastReleaseRevision: 7, lastAppliedRevision: '1.2.3' }
    const [read] = readHelmRelease(helmReleaseObject(spec, status)).status.history
    expect(read).toMatchObject({ namespace, name, version: 7, status: '', chartVersion: '1.2.3' })
  })

  it('is read whatever somebody has written into it', () => {
    const odd = readHelmRelease({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'odd' },
      spec: 'none',
      status: {
        history: [null, 3, { name: 'x', version: 'one' }, { version: 1.5 }],
        conditions: {},
        inventory: [],
      },
    })
    expect(odd).toMatchObject({
      namespace: 'default',
      suspended: false,
      status: { history: [], conditions: [] },
    })
  })
})

describe('the release that live objects come from', () => {
  const baseline = (...statuses: readonly string[]) => {
    const history = statuses.map((status, i) => snapshot(statuses.length - i, status))
    const found = helmBaselineOf(readHelmRelease(helmReleaseObject({}, { history })))
    return [found.kind, ...('current' in found ? [found.current.version] : [])].join(' ')
  }

  it.each([
    ['nothing installed', [], 'never'],
    ['one', ['deployed'], 'released 1'],
    ['the newest', ['deployed', 'superseded'], 'released 2'],
    [
      'the newest and the last good one, when the newest failed',
      ['failed', 'failed', 'superseded'],
      'mixed 1',
    ],
    ['the same while one is being made', ['pending-upgrade', 'deployed'], 'mixed 1'],
    ['a first one that failed', ['failed'], 'released 1'],
    ['none that is uninstalled', ['uninstalled', 'failed'], 'uninstalled'],
  ])('is %s', (_, statuses, expected) => {
    expect(baseline(...statuses)).toBe(expected)
  })
})
