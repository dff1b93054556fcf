import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeInCorpora } from '../support/describe-with.js'
import { conditionOf } from '../support/flux-objects.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { runDrift } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { raiseVersions } from '../support/raised-versions.js'
import { ROOT } from '../support/source-files.js'

const CORPORA = join(ROOT, '../shared/corpora')
const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

/** Where a repository comes from, and the path that a cluster would be bootstrapped with. */
const REPOSITORIES = [
  { name: 'flux2-kustomize-helm-example', bundle: true, path: './clusters/production' },
  { name: 'flux2-multi-tenancy', bundle: true, path: './clusters/production' },
  { name: 'faces-demo/8c6b63c', bundle: false, path: './k8s/01-base' },
  { name: 'faces-demo/bdc243b', bundle: false, path: './k8s/01-base' },
] as const

describeInCorpora(
  CORPORA,
  'right after Flux applied it',
  () => {
    let plane: ControlPlane
    let flux: Flux
    let home: Awaited<ReturnType<typeof temporaryFolder>>

    beforeAll(async () => {
      home = await temporaryFolder('home')
      plane = await startControlPlane({ crds: ['flux', 'flagger'] })
      flux = await startFlux(plane)
      for (const name of ['flux-system', 'faces'])
        await plane.request('POST', '/api/v1/namespaces', { metadata: { name } })
    })
    afterAll(async () => {
      await flux.stop()
      await plane.stop()
      await home.remove()
    })

    it.each(REPOSITORIES)('$name shows no drift, and nothing orphaned', async ({ name, bundle, path }) => {
      const own = name.replaceAll(/[^a-z0-9]+/g, '-')
      const repository = await flux.createRepository(own)
      if (bundle)
        await repository.git('pull', '--quiet', join(CORPORA, 'histories', `${name}.bundle`), 'main')
      else await cp(join(CORPORA, name), repository.path, { recursive: true })
      await rm(join(repository.path, path, 'flux-system'), { recursive: true, force: true })
      await raiseVersions(repository.path)
      await publish(repository)
      const root = { namespace: 'flux-system', name: own }
      await flux.gitRepository({ ...root, name: 'flux-system', url: repository.url })
      await flux.reconcile('GitRepository', 'flux-system', 'flux-system')
      await flux.kustomization({
        ...root,
        source: 'flux-system',
        path,
        spec: { targetNamespace: targetOf(name) },
      })
      await settle()
      const report = await runDrift([], { home: home.path, kubeconfig: plane.kubeconfig })
      expect(report.objects.length).toBeGreaterThan(2)
      expect(report.objects.filter(({ verdict }) => verdict === 'drifted' || verdict === 'orphaned')).toEqual(
        [],
      )
      for (const { kind, apiVersion, namespace = 'default', name: missing } of report.objects.filter(
        ({ verdict }) => verdict === 'missing',
      )) {
        const [version = '', group = ''] = apiVersion.split('/').reverse()
        const type = `${kind}.${version}.${group}`
        const { stderr } = await plane.kubectl(['get', '-n', namespace, type, missing])
        expect(stderr).toContain('NotFound')
      }
    })

    // What one repository leaves behind would be the next one's orphans.
    afterEach(async () => {
      const kinds = 'kustomizations,gitrepositories'
      await plane.kubectl(['delete', kinds, '--all', '-A', '--timeout=60s'])
    })

    const targetOf = (name: string): string | undefined => (name.startsWith('faces') ? 'faces' : undefined)

    async function publish(repository: FluxRepository): Promise<void> {
      await repository.commit('Raise the API versions to those that the cluster serves')
      await repository.push()
    }

    /** Waits until Flux has said of every Kustomization what came of it. */
    async function settle(): Promise<void> {
      const { stdout } = await plane.kubectl(['get', 'kustomizations', '-A', '-o', 'json'])
      const { items } = JSON.parse(stdout) as { items: { metadata: { namespace: string; name: string } }[] }
      for (const { metadata } of items) {
        await flux.waitFor({ kind: 'Kustomization', ...metadata }, (object) => {
          const status = conditionOf(object, 'Ready')?.status
          return status === 'True' || status === 'False'
        })
      }
      const again = await plane.kubectl(['get', 'kustomizations', '-A', '-o', 'json'])
      const found = (JSON.parse(again.stdout) as { items: unknown[] }).items
      if (found.length > items.length) await settle()
    }
  },
  NEEDED,
)
