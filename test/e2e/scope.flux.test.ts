import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { eventually } from '../support/eventually.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { runDrift, runPlugin, verdictsOf } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

const child = (name: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1h, retryInterval: 1h, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}}
`

const config = (name: string, namespace: string, labels: string, value = 'one') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}\ndata: {value: "${value}"}\n`

const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: shop-reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`

const FLEET = {
  'clusters/shop.yaml': child('shop'),
  'clusters/infra.yaml': child('infra'),
  'infra/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
  'infra/role.yaml': ROLE,
  'infra/map.yaml': config('infra', 'default', 'app: infra'),
  'shop/web.yaml': config('web', 'shop', 'app: web, tier: front'),
  'shop/cache.yaml': config('cache', 'shop', 'app: cache'),
}

describeWith(NEEDED, 'the scope of kubectl gitops drift', () => {
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
    for (const name of ['flux-system', 'shop'])
      await plane.request('POST', '/api/v1/namespaces', { metadata: { name } })
    fleet = await flux.createRepository('fleet')
    await fleet.write(FLEET)
    await fleet.commit('Lay out the fleet')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    await flux.kustomization({ name: 'fleet', namespace: 'flux-system', source: 'fleet', path: './clusters' })
    for (const name of ['fleet', 'infra', 'shop'])
      await flux.waitFor(
        { kind: 'Kustomization', namespace: 'flux-system', name },
        (object) =>
          object.status?.conditions?.some(({ reason }) => reason === 'ReconciliationSucceeded') === true,
      )
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

  const refusal = async (...args: readonly string[]) => {
    const { stdout, stderr, code } = await runPlugin(['drift', ...args], options())
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    return stderr
  }

  /** What was asked of the server since a time; the log is written a moment after the answer. */
  const requests = (since: string, count: number) =>
    eventually(
      async () => {
        const events = (await plane.auditEvents()).filter(
          ({ userAgent, requestReceivedTimestamp }) =>
            userAgent?.startsWith('kubectl-gitops/') === true && String(requestReceivedTimestamp) > since,
        )
        const asked = events.flatMap(({ verb, objectRef }) =>
          objectRef?.resource === undefined
            ? []
            : [[verb, objectRef.resource, objectRef.name].filter(Boolean).join(' ')],
        )
        return asked.length >= count ? asked : undefined
      },
      { timeoutMs: 30_000, complaint: () => `fewer than ${count} requests since ${since}` },
    )

  it('is all that a Kustomization applies, by any of its names', async () => {
    const expected = ['ConfigMap/cache in-sync', 'ConfigMap/web in-sync']
    for (const name of [
      'kustomization/shop',
      'ks/flux-system/shop',
      'kustomization.kustomize.toolkit.fluxcd.io/shop',
    ]) {
      const report = await drift(name)
      expect(verdictsOf(report)).toEqual(expected)
      expect(report.kustomizations.map(({ name }) => name)).toEqual(['shop'])
      expect(report.scope).toEqual({
        targets: [{ kind: 'Kustomization', namespace: 'flux-system', name: 'shop' }],
      })
    }
    expect(verdictsOf(await drift('ks', 'shop', '-n', 'flux-system'))).toEqual(expected)
    expect((await drift('ks/shop', 'ks/infra')).kustomizations.map(({ name }) => name)).toEqual([
      'infra',
      'shop',
    ])
  })

  it('is one object, of which its owner alone is built, with few requests', async () => {
    const began = new Date().toISOString()
    const report = await drift('cm/web', '-n', 'shop')
    expect(verdictsOf(report)).toEqual(['ConfigMap/web in-sync'])
    expect(report.kustomizations.map(({ name, objects }) => ({ name, objects }))).toEqual([
      { name: 'shop', objects: 1 },
    ])
    expect(report.scope).toEqual({
      namespace: 'shop',
      targets: [{ kind: 'ConfigMap', namespace: 'shop', name: 'web' }],
    })
    expect([...(await requests(began, 4))].sort()).toEqual([
      'get configmaps web',
      'get configmaps web',
      'list gitrepositories',
      'list kustomizations',
    ])
  })

  it('is objects by their types, short, plural, with a group, or cluster-wide', async () => {
    expect(verdictsOf(await drift('configmap', 'web', 'cache', '-n', 'shop'))).toEqual([
      'ConfigMap/cache in-sync',
      'ConfigMap/web in-sync',
    ])
    expect(verdictsOf(await drift('clusterroles.rbac.authorization.k8s.io/shop-reader', 'ns/shop'))).toEqual([
      'ClusterRole/shop-reader in-sync',
      'Namespace/shop in-sync',
    ])
    expect(verdictsOf(await drift('cm/infra'))).toEqual(['ConfigMap/infra in-sync'])
    expect(verdictsOf(await drift('ks/shop', 'cm/infra'))).toEqual([
      'ConfigMap/infra in-sync',
      'ConfigMap/cache in-sync',
      'ConfigMap/web in-sync',
    ])
  })

  it('is what labels select, those of the cluster and those of Git', async () => {
    expect(verdictsOf(await drift('-l', 'app=web'))).toEqual(['ConfigMap/web in-sync'])
    expect(verdictsOf(await drift('-l', 'app in (web,infra),!tier'))).toEqual(['ConfigMap/infra in-sync'])
    expect(verdictsOf(await drift('-n', 'shop', '-l', 'app,app!=web'))).toEqual(['ConfigMap/cache in-sync'])
    await edit('-n', 'shop', 'label', 'configmap', 'web', 'app-', 'hand=made')
    const report = await drift('-l', 'app=web')
    expect(verdictsOf(report)).toEqual(['ConfigMap/web drifted modified'])
    expect(report.kustomizations.map(({ name }) => name)).toEqual(['shop'])
    expect(report.scope).toEqual({ selector: 'app=web' })
    expect(verdictsOf(await drift('-l', 'hand=made'))).toEqual(['ConfigMap/web drifted modified'])
    expect((await drift('-l', 'app=cache')).code).toBe(0)
    await edit('-n', 'shop', 'label', 'configmap', 'web', 'app=web', 'hand-')
  })

  it('finds an object that is gone, one without its labels, and one of another', async () => {
    await edit('-n', 'shop', 'delete', 'configmap', 'cache')
    expect(verdictsOf(await drift('cm/cache', '-n', 'shop'))).toEqual(['ConfigMap/cache missing deleted'])
    await edit('-n', 'shop', 'label', 'configmap', 'web', 'kustomize.toolkit.fluxcd.io/name-')
    expect(verdictsOf(await drift('cm/web', '-n', 'shop'))).toEqual(['ConfigMap/web drifted modified'])
    await edit('-n', 'shop', 'label', 'configmap', 'web', 'kustomize.toolkit.fluxcd.io/name=infra')
    const both = await drift('cm/web', '-n', 'shop')
    expect(verdictsOf(both)).toContain('ConfigMap/web drifted modified')
    await flux.reconcile('Kustomization', 'flux-system', 'shop')
    expect((await drift('ks/shop')).code).toBe(0)
  })

  it('refuses what there is not, with what to try', async () => {
    expect(await refusal('deplyoment/web')).toBe(
      'error: the server doesn\'t have a resource type "deplyoment"\n  try: deployment\n  code: USAGE\n',
    )
    expect(await refusal('cm/web')).toBe(
      'error: there is no configmap/web in namespace default\n' +
        '  why: it is neither on the cluster nor in the inventory of a Kustomization\n' +
        '  try: configmap/web -n shop\n  code: NOT_FOUND\n',
    )
    expect(await refusal('cm/wbe', '-n', 'shop')).toContain('  try: configmap/web\n')
    expect(await refusal('ks/shp')).toBe(
      'error: there is no Kustomization shp\n' +
        '  why: there are flux-system/fleet, flux-system/infra, flux-system/shop\n' +
        '  try: flux-system/shop\n  code: NOT_FOUND\n',
    )
    expect(await refusal('ks/shop', '-n', 'shop')).toContain('error: there is no Kustomization shop/shop\n')
    expect(await refusal('cm/shop/web')).toContain('  try: cm/web -n shop\n')
    expect(await refusal('hr/web')).toContain(
      'error: there is no HelmRelease web\n  why: there are none at all\n',
    )
    expect(await refusal('svc/kubernetes')).toBe(
      'error: service/kubernetes in namespace default is not applied by Flux\n' +
        '  why: it has no owner labels, and no inventory lists it\n' +
        '  try: kubectl gitops status\n  code: NOT_FOUND\n',
    )
  })

  it('names what made an object that Flux did not apply', async () => {
    const { body } = await plane.request('GET', '/api/v1/namespaces/shop/configmaps/web')
    const { uid } = (body as { metadata: { uid: string } }).metadata
    await plane.request('POST', '/api/v1/namespaces/shop/configmaps', {
      metadata: {
        name: 'copy',
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'shop',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'web', uid }],
      },
    })
    expect(await refusal('cm/copy', '-n', 'shop')).toBe(
      'error: configmap/copy in namespace shop is not applied by Flux\n' +
        '  why: it belongs to configmap/web\n  try: configmap/web\n  code: NOT_FOUND\n',
    )
  })
})
