import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport, HelmReleaseRecord, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { runDrift, runPlugin, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { HELM_FLEET } from './helm-fleet.js'

const NEEDED = [
  ...(['etcd', 'kube-apiserver', 'kubectl', 'source-controller'] as const),
  ...(['kustomize-controller', 'helm-controller'] as const),
]

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

describeWith(NEEDED, 'drift of HelmReleases', () => {
  let plane: ControlPlane
  let flux: Flux
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'], auditLog: true, users: [GUEST] })
    flux = await startFlux(plane, { controllers: ['source', 'kustomize', 'helm'] })
    auditor = await plane.kubeconfigFor('auditor')
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    const fleet = await flux.createRepository('fleet')
    await fleet.write(HELM_FLEET)
    await fleet.commit('Release the web')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    await flux.kustomization({
      name: 'releases',
      namespace: 'flux-system',
      source: 'fleet',
      path: './releases',
    })
    for (const name of ['web', 'warned', 'plain']) await readiness(name, 'True')
    await readiness('broken', 'False')
  }, 300_000)

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const readiness = (name: string, wanted: string) =>
    flux.waitFor(
      { kind: 'HelmRelease', namespace: 'flux-system', name },
      (object) =>
        object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === wanted) === true,
      180_000,
    )

  const reconcile = (name: string) => flux.reconcile('HelmRelease', 'flux-system', name)

  const drift = (...args: readonly string[]) => runDrift(args, { home: home.path, kubeconfig: auditor })

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  const inShop = (...args: readonly string[]) => edit('-n', 'shop', ...args)

  const patchRelease = (name: string, spec: object) =>
    edit('-n', 'flux-system', 'patch', 'hr', name, '--type=merge', '-p', JSON.stringify({ spec }))

  const recordOf = (report: DriftReport, name: string): HelmReleaseRecord | undefined =>
    report.helmReleases.find((one) => one.name === name)

  const objectsOf = (report: DriftReport, name: string): readonly ObjectRecord[] =>
    report.objects.filter(({ owner }) => owner.kind === 'HelmRelease' && owner.name === name)

  /** What differs of a release's objects, by the field, and whether it is said to be put back. */
  const predictions = (report: DriftReport, name: string) =>
    objectsOf(report, name)
      .filter(({ verdict }) => verdict !== 'in-sync' && verdict !== 'excluded')
      .flatMap(({ kind, name: object, verdict, message = '', fields = [] }) =>
        verdict === 'missing'
          ? [`${kind}/${object} missing ${message.startsWith('Flux will create') ? 'reverted' : 'kept'}`]
          : fields.map(
              ({ field, op, willRevert }) =>
                `${kind}/${object} ${field} ${op} ${willRevert ? 'reverted' : 'kept'}`,
            ),
      )

  /** What `helm upgrade` leaves behind: the next release in Helm's storage. */
  const upgradeByHand = async (name: string) => {
    const path = '/api/v1/namespaces/flux-system/secrets'
    const { body } = await plane.request('GET', `${path}/sh.helm.release.v1.${name}.v1`)
    const secret = body as { readonly data: { readonly release: string } }
    const inner = Buffer.from(secret.data.release, 'base64').toString()
    const release = JSON.parse(gunzipSync(Buffer.from(inner, 'base64')).toString()) as object
    const next = Buffer.from(gzipSync(JSON.stringify({ ...release, version: 2 })).toString('base64'))
    const { status } = await plane.request('POST', path, {
      metadata: {
        name: `sh.helm.release.v1.${name}.v2`,
        labels: { name, owner: 'helm', status: 'deployed', version: '2' },
      },
      type: 'helm.sh/release.v1',
      data: { release: next.toString('base64') },
    })
    expect(status).toBe(201)
  }

  it('finds everything in sync right after Flux installed it, for a person who may only get and list', async () => {
    const report = await drift()
    expect(objectsOf(report, 'web').map(({ kind, name, verdict }) => `${kind}/${name} ${verdict}`)).toEqual([
      'ClusterRole/web-reader in-sync',
      'ConfigMap/web-config in-sync',
      'ConfigMap/web-free excluded',
      'Deployment/web in-sync',
      'Secret/web in-sync',
      'Service/web in-sync',
    ])
    expect(recordOf(report, 'web')).toEqual({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      namespace: 'flux-system',
      name: 'web',
      verdict: 'in-sync',
      chart: {
        name: 'web',
        version: expect.stringMatching(/^0\.1\.0\+[0-9a-f]{12}$/) as unknown,
        appVersion: '2.3',
      },
      release: { namespace: 'shop', name: 'web', version: 1, status: 'deployed' },
      suspended: false,
      interval: '1h',
      driftDetection: 'enabled',
      lastDeployed: expect.stringMatching(/Z$/) as unknown,
      objects: 6,
    })
    const releases = 'shop/broken, shop/plain, shop/warned and 1 more'
    expect(report.notes).toEqual([
      `hooks of Helm releases (${releases}) are not compared: Helm runs them and lets them go`,
      `CustomResourceDefinitions in crds folders of charts (${releases}) are not compared: ` +
        'they are not part of the release that Helm keeps',
    ])
  })

  it('says in the words of Flux what could not be installed, and what is there of it', async () => {
    const report = await drift()
    const broken = recordOf(report, 'broken')
    expect(broken).toMatchObject({
      verdict: 'failed',
      reason: 'install-failed',
      release: { version: 1, status: 'failed' },
    })
    expect(broken?.message).toMatch(
      /^Helm install failed for release shop\/broken with .*expected numeric .*\nits objects are compared with release shop\/broken\.v1 \(failed\)$/,
    )
    expect(
      objectsOf(report, 'broken').map(({ kind, verdict, message }) => `${kind} ${verdict} ${message ?? ''}`),
    ).toContain(
      'Service missing Flux will not create it again: the newest attempt of Flux at HelmRelease ' +
        'flux-system/broken has not succeeded',
    )
  })

  it('predicted right what helm-controller puts back with drift detection enabled, and what it leaves', async () => {
    await inShop('set', 'image', 'deploy/web', 'web=example.com/web:hotfix')
    await inShop('set', 'env', 'deploy/web', 'DEBUG=1')
    await inShop('label', 'deploy/web', 'owner=oncall')
    await inShop('label', 'deploy/web', 'team-')
    await inShop('annotate', 'configmap/web-config', 'note=hands off')
    await inShop('patch', 'configmap', 'web-config', '-p', '{"data":{"colour":"red","more":"x"}}')
    await inShop(
      'patch',
      'deploy',
      'web',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    )
    await inShop('label', 'secret/web', 'helm.toolkit.fluxcd.io/name-')
    await inShop('delete', 'service', 'web')
    await edit('patch', 'clusterrole', 'web-reader', '--type=json', '-p', EVERYTHING)
    const before = await drift()
    const predicted = predictions(before, 'web')
    expect(predicted).toEqual([
      'ClusterRole/web-reader rules[0].verbs changed reverted',
      'ConfigMap/web-config data.colour changed reverted',
      'ConfigMap/web-config data.more added kept',
      'ConfigMap/web-config metadata.annotations.note added kept',
      'Deployment/web metadata.finalizers removed kept',
      'Deployment/web metadata.labels.owner added kept',
      'Deployment/web metadata.labels.team removed reverted',
      'Deployment/web spec.template.spec.containers[web].env[DEBUG] added kept',
      'Deployment/web spec.template.spec.containers[web].image changed reverted',
      'Secret/web metadata.labels[helm.toolkit.fluxcd.io/name] removed reverted',
      'Service/web missing reverted',
    ])
    expect(before.code).toBe(1)
    await reconcile('web')
    const after = predictions(await drift(), 'web')
    expect(after).toEqual(predicted.filter((line) => line.endsWith('kept')))
  })

  const EVERYTHING = '[{"op":"add","path":"/rules/0/verbs/-","value":"watch"}]'

  it.each(['warned', 'plain'])('predicted right that nothing of %s is put back', async (name) => {
    await inShop('set', 'image', `deploy/${name}`, 'web=example.com/web:hotfix')
    await inShop('delete', 'service', name)
    const predicted = predictions(await drift(), name)
    expect(predicted).toEqual([
      `Deployment/${name} spec.template.spec.containers[web].image changed kept`,
      `Service/${name} missing kept`,
    ])
    await reconcile(name)
    expect(predictions(await drift(), name)).toEqual(predicted)
  })

  it('predicted right that helm-controller cannot put back values of a Secret, nor its labels then', async () => {
    await inShop('patch', 'secret', 'web', '-p', '{"stringData":{"password":"open-sesame"}}')
    await inShop('label', 'secret/web', 'app.kubernetes.io/managed-by=me', '--overwrite')
    const predicted = predictions(await drift(), 'web').filter((line) => line.startsWith('Secret'))
    expect(predicted).toEqual([
      'Secret/web data.password changed kept',
      'Secret/web metadata.labels[app.kubernetes.io/managed-by] changed kept',
    ])
    await edit('-n', 'flux-system', 'annotate', 'hr', 'web', 'reconcile.fluxcd.io/requestedAt=now')
    await flux.waitFor(
      { kind: 'HelmRelease', namespace: 'flux-system', name: 'web' },
      (object) => object.status?.conditions?.some(({ reason }) => reason === 'ProgressingWithRetry') === true,
    )
    const after = await drift()
    expect(predictions(after, 'web').filter((line) => line.startsWith('Secret'))).toEqual(predicted)
    expect(recordOf(after, 'web')).toMatchObject({
      verdict: 'pending',
      message: 'a reconcile is running: correcting cluster drift',
    })
    await inShop('patch', 'secret', 'web', '-p', '{"stringData":{"password":"swordfish"}}')
    await readiness('web', 'True')
  })

  it('leaves to Flux what driftDetection.ignore leaves alone', async () => {
    await patchRelease('web', {
      driftDetection: { ignore: [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }] },
    })
    await edit('-n', 'flux-system', 'annotate', 'hr', 'web', 'kustomize.toolkit.fluxcd.io/reconcile=disabled')
    await reconcile('web')
    await inShop('scale', 'deploy/web', '--replicas=7')
    await reconcile('web')
    const deployment = objectsOf(await drift(), 'web').find(({ kind }) => kind === 'Deployment')
    expect(deployment?.fields?.map(({ field }) => field)).not.toContain('spec.replicas')
    expect(deployment?.explained).toMatchObject([
      {
        field: 'spec.replicas',
        git: 2,
        live: 7,
        willRevert: false,
        because: "the HelmRelease's spec.driftDetection.ignore tells Flux to leave it alone",
      },
    ])
  })

  it('never prints a secret value, in any output', async () => {
    for (const form of ['wide', 'json', 'yaml', 'name']) {
      const { stdout, stderr } = await runPlugin(['drift', '-o', form], {
        home: home.path,
        kubeconfig: auditor,
      })
      for (const value of ['swordfish', 'open-sesame', 'c3dvcmRmaXNo', 'b3Blbi1zZXNhbWU'])
        expect(stdout + stderr).not.toContain(value)
      expect(stdout).toContain('web')
    }
  })

  it('masks a secret value that the chart puts where nobody expects one', async () => {
    await inShop('set', 'env', 'deploy/plain', 'HANDSHAKE=other')
    const deployment = objectsOf(await drift(), 'plain').find(({ kind }) => kind === 'Deployment')
    expect(deployment?.fields?.find(({ field }) => field.includes('HANDSHAKE'))?.git).toBe('*** (after)')
    await inShop('set', 'env', 'deploy/plain', 'HANDSHAKE=swordfish')
  })

  it('is unknown without the right to read the Secret of Helm, and hides nothing else', async () => {
    const kubeconfig = await plane.kubeconfigFor('guest')
    const report = await runDrift([], { home: home.path, kubeconfig })
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
    await upgradeByHand('warned')
    const before = await drift()
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
    await reconcile('warned')
    const after = await drift()
    expect(predictions(after, 'warned')).toEqual([])
    expect(recordOf(after, 'warned')).toMatchObject({ verdict: 'in-sync', release: { version: 3 } })
  })

  it('calls a release missing that somebody uninstalled, and Flux installs it again', async () => {
    await edit('-n', 'flux-system', 'delete', 'secret', '-l', 'owner=helm,name=warned')
    await inShop('delete', 'service', 'warned')
    const before = await drift()
    expect(recordOf(before, 'warned')).toMatchObject({ verdict: 'missing', reason: 'release-deleted' })
    expect(new Set(objectsOf(before, 'warned').map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    await reconcile('warned')
    expect(recordOf(await drift(), 'warned')).toMatchObject({ verdict: 'in-sync', release: { version: 1 } })
  })

  it('finds what a release has left behind', async () => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' }
    const metadata = { name: 'stray', labels }
    await plane.request('POST', '/api/v1/namespaces/shop/configmaps', { metadata })
    expect(verdictsOf(await drift('-n', 'shop'))).toContain('ConfigMap/stray orphaned not-in-release')
  })

  it('says that what the HelmRelease says by now is not rolled out, while it is suspended', async () => {
    await patchRelease('plain', { suspend: true, values: { replicas: 5 } })
    expect(recordOf(await drift(), 'plain')).toMatchObject({
      verdict: 'pending',
      reason: 'not-rolled-out',
      suspended: true,
    })
  })

  it('sent the server nothing but reads, and of Secrets asked for no list but those of objects', async () => {
    const events = await plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
    const lists = ours.filter(({ verb, objectRef }) => verb === 'list' && objectRef?.resource === 'secrets')
    expect(
      lists.every(({ requestURI }) => requestURI.includes('labelSelector=helm.toolkit.fluxcd.io')),
    ).toBe(true)
  })
})
