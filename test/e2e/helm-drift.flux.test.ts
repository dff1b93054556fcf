import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { FORMATS } from '../../plugin/src/printers/report.js'
import { describeWith } from '../support/describe-with.js'
import { runPlugin } from '../support/plugin.js'
import { HELM_NEEDED, objectsOf, openHelmStage, predictions, recordOf, type HelmStage } from './helm-stage.js'

/** A right that nobody was meant to have. */
const EVERYTHING = '[{"op":"add","path":"/rules/0/verbs/-","value":"watch"}]'

describeWith(HELM_NEEDED, 'what helm-controller puts back', () => {
  let stage: HelmStage

  beforeAll(async () => {
    stage = await openHelmStage()
  }, 300_000)

  afterAll(() => stage.stop())

  const inShop = (...args: readonly string[]) => stage.edit('-n', 'shop', ...args)

  it('finds everything in sync right after Flux installed it, for a person who may only get and list', async () => {
    const report = await stage.drift()
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
    const report = await stage.drift()
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
    await stage.edit('patch', 'clusterrole', 'web-reader', '--type=json', '-p', EVERYTHING)
    const before = await stage.drift()
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
    await stage.reconcile('web')
    const after = predictions(await stage.drift(), 'web')
    expect(after).toEqual(predicted.filter((line) => line.endsWith('kept')))
  })

  it.each(['warned', 'plain'])('predicted right that nothing of %s is put back', async (name) => {
    await inShop('set', 'image', `deploy/${name}`, 'web=example.com/web:hotfix')
    await inShop('delete', 'service', name)
    const predicted = predictions(await stage.drift(), name)
    expect(predicted).toEqual([
      `Deployment/${name} spec.template.spec.containers[web].image changed kept`,
      `Service/${name} missing kept`,
    ])
    await stage.reconcile(name)
    expect(predictions(await stage.drift(), name)).toEqual(predicted)
  })

  it('predicted right that helm-controller cannot put back values of a Secret, nor its labels then', async () => {
    await inShop('patch', 'secret', 'web', '-p', '{"stringData":{"password":"open-sesame"}}')
    await inShop('label', 'secret/web', 'app.kubernetes.io/managed-by=me', '--overwrite')
    const predicted = predictions(await stage.drift(), 'web').filter((line) => line.startsWith('Secret'))
    expect(predicted).toEqual([
      'Secret/web data.password changed kept',
      'Secret/web metadata.labels[app.kubernetes.io/managed-by] changed kept',
    ])
    await stage.edit(
      '-n',
      'flux-system',
      'annotate',
      'hr',
      'web',
      'reconcile.fluxcd.io/requestedAt=now',
      '--overwrite',
    )
    await stage.flux.waitFor(
      { kind: 'HelmRelease', namespace: 'flux-system', name: 'web' },
      (object) => object.status?.conditions?.some(({ reason }) => reason === 'ProgressingWithRetry') === true,
    )
    const after = await stage.drift()
    expect(predictions(after, 'web').filter((line) => line.startsWith('Secret'))).toEqual(predicted)
    expect(recordOf(after, 'web')).toMatchObject({
      verdict: 'pending',
      message: 'a reconcile is running: correcting cluster drift',
    })
    await inShop('patch', 'secret', 'web', '-p', '{"stringData":{"password":"swordfish"}}')
    await stage.readiness('web', 'True')
  })

  it('leaves to Flux what driftDetection.ignore leaves alone', async () => {
    await stage.patchRelease('web', {
      driftDetection: { ignore: [{ paths: ['/spec/replicas'], target: { kind: 'Deployment' } }] },
    })
    await stage.edit(
      '-n',
      'flux-system',
      'annotate',
      'hr',
      'web',
      'kustomize.toolkit.fluxcd.io/reconcile=disabled',
    )
    await stage.reconcile('web')
    await inShop('scale', 'deploy/web', '--replicas=7')
    await stage.reconcile('web')
    const deployment = objectsOf(await stage.drift(), 'web').find(({ kind }) => kind === 'Deployment')
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
    for (const form of FORMATS) {
      const { stdout, stderr } = await runPlugin(['drift', '-o', form], {
        home: stage.home,
        kubeconfig: stage.auditor,
      })
      for (const value of ['swordfish', 'open-sesame', 'c3dvcmRmaXNo', 'b3Blbi1zZXNhbWU'])
        expect(stdout + stderr).not.toContain(value)
      expect(stdout).toMatch(form === 'prometheus' ? /owner_kind="HelmRelease"/ : /web/)
    }
  })

  it('masks a secret value that the chart puts where nobody expects one', async () => {
    await inShop('set', 'env', 'deploy/plain', 'HANDSHAKE=other')
    const deployment = objectsOf(await stage.drift(), 'plain').find(({ kind }) => kind === 'Deployment')
    expect(deployment?.fields?.find(({ field }) => field.includes('HANDSHAKE'))?.git).toBe('*** (after)')
    const home = { home: stage.home, kubeconfig: stage.auditor }
    const { stdout } = await runPlugin(['drift', '-n', 'shop', '-o', 'diff'], home)
    expect(stdout).toMatch(/^- +value: other$/m)
    expect(stdout).toMatch(/^\+ +value: "\*\*\* \(after\)"$/m)
    expect(stdout).not.toContain('swordfish')
    await inShop('set', 'env', 'deploy/plain', 'HANDSHAKE=swordfish')
  })
})
