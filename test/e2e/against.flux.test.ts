import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { kustomizationVerdictsOf, runDrift, runPlugin, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

const child = (name: string, spec = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1h, retryInterval: 1h, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}${spec}}
`

const config = (name: string, value: string, annotations = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default, annotations: {${annotations}}}\ndata: {value: "${value}"}\n`

const KEPT = 'kustomize.toolkit.fluxcd.io/prune: disabled'

const BEFORE = {
  'clusters/shop.yaml': child('shop'),
  'clusters/infra.yaml': child('infra'),
  'clusters/old.yaml': child('old'),
  'shop/web.yaml': config('web', 'one'),
  'shop/same.yaml': config('same', 'one'),
  'shop/dropped.yaml': config('dropped', 'one'),
  'shop/kept.yaml': config('kept', 'one', KEPT),
  'shop/moved.yaml': config('moved', 'one'),
  'infra/infra.yaml': config('infra', 'one'),
  'old/old.yaml': config('old', 'one'),
}

const AFTER = {
  'clusters/infra.yaml': child('infra', ', commonMetadata: {labels: {team: platform}}'),
  'clusters/new.yaml': child('new'),
  'shop/web.yaml': config('web', 'two'),
  'shop/added.yaml': config('added', 'one'),
  'infra/moved.yaml': config('moved', 'one'),
  'new/new.yaml': config('new', 'one'),
}

describeWith(NEEDED, 'kubectl gitops drift at another revision', () => {
  let plane: ControlPlane
  let flux: Flux
  let fleet: FluxRepository
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string
  let before: string
  let after: string

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'], auditLog: true })
    flux = await startFlux(plane)
    auditor = await plane.kubeconfigFor('auditor')
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    fleet = await flux.createRepository('fleet')
    await fleet.write(BEFORE)
    before = await fleet.commit('Lay out the fleet')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    await flux.kustomization({ name: 'fleet', namespace: 'flux-system', source: 'fleet', path: './clusters' })
    for (const name of ['fleet', 'infra', 'old', 'shop'])
      await flux.waitFor(
        { kind: 'Kustomization', namespace: 'flux-system', name },
        (object) =>
          object.status?.conditions?.some(({ reason }) => reason === 'ReconciliationSucceeded') === true,
      )
    await fleet.write(AFTER)
    await fleet.remove(
      'clusters/old.yaml',
      'old/old.yaml',
      'shop/dropped.yaml',
      'shop/kept.yaml',
      'shop/moved.yaml',
    )
    after = await fleet.commit('Change the fleet')
    await fleet.push()
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const options = () => ({ home: home.path, kubeconfig: auditor })
  const drift = (...args: readonly string[]) => runDrift(args, options())

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  const pending = ({ objects }: DriftReport) =>
    objects
      .filter(({ verdict }) => verdict === 'pending')
      .map(({ kind, name, owner, reason }) => `${owner.name}: ${kind}/${name} ${String(reason)}`)

  const EXPECTED = [
    'shop: ConfigMap/added would-create',
    'shop: ConfigMap/dropped would-delete',
    'infra: ConfigMap/infra would-change',
    'shop: ConfigMap/kept would-be-left',
    'infra: ConfigMap/moved would-change',
    'new: ConfigMap/new would-create',
    'old: ConfigMap/old would-delete',
    'shop: ConfigMap/web would-change',
    'fleet: Kustomization/infra would-change',
    'fleet: Kustomization/new would-create',
    'fleet: Kustomization/old would-delete',
  ]

  it('tells what applying Git would change as pending, and none of it as drift', async () => {
    const report = await drift('--against', 'HEAD')
    expect(pending(report)).toEqual(EXPECTED)
    expect(report.objects.filter(({ verdict }) => verdict !== 'pending' && verdict !== 'in-sync')).toEqual([])
    expect(kustomizationVerdictsOf(report)).toEqual([
      'fleet pending would-change',
      'infra pending would-change',
      'new pending would-change',
      'old pending would-change',
      'shop pending would-change',
    ])
    expect(report.kustomizations.find(({ name }) => name === 'shop')).toMatchObject({
      revision: `main@sha1:${before}`,
      nextRevision: `sha1:${after}`,
      message: `applying sha1:${after.slice(0, 8)} changes 4 objects`,
    })
    expect(report.scope).toEqual({ against: 'HEAD' })
    expect(report.code).toBe(0)
    const web = report.objects.find(({ name, verdict }) => name === 'web' && verdict === 'pending')
    expect(
      web?.fields?.map(({ field, op, git, live, willRevert }) => ({ field, op, git, live, willRevert })),
    ).toEqual([{ field: 'data.value', op: 'changed', git: 'two', live: 'one', willRevert: false }])
    for (const revision of ['main', after])
      expect(pending(await drift('--against', revision))).toEqual(EXPECTED)
  })

  it('makes that an exit code only where it is asked to', async () => {
    expect((await drift('--against', 'HEAD', '--fail-on', 'pending')).code).toBe(1)
    const same = await drift('--against', before)
    expect(pending(same)).toEqual([])
    expect(same.code).toBe(0)
  })

  it('keeps what has drifted apart', async () => {
    await edit('-n', 'default', 'patch', 'configmap', 'web', '-p', '{"data":{"hand":"made"}}')
    await edit('-n', 'default', 'patch', 'configmap', 'same', '-p', '{"data":{"value":"seven"}}')
    const report = await drift('ks/shop', '--against', 'HEAD')
    expect(verdictsOf(report)).toEqual([
      'ConfigMap/added pending would-create',
      'ConfigMap/dropped in-sync',
      'ConfigMap/dropped pending would-delete',
      'ConfigMap/kept in-sync',
      'ConfigMap/kept pending would-be-left',
      'ConfigMap/moved in-sync',
      'ConfigMap/same drifted modified',
      'ConfigMap/web drifted unmanaged-field',
      'ConfigMap/web pending would-change',
    ])
    expect(report.code).toBe(1)
    expect(verdictsOf(await drift('cm/web', '--against', 'HEAD'))).toEqual([
      'ConfigMap/web drifted unmanaged-field',
      'ConfigMap/web pending would-change',
    ])
    const { stdout } = await runPlugin(['drift', 'cm/web', '--against', 'HEAD'], options())
    expect(stdout).toMatch(
      /configmap\/web -n default +pending\n {4}applying sha1:[0-9a-f]{8} changes it\n {4}data\.value\n {6}git {3}two\n {6}live {2}one\n\n/,
    )
    await edit('-n', 'default', 'patch', 'configmap', 'same', '-p', '{"data":{"value":"one"}}')
    await edit(
      '-n',
      'default',
      'patch',
      'configmap',
      'web',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/data/hand"}]',
    )
  })

  it('compares live with a revision, and promises nothing about one that is not applied', async () => {
    const report = await drift('--revision', 'main')
    expect(verdictsOf(report).filter((line) => !line.endsWith(' in-sync'))).toEqual([
      'ConfigMap/added missing deleted',
      'ConfigMap/dropped orphaned not-in-revision',
      'ConfigMap/infra drifted modified',
      'ConfigMap/kept orphaned not-in-revision',
      'ConfigMap/moved drifted modified',
      'ConfigMap/moved orphaned not-in-revision',
      'ConfigMap/new missing deleted',
      'ConfigMap/old orphaned not-in-revision',
      'ConfigMap/web drifted modified',
      'Kustomization/infra drifted modified',
      'Kustomization/new missing deleted',
      'Kustomization/old orphaned not-in-revision',
    ])
    expect(
      report.objects.flatMap(({ fields = [] }) => fields).filter(({ willRevert }) => willRevert),
    ).toEqual([])
    expect(JSON.stringify(report)).not.toMatch(/Flux will (?!not\b)/)
    expect(report.scope).toEqual({ revision: 'main' })
    expect(report.kustomizations.find(({ name }) => name === 'shop')).toMatchObject({
      verdict: 'in-sync',
      reason: 'other-revision',
      revision: `sha1:${after}`,
    })
    expect(report.kustomizations.find(({ name }) => name === 'shop')).not.toHaveProperty('nextReconcile')
    expect((await drift('--revision', before)).code).toBe(0)
    expect(verdictsOf(await drift('cm/web', '--revision', 'Kustomization/flux-system/shop=main'))).toEqual([
      'ConfigMap/web drifted modified',
    ])
  })

  it('says where a revision does not build, or is none', async () => {
    await fleet.write({ 'shop/kustomization.yaml': 'resources: [absent.yaml]\n' })
    await fleet.commit('Break the shop')
    await fleet.push()
    const broken = await drift('--against', 'main')
    expect(broken.kustomizations.find(({ name }) => name === 'shop')).toMatchObject({
      verdict: 'failed',
      reason: 'would-not-build',
      message: expect.stringMatching(/^at sha1:[0-9a-f]{8}: .*absent\.yaml.*no such file or directory/s),
    })
    expect(broken.code).toBe(1)
    for (const flag of ['--against', '--revision']) {
      const { stderr, code } = await runPlugin(['drift', flag, 'no-such-branch'], options())
      expect(stderr).toContain('code: REVISION_NOT_FOUND')
      expect(code).toBe(2)
    }
    await fleet.remove('shop/kustomization.yaml')
    await fleet.commit('Mend the shop')
    await fleet.push()
  })

  it('was right: applying it leaves nothing pending, and what would be left behind', async () => {
    await flux.reconcile('GitRepository', 'flux-system', 'fleet')
    for (const name of ['fleet', 'infra', 'shop']) await flux.reconcile('Kustomization', 'flux-system', name)
    await flux.waitFor(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'new' },
      (object) =>
        object.status?.conditions?.some(({ reason }) => reason === 'ReconciliationSucceeded') === true,
    )
    const report = await drift('--against', 'HEAD')
    expect(pending(report)).toEqual([])
    expect(verdictsOf(report)).toEqual([
      'ConfigMap/added in-sync',
      'ConfigMap/infra in-sync',
      'ConfigMap/kept orphaned prune-disabled',
      'ConfigMap/moved in-sync',
      'ConfigMap/new in-sync',
      'ConfigMap/same in-sync',
      'ConfigMap/web in-sync',
      'Kustomization/infra in-sync',
      'Kustomization/new in-sync',
      'Kustomization/shop in-sync',
    ])
  })

  it('sent the server nothing but reads', async () => {
    const events = await plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
  })
})
