import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport, FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { runDrift, runPlugin, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { helmFleet, helmRelease } from './helm-fleet.js'

const NEEDED = [
  ...(['etcd', 'kube-apiserver', 'kubectl', 'source-controller'] as const),
  ...(['kustomize-controller', 'helm-controller'] as const),
]

describeWith(NEEDED, 'drift of HelmReleases', () => {
  let plane: ControlPlane
  let flux: Flux
  let fleet: FluxRepository
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'], auditLog: true })
    flux = await startFlux(plane, { controllers: ['source', 'kustomize', 'helm'] })
    auditor = await plane.kubeconfigFor('auditor')
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    fleet = await flux.createRepository('fleet')
    await fleet.write(
      helmFleet({
        'releases/web.yaml': helmRelease('web', 'driftDetection: {mode: enabled}', 'values: {password: swordfish}'),
      }),
    )
    await fleet.commit('Release the web')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    await flux.kustomization({ name: 'releases', namespace: 'flux-system', source: 'fleet', path: './releases' })
    await ready('web')
  }, 300_000)

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const ready = (name: string) =>
    flux.waitFor(
      { kind: 'HelmRelease', namespace: 'flux-system', name },
      (object) =>
        object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
      120_000,
    )

  const drift = (...args: readonly string[]) => runDrift(args, { home: home.path, kubeconfig: auditor })

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  it('finds everything in sync right after Flux installed it', async () => {
    const report = await drift()
    console.log(JSON.stringify(report, null, 1))
    expect(verdictsOf(report)).toEqual([])
  })
})
