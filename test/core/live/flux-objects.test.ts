import { afterEach, describe, expect, it } from '@jest/globals'
import { discoveryOf, type ApiResource, type Discovery } from '@kubectl-gitops/core/live/discovery.js'
import { listFlux } from '@kubectl-gitops/core/live/list.js'
import { failureOf, json, startFaultServer, type FaultServer } from './http-server.js'

let running: FaultServer | undefined
afterEach(() => running?.stop())

describe('listFlux', () => {
  const KUSTOMIZATIONS: ApiResource = {
    group: 'kustomize.toolkit.fluxcd.io',
    version: 'v1',
    kind: 'Kustomization',
    plural: 'kustomizations',
    singular: 'kustomization',
    shortNames: ['ks'],
    namespaced: true,
    verbs: ['get', 'list'],
    preferred: true,
  }
  const served: Discovery = discoveryOf({ resources: [KUSTOMIZATIONS], unavailable: [] })

  it('lists a kind in the version the server prefers; a kind that is not installed has no objects', async () => {
    const items = [{ metadata: { name: 'apps', namespace: 'flux-system' } }]
    const apiVersion = 'kustomize.toolkit.fluxcd.io/v1'
    running = await startFaultServer((_request, response) => {
      json(response, { apiVersion, kind: 'KustomizationList', items })
    })
    const cluster = await running.connect()
    const found = await listFlux(cluster, served, 'Kustomization', 'flux-system')
    expect(found).toEqual([{ apiVersion, kind: 'Kustomization', metadata: items[0]?.metadata }])
    expect(await listFlux(cluster, served, 'HelmRelease')).toEqual([])
    expect(running.requests.map(({ url }) => url)).toEqual([
      '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations?limit=500',
    ])
  })

  it('says that Flux is not installed, and does not say so when the server cannot tell', async () => {
    running = await startFaultServer(() => undefined)
    const cluster = await running.connect()
    const none = discoveryOf({ resources: [], unavailable: [] })
    const down = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', why: 'stale' }
    const unsure = discoveryOf({ resources: [], unavailable: [down] })
    expect(await failureOf(listFlux(cluster, none, 'GitRepository'))).toEqual({
      code: 'FLUX_NOT_INSTALLED',
      message: 'Flux is not installed on this cluster',
      why: 'the server doesn\'t have a resource type "kustomizations" in kustomize.toolkit.fluxcd.io',
      tryThis: 'kubectl get crd kustomizations.kustomize.toolkit.fluxcd.io',
    })
    expect(await failureOf(listFlux(cluster, unsure, 'GitRepository'))).toMatchObject({
      code: 'SERVER_ERROR',
      why: 'stale',
    })
  })
})
