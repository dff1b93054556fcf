import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { openRepository } from '@kubectl-gitops/core/git/repository.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { surveyDrift } from '@kubectl-gitops/core/survey/drift.js'
import { binary } from '../../support/binaries.js'
import { startControlPlane, type ControlPlane } from '../../support/control-plane.js'
import { describeWith } from '../../support/describe-with.js'
import { startFlux, type Flux } from '../../support/flux.js'
import type { FluxRepository } from '../../support/flux-repository.js'
import { GIT_ENV } from '../../support/git-repository.js'
import { temporaryFolder } from '../../support/processes.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const SOURCE = { namespace: 'flux-system', name: 'fleet' }
const APPS = { namespace: 'flux-system', name: 'apps' }

const config = (value: string): Readonly<Record<string, string>> => ({
  'apps/map.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: default}\ndata: {value: "${value}"}\n`,
})

describeWith(NEEDED, 'a survey while Flux applies', () => {
  let plane: ControlPlane
  let flux: Flux
  let fleet: FluxRepository
  let cluster: Cluster
  let home: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    fleet = await flux.createRepository('fleet')
    await fleet.write(config('one'))
    await fleet.commit('Say one')
    await fleet.push()
    await flux.gitRepository({ ...SOURCE, url: fleet.url })
    await flux.kustomization({ ...APPS, source: 'fleet', path: './apps' })
    await flux.waitFor(
      { kind: 'Kustomization', ...APPS },
      ({ status }) => status?.lastAppliedRevision !== undefined,
    )
    cluster = await connect({ kubeconfig: plane.kubeconfig, env: {} })
  })
  afterAll(async () => {
    cluster.close()
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  /** A survey in which something happens before or after ConfigMaps are read for the first time. */
  async function survey(when: 'before' | 'after', happens: () => Promise<void>) {
    let left = 1
    const watched: Cluster = {
      ...cluster,
      async *pages(path, query) {
        const isFirst = path === '/api/v1/configmaps' && left-- > 0
        if (isFirst && when === 'before') await happens()
        yield* cluster.pages(path, query)
        if (isFirst && when === 'after') await happens()
      },
    }
    const report = await surveyDrift({
      cluster: watched,
      openRepository: (url, revision) =>
        openRepository({
          ...{ url, workingDirectory: home.path, cacheDirectory: home.path, env: GIT_ENV },
          ...(revision === undefined ? {} : { revision }),
          checkouts: [{ url: fleet.url, path: fleet.path }],
        }),
      kustomize: { kubectl: binary('kubectl'), timeoutMs: 120_000, env: GIT_ENV },
      cacheDirectory: home.path,
      now: () => new Date(),
      progress: () => undefined,
    })
    return {
      objects: report.objects.map(({ name, verdict, fields = [] }) => [name, verdict, fields.length]),
      revisions: report.kustomizations.map(({ revision }) => revision),
    }
  }

  it('is of the revision that was applied at its end, and shows no drift between the two', async () => {
    let hash = ''
    const found = await survey('before', async () => {
      const commit = { repository: fleet, message: 'Say two', source: SOURCE, kustomizations: [APPS] }
      hash = await flux.commitAndApply({ ...commit, write: config('two') })
    })
    expect(found).toEqual({ objects: [['web', 'in-sync', 0]], revisions: [`main@sha1:${hash}`] })
  })

  it('shows what is drifted at its end, not what Flux has put right meanwhile', async () => {
    const edit = { data: { value: 'by hand' } }
    const path = '/api/v1/namespaces/default/configmaps/web?fieldManager=kubectl-edit'
    await plane.request('PATCH', path, edit)
    const found = await survey('after', async () => {
      await flux.reconcile('Kustomization', APPS.namespace, APPS.name)
    })
    expect(found.objects).toEqual([['web', 'in-sync', 0]])
  })
})
