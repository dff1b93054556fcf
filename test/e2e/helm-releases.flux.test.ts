import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWith } from '../support/describe-with.js'
import { runDrift, verdictsOf } from '../support/plugin.js'
import { HELM_NEEDED, objectsOf, openHelmStage, predictions, recordOf, type HelmStage } from './helm-stage.js'

const READ = ['get', 'list'] as const

/** Reads everything but Secrets. */
const GUEST = {
  name: 'guest',
  rules: [
    { apiGroups: [''], resources: ['configmaps', 'services', 'namespaces'], verbs: READ },
    { apiGroups: ['apps', 'rbac.authorization.k8s.io'], resources: ['*'], verbs: READ },
    ...['source', 'kustomize', 'helm'].map((name) => ({
      apiGroups: [`${name}.toolkit.fluxcd.io`],
      resources: ['*'],
      verbs: READ,
    })),
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

describeWith(HELM_NEEDED, 'what becomes of HelmReleases', () => {
  let stage: HelmStage

  beforeAll(async () => {
    stage = await openHelmStage([GUEST])
  }, 300_000)

  afterAll(() => stage.stop())

  const inShop = (...args: readonly string[]) => stage.edit('-n', 'shop', ...args)

  it('is unknown without the right to read the Secret of Helm, and hides nothing else', async () => {
    const kubeconfig = await stage.plane.kubeconfigFor('guest')
    const report = await runDrift([], { home: stage.home, kubeconfig })
    expect(recordOf(report, 'plain')).toMatchObject({
      verdict: 'unknown',
      reason: 'forbidden',
      code: 'FORBIDDEN',
      tryThis: 'grant get on secrets in namespace flux-system: Helm keeps there what it installed',
    })
    expect(objectsOf(report, 'plain').map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'ClusterRole unknown',
      ...['ConfigMap', 'ConfigMap', 'Deployment', 'Secret', 'Service'].map((kind) => `${kind} unknown`),
    ])
    expect(report.kustomizations.map(({ verdict }) => verdict)).toEqual(['in-sync'])
    expect(verdictsOf(report)).toContain('HelmRelease/plain in-sync')
    expect(report.code).toBe(2)
  })

  it('names a release that somebody made past Flux, and predicted right that Flux upgrades over it', async () => {
    await inShop('set', 'image', 'deploy/warned', 'web=example.com/web:hotfix')
    await inShop('delete', 'service', 'warned')
    await stage.upgradeByHand('warned')
    const before = await stage.drift()
    expect(recordOf(before, 'warned')).toMatchObject({
      verdict: 'drifted',
      reason: 'release-overtaken',
      message:
        'Helm has release shop/warned.v2, which Flux did not make: somebody upgraded or rolled back by hand, ' +
        'and Flux will upgrade over it',
    })
    expect(predictions(before, 'warned')).toEqual([
      'Deployment/warned spec.template.spec.containers[web].image changed reverted',
      'Service/warned missing reverted',
    ])
    await stage.reconcile('warned')
    const after = await stage.drift()
    expect(predictions(after, 'warned')).toEqual([])
    expect(recordOf(after, 'warned')).toMatchObject({ verdict: 'in-sync', release: { version: 3 } })
  })

  it('calls a release missing that somebody uninstalled, and Flux installs it again', async () => {
    await stage.edit('-n', 'flux-system', 'delete', 'secret', '-l', 'owner=helm,name=warned')
    await inShop('delete', 'service', 'warned')
    const before = await stage.drift()
    expect(recordOf(before, 'warned')).toMatchObject({ verdict: 'missing', reason: 'release-deleted' })
    expect(new Set(objectsOf(before, 'warned').map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    await stage.reconcile('warned')
    expect(recordOf(await stage.drift(), 'warned')).toMatchObject({
      verdict: 'in-sync',
      release: { version: 1 },
    })
  })

  it('takes an object for right that is as the failed upgrade or as the release before it says', async () => {
    await stage.patchRelease('web', { values: { port: 'none', replicas: 9 } })
    await stage.readiness('web', 'False')
    const report = await stage.drift()
    expect(recordOf(report, 'web')).toMatchObject({
      verdict: 'failed',
      reason: 'upgrade-failed',
      release: { version: 1, status: 'deployed' },
      message: expect.stringMatching(
        /^Helm upgrade failed for release shop\/web with .*\nits objects are compared with release shop\/web\.v1 \(deployed\) and shop\/web\.v2 \(failed\)$/s,
      ),
    })
    const found = objectsOf(report, 'web').filter(({ verdict }) => verdict !== 'in-sync')
    expect(found.every(({ verdict }) => verdict === 'pending' || verdict === 'excluded')).toBe(true)
    await inShop('scale', 'deploy/web', '--replicas=4')
    expect(predictions(await stage.drift(), 'web')).toContain('Deployment/web spec.replicas changed kept')
  })

  it('finds what a release has left behind', async () => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' }
    const metadata = { name: 'stray', labels }
    await stage.plane.request('POST', '/api/v1/namespaces/shop/configmaps', { metadata })
    expect(verdictsOf(await stage.drift('-n', 'shop'))).toContain('ConfigMap/stray orphaned not-in-release')
  })

  it('says that what the HelmRelease says by now is not rolled out, while it is suspended', async () => {
    await stage.patchRelease('plain', { suspend: true, values: { replicas: 5 } })
    expect(recordOf(await stage.drift(), 'plain')).toMatchObject({
      verdict: 'pending',
      reason: 'not-rolled-out',
      suspended: true,
    })
  })

  it('sent the server nothing but reads, and of Secrets asked for no list but those of objects', async () => {
    const events = await stage.plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
    const lists = ours.filter(({ verb, objectRef }) => verb === 'list' && objectRef?.resource === 'secrets')
    const owners = /labelSelector=(?:helm|kustomize)\.toolkit\.fluxcd\.io/
    expect(lists.filter(({ requestURI }) => !owners.test(requestURI))).toEqual([])
  })
})
