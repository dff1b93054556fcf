import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { readVariables } from '@kubectl-gitops/core/survey/variables.js'
import type { Cluster as TestCluster } from '../../support/cluster.js'
import { sharedControlPlane } from '../../support/shared-control-plane.js'

describe('reading variables', () => {
  let plane: TestCluster
  let auditor: Cluster
  let namespace: string

  beforeAll(async () => {
    plane = await sharedControlPlane()
    namespace = await plane.createNamespace('variables')
    const provide = async (resource: string, body: object) => {
      const { status } = await plane.request('POST', `/api/v1/namespaces/${namespace}/${resource}`, body)
      expect(status).toBe(201)
    }
    await provide('configmaps', {
      metadata: { name: 'settings' },
      data: { a: '1\n', b: '1' },
      binaryData: { c: '/w==' },
    })
    await provide('secrets', {
      metadata: { name: 'credentials' },
      data: { b: Buffer.from('swordfish\n').toString('base64'), raw: '/w==' },
    })
    await provide('configmaps', { metadata: { name: 'empty' } })
    auditor = await connect({ kubeconfig: await plane.kubeconfigFor('auditor'), env: {} })
  })

  afterAll(() => {
    auditor.close()
    plane.disconnect()
  })

  const site = (...substituteFrom: readonly object[]) =>
    readKustomization({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'site', namespace },
      spec: { postBuild: { substitute: { d: 'inline' }, substituteFrom } },
    })

  it('merges ConfigMaps, Secrets and inline values', async () => {
    const references = [
      { kind: 'ConfigMap', name: 'settings' },
      { kind: 'Secret', name: 'credentials' },
      { kind: 'ConfigMap', name: 'empty' },
      { kind: 'Secret', name: 'absent', optional: true },
    ]
    expect(await readVariables(auditor, site(...references))).toEqual({
      values: new Map(Object.entries({ a: '1', b: 'swordfish', raw: '', d: 'inline' })),
      secretNames: new Set(['b', 'raw']),
      binaryNames: new Set(['raw']),
    })
  })

  it("fails where one is missing, in the server's words", async () => {
    await expect(readVariables(auditor, site({ kind: 'Secret', name: 'absent' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: "substitute from 'Secret/absent' error: its variables cannot be read",
      why: 'secrets "absent" not found',
      tryThis: `kubectl get -n ${namespace} secrets/absent`,
    })
  })

  it('fails where one may not be read, optional or not, and says what to grant', async () => {
    const kubeconfig = await plane.kubeconfigFor('admin')
    const nobody = await connect({ kubeconfig, as: 'nobody', env: {} })
    const references = [{ kind: 'ConfigMap', name: 'settings', optional: true }]
    await expect(readVariables(nobody, site(...references))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      why: expect.stringContaining('configmaps "settings" is forbidden: User "nobody" cannot get resource'),
      tryThis: `allow yourself to get configmaps/settings in namespace ${namespace}`,
    })
    nobody.close()
  })
})
