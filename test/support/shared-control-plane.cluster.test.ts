import { afterAll, expect, it } from '@jest/globals'
import { connect } from './cluster.js'
import { CRD_MODULES } from './crds.js'
import { describeWith } from './describe-with.js'
import { sharedControlPlane } from './shared-control-plane.js'

const SERVERS = ['etcd', 'kube-apiserver', 'kubectl'] as const
const connected: { disconnect(): void }[] = []

afterAll(() => {
  for (const cluster of connected) cluster.disconnect()
})

describeWith(SERVERS, 'the shared control plane', () => {
  it('is the same for everybody who asks', async () => {
    const [one, two] = await Promise.all([sharedControlPlane(), sharedControlPlane()])
    connected.push(one, two)
    expect(two.access).toEqual(one.access)
    expect((await one.request('GET', '/readyz')).body).toBe('ok')
  })

  it('gives everybody a namespace of their own', async () => {
    const cluster = await sharedControlPlane()
    connected.push(cluster)
    const names = await Promise.all([1, 2, 3].map(() => cluster.createNamespace('mine')))
    expect(new Set(names).size).toBe(3)
    expect(names.every((name) => /^mine-[a-z0-9]{5}$/.test(name))).toBe(true)
  })

  it('does not let the holder of an old token in', async () => {
    const { access } = await sharedControlPlane()
    const stranger = connect({ ...access, tokens: { admin: 'f'.repeat(32) } })
    connected.push(stranger)
    expect((await stranger.request('GET', '/api')).status).toBe(401)
  })
})

describeWith([...SERVERS, ...CRD_MODULES.flux, ...CRD_MODULES.flagger], 'the shared control plane', () => {
  it('serves the kinds of Flux and Flagger', async () => {
    const cluster = await sharedControlPlane()
    connected.push(cluster)
    const { body } = await cluster.request('GET', '/apis')
    const groups = (body as { groups: { name: string }[] }).groups.map(({ name }) => name)
    expect(groups.filter((name) => /fluxcd\.io$|flagger\.app$/.test(name)).sort()).toEqual([
      'flagger.app',
      'helm.toolkit.fluxcd.io',
      'kustomize.toolkit.fluxcd.io',
      'notification.toolkit.fluxcd.io',
      'source.toolkit.fluxcd.io',
    ])
  })
})
