import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { FieldRecord, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { FORMATS } from '../../plugin/src/printers/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { kustomizationVerdictsOf, runDrift, runPlugin, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { FLEET } from './fleet.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

describeWith(NEEDED, 'kubectl gitops drift', () => {
  let plane: ControlPlane
  let flux: Flux
  let fleet: FluxRepository
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'], auditLog: true })
    flux = await startFlux(plane)
    auditor = await plane.kubeconfigFor('auditor')
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    fleet = await flux.createRepository('fleet')
    await fleet.write(FLEET)
    await fleet.commit('Lay out the fleet')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    await flux.kustomization({ name: 'fleet', namespace: 'flux-system', source: 'fleet', path: './clusters' })
    for (const name of ['fleet', 'site', 'broken']) await applied(name)
    await flux.waitFor(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'blocked' },
      (object) => object.status?.conditions?.some(({ reason }) => reason === 'DependencyNotReady') === true,
    )
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const applied = (name: string) =>
    flux.waitFor(
      { kind: 'Kustomization', namespace: 'flux-system', name },
      (object) =>
        object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
    )

  const drift = (...args: readonly string[]) => runDrift(args, { home: home.path, kubeconfig: auditor })

  const objectOf = (objects: readonly ObjectRecord[], kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.name === name)

  const shown = (fields: readonly FieldRecord[] | undefined) =>
    fields?.map(({ field, op, git, live, actor, willRevert }) => ({
      field,
      op,
      git,
      live,
      manager: actor?.manager,
      willRevert,
    }))

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  it('finds everything in sync right after Flux applied it, for a person who may only get and list', async () => {
    const report = await drift()
    expect(verdictsOf(report)).toEqual([
      'Namespace/shop in-sync',
      'ConfigMap/kept in-sync',
      'ConfigMap/last-good in-sync',
      'Kustomization/blocked in-sync',
      'Kustomization/broken in-sync',
      'Kustomization/site in-sync',
      'Deployment/web in-sync equivalent',
      'Secret/web in-sync',
      'Service/web in-sync',
    ])
    expect(kustomizationVerdictsOf(report)).toEqual([
      'blocked pending dependency-not-ready',
      'broken in-sync',
      'fleet in-sync',
      'site in-sync',
    ])
    expect(report.kustomizations.map(({ proof }) => proof?.status)).toEqual([
      undefined,
      'proved',
      'proved',
      'proved',
    ])
    expect(report.code).toBe(0)
  })

  it('names what people changed, added, removed and deleted, and what Flux will do', async () => {
    await edit('-n', 'shop', 'set', 'image', 'deploy/web', 'web=example.com/web:hotfix')
    await edit('-n', 'shop', 'set', 'env', 'deploy/web', 'DEBUG=1')
    await edit('-n', 'shop', 'delete', 'service', 'web')
    await edit('-n', 'shop', 'patch', 'secret', 'web', '-p', '{"data":{"token":"b3RoZXI=","extra":"eA=="}}')
    const report = await drift('-n', 'shop')
    expect(shown(objectOf(report.objects, 'Deployment', 'web')?.fields)).toEqual([
      {
        field: 'spec.template.spec.containers[web].env[DEBUG]',
        op: 'added',
        git: undefined,
        live: { name: 'DEBUG', value: '1' },
        manager: 'kubectl-set',
        willRevert: true,
      },
      {
        field: 'spec.template.spec.containers[web].image',
        op: 'changed',
        git: 'example.com/web:1.0',
        live: 'example.com/web:hotfix',
        manager: 'kubectl-set',
        willRevert: true,
      },
    ])
    expect(shown(objectOf(report.objects, 'Secret', 'web')?.fields)).toEqual([
      {
        field: 'data.extra',
        op: 'added',
        git: undefined,
        live: '***',
        manager: 'kubectl-patch',
        willRevert: true,
      },
      {
        field: 'data.token',
        op: 'changed',
        git: '*** (after)',
        live: '*** (before)',
        manager: 'kubectl-patch',
        willRevert: true,
      },
    ])
    expect(verdictsOf(report)).toEqual([
      'Deployment/web drifted modified',
      'Secret/web drifted modified',
      'Service/web missing deleted',
    ])
    expect(report.code).toBe(1)
  })

  it('predicted right: one reconcile puts all of it back', async () => {
    await flux.reconcile('Kustomization', 'flux-system', 'site')
    const report = await drift('-n', 'shop')
    expect(report.objects.filter(({ verdict }) => verdict !== 'in-sync')).toEqual([])
    expect(report.code).toBe(0)
  })

  it('never prints a secret value, in any output', async () => {
    await edit('-n', 'shop', 'patch', 'secret', 'web', '-p', '{"stringData":{"token":"open-sesame"}}')
    for (const form of FORMATS) {
      const { stdout, stderr } = await runPlugin(['drift', '-o', form], {
        home: home.path,
        kubeconfig: auditor,
      })
      for (const value of ['swordfish', 'open-sesame', 'b3Blbi1zZXNhbWU', 'c3dvcmRmaXNo'])
        expect(stdout + stderr).not.toContain(value)
      expect(stdout).toMatch(form === 'prometheus' ? /verdict="drifted"\} 1$/m : /web/)
    }
    await flux.reconcile('Kustomization', 'flux-system', 'site')
  })

  it('says that a suspended Kustomization puts nothing back, and that the suspension itself is drift', async () => {
    await edit(
      '-n',
      'flux-system',
      'patch',
      'kustomization',
      'site',
      '--type=merge',
      '-p',
      '{"spec":{"suspend":true}}',
    )
    await edit('-n', 'shop', 'scale', 'deploy/web', '--replicas=7')
    const report = await drift()
    expect(shown(objectOf(report.objects, 'Deployment', 'web')?.fields)).toEqual([
      { field: 'spec.replicas', op: 'changed', git: 2, live: 7, manager: 'kubectl', willRevert: false },
    ])
    expect(objectOf(report.objects, 'Deployment', 'web')?.fields?.[0]?.because).toBe(
      'Kustomization flux-system/site is suspended',
    )
    expect(shown(objectOf(report.objects, 'Kustomization', 'site')?.fields)).toEqual([
      {
        field: 'spec.suspend',
        op: 'added',
        git: undefined,
        live: true,
        manager: 'kubectl-patch',
        willRevert: true,
      },
    ])
    await flux.reconcile('Kustomization', 'flux-system', 'fleet')
    await flux.reconcile('Kustomization', 'flux-system', 'site')
    expect((await drift('-n', 'shop')).code).toBe(0)
  })

  it('calls an object orphaned that Git has dropped and Flux keeps', async () => {
    await flux.commitAndApply({
      repository: fleet,
      message: 'Drop what is kept',
      remove: ['site/keep.yaml'],
      source: { namespace: 'flux-system', name: 'fleet' },
      kustomizations: [{ namespace: 'flux-system', name: 'site' }],
    })
    const report = await drift('-n', 'default')
    expect(verdictsOf(report)).toContain('ConfigMap/kept orphaned prune-disabled')
    expect(report.code).toBe(1)
    await edit('-n', 'default', 'delete', 'configmap', 'kept')
  })

  it('goes on with the last good build where the newest one fails, and names the commit that broke it', async () => {
    await fleet.remove('broken/map.yaml')
    const breaking = await fleet.commit('Tidy up', {
      author: 'Release Bot <bot@example.com>',
      date: '2026-05-01T10:00:00Z',
    })
    await fleet.write({ 'broken/note.txt': 'not the culprit' })
    await fleet.commit('Take a note')
    await fleet.push()
    await flux.reconcile('GitRepository', 'flux-system', 'fleet')
    await flux.waitFor(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'broken' },
      (object) => object.status?.conditions?.some(({ reason }) => reason === 'BuildFailed') === true,
    )
    await edit('-n', 'default', 'patch', 'configmap', 'last-good', '-p', '{"data":{"kept":"no"}}')
    const report = await drift()
    const broken = report.kustomizations.find(({ name }) => name === 'broken')
    expect(broken?.verdict).toBe('failed')
    expect(broken?.message).toMatch(
      /accumulating resources from 'map\.yaml'.*broken\/map\.yaml: no such file or directory/s,
    )
    expect(broken?.message).not.toContain('/tmp/')
    expect(broken?.brokenBy).toEqual({
      id: breaking,
      author: 'Release Bot',
      time: '2026-05-01T10:00:00+00:00',
      subject: 'Tidy up',
    })
    expect(shown(objectOf(report.objects, 'ConfigMap', 'last-good')?.fields)).toEqual([
      {
        field: 'data.kept',
        op: 'changed',
        git: 'yes',
        live: 'no',
        manager: 'kubectl-patch',
        willRevert: false,
      },
    ])
    expect(report.code).toBe(1)
  })

  it('sent the server nothing but reads', async () => {
    const events = await plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
  })
})
