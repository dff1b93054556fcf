import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeInCorpora } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { kustomizationVerdictsOf, runDrift, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { raiseVersions } from '../support/raised-versions.js'
import { ROOT } from '../support/source-files.js'

const BUNDLE = join(ROOT, '../shared/corpora/histories/gitops-linkerd.bundle')
const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

describeInCorpora(
  BUNDLE,
  'gitops-linkerd with its real history',
  () => {
    let plane: ControlPlane
    let flux: Flux
    let repository: FluxRepository
    let home: Awaited<ReturnType<typeof temporaryFolder>>
    let auditor: string

    beforeAll(async () => {
      home = await temporaryFolder('home')
      plane = await startControlPlane({ crds: ['flux', 'flagger'] })
      flux = await startFlux(plane)
      auditor = await plane.kubeconfigFor('auditor')
      repository = await flux.createRepository('gitops-linkerd')
      await repository.git('pull', '--quiet', BUNDLE, 'main')
      await repository.remove('clusters/my-cluster/flux-system')
      for (const folder of ['apps', 'clusters', 'infrastructure'])
        await raiseVersions(join(repository.path, folder))
      await repository.commit('Raise the API versions to those that the cluster serves')
      await repository.push()
      await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
      await flux.gitRepository({ name: 'flux-system', namespace: 'flux-system', url: repository.url })
      await flux.kustomization({
        name: 'flux-system',
        namespace: 'flux-system',
        source: 'flux-system',
        path: './clusters/my-cluster',
      })
      await settled('cert-manager', 'ReconciliationSucceeded', 'HealthCheckFailed')
      await settled('weave-gitops', 'ReconciliationSucceeded', 'HealthCheckFailed')
      await settled('linkerd', 'BuildFailed')
      for (const name of ['apps', 'flagger', 'ingress-nginx']) await settled(name, 'DependencyNotReady')
    })

    afterAll(async () => {
      await flux.stop()
      await plane.stop()
      await home.remove()
    })

    const settled = (name: string, ...reasons: readonly string[]) =>
      flux.waitFor(
        { kind: 'Kustomization', namespace: 'flux-system', name },
        (object) =>
          object.status?.conditions?.some(
            (condition) => condition.type === 'Ready' && reasons.includes(condition.reason),
          ) === true,
      )

    it('compares what was applied, explains what fails, and says who waits for whom', async () => {
      const report = await runDrift([], { home: home.path, kubeconfig: auditor })
      expect(kustomizationVerdictsOf(report)).toEqual([
        'apps pending dependency-not-ready',
        'cert-manager in-sync',
        'flagger pending dependency-not-ready',
        'flux-system in-sync',
        'ingress-nginx pending dependency-not-ready',
        'linkerd failed build-failed',
        'weave-gitops in-sync',
      ])
      expect(
        report.kustomizations.flatMap(({ name, proof }) =>
          proof === undefined ? [] : [`${name} ${proof.status}`],
        ),
      ).toEqual(['cert-manager proved', 'flux-system proved', 'weave-gitops proved'])
      expect(verdictsOf(report)).toEqual([
        'Namespace/cert-manager in-sync',
        'HelmRelease/cert-manager in-sync',
        'HelmRepository/cert-manager in-sync',
        'HelmRelease/weave-gitops in-sync',
        'HelmRepository/weave-gitops in-sync',
        'Ingress/wego-ingress in-sync',
        ...['apps', 'cert-manager', 'flagger', 'ingress-nginx', 'linkerd', 'weave-gitops'].map(
          (name) => `Kustomization/${name} in-sync`,
        ),
        'NetworkPolicy/weave-gitops-ingress in-sync',
      ])
      expect(report.code).toBe(1)
    })

    it('names the commit in which the certificates of linkerd were deleted', async () => {
      const report = await runDrift([], { home: home.path, kubeconfig: auditor })
      const linkerd = report.kustomizations.find(({ name }) => name === 'linkerd')
      expect(linkerd?.message).toBe(
        'kustomize build failed: loading KV pairs: file sources: [tls.crt=ca.crt tls.key=ca.key]: ' +
          'open infrastructure/linkerd/ca.crt: no such file or directory',
      )
      expect(linkerd?.brokenBy).toEqual({
        id: '71cf29e9275d0395ab8069eda4c495a3bf3f3cab',
        author: 'Flynn',
        time: '2023-05-24T12:03:16-04:00',
        subject: "These aren't used and shouldn't be in the repo.",
      })
    })
  },
  NEEDED,
)
