import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { describeWith } from '../../support/describe-with.js'
import { runPlugin } from '../../support/plugin.js'
import { AUDITOR } from '../../support/users.js'
import { openSite, type Site } from './site.js'

const map = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: default}
data: {a: b}
`
const ROLE = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [''], resources: [configmaps], verbs: [get]}]
`
const LEASE = `apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: turn, namespace: default}
spec: {holderIdentity: nobody}
`
const MAPS = '/api/v1/namespaces/default/configmaps'
const OWNED = {
  'kustomize.toolkit.fluxcd.io/name': 'apps',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
}
const NARROW = {
  name: 'narrow',
  rules: [
    {
      apiGroups: ['source.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io'],
      resources: ['*'],
      verbs: ['get', 'list'],
    },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'what is on the cluster and not in Git', () => {
  let site: Site
  let report: DriftReport
  let everything: DriftReport

  beforeAll(async () => {
    site = await openSite(
      { 'apps/map.yaml': map('web') },
      { users: [NARROW, { ...AUDITOR, name: 'counter' }], auditLog: true },
    )
    const { flux } = site
    await site.kustomization('apps', {}, ['default_web__ConfigMap'])
    await flux.apply('apps', map('web'))
    await flux.apply('apps', map('left-behind'))
    await flux.apply('gone', `${map('ghost')}---\n${ROLE}`)
    await flux.apply('gone', LEASE)
    await site.kubectl(['create', 'configmap', 'forged', '--from-literal=a=b', '-n', 'default'])
    await site.kubectl([
      ...['label', 'configmap/forged', '-n', 'default'],
      ...Object.entries(OWNED).map(([name, value]) => `${name}=${value}`),
    ])
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: '1', controller: true }
    const copy = { metadata: { name: 'copied', labels: OWNED, ownerReferences: [owner] } }
    await site.send('POST', `${MAPS}?fieldManager=copier`, copy)
    const weak = {
      metadata: { name: 'weak', labels: OWNED, ownerReferences: [{ ...owner, controller: false }] },
    }
    await site.send('POST', `${MAPS}?fieldManager=copier`, weak)
    report = await site.drift()
    everything = await site.drift(['--orphans'])
  }, 120_000)

  afterAll(() => site.close())

  const told = ({ kind, name, owner, verdict, reason, message = '', confidence }: ObjectRecord) => [
    `${kind}/${name} of ${owner.name}`,
    [verdict, reason, confidence].filter((part) => part !== undefined).join(' '),
    message.replaceAll(/20\d\d-[\dT:-]+Z/g, 'TIME'),
  ]

  it('is orphaned, and says whether Flux ever had it, or is a copy of a controller', () => {
    expect(report.objects.map(told)).toEqual([
      [
        'ConfigMap/copied of apps',
        'in-sync controller-made heuristic',
        'Deployment/web made it and copied the owner labels: it goes when that goes',
      ],
      [
        'ConfigMap/forged of apps',
        'orphaned forged-owner-label heuristic',
        'it carries the owner labels, but Flux never applied it (kubectl-label set the label at TIME): Flux will never delete it',
      ],
      [
        'ConfigMap/ghost of gone',
        'orphaned owner-gone',
        'Kustomization flux-system/gone applied it and is not on this cluster any more: nothing updates or deletes it',
      ],
      [
        'ConfigMap/left-behind of apps',
        'orphaned not-in-inventory',
        'it carries the owner labels but is not in the inventory: Flux will never delete it',
      ],
      [
        'ConfigMap/weak of apps',
        'in-sync controller-made heuristic',
        'Deployment/web made it and copied the owner labels: it goes when that goes',
      ],
      ['ConfigMap/web of apps', 'in-sync proved', ''],
      [
        'Role/reader of gone',
        'orphaned owner-gone',
        'Kustomization flux-system/gone applied it and is not on this cluster any more: nothing updates or deletes it',
      ],
    ])
  })

  it('is looked for in every kind with --orphans', () => {
    const found = everything.objects.map(({ kind, name }) => `${kind}/${name}`)
    const usual = report.objects.map(({ kind, name }) => `${kind}/${name}`)
    expect(found.filter((name) => !usual.includes(name))).toEqual(['Lease/turn'])
  })

  it('is not looked for, and a note says so, where kinds may not be listed', async () => {
    const { objects, notes } = await site.drift([], 'narrow')
    expect(objects.map(({ name }) => name)).toEqual([
      'copied',
      'forged',
      'ghost',
      'left-behind',
      'weak',
      'web',
    ])
    expect(notes.filter((note) => note.startsWith('orphans'))).toEqual([
      'orphans were not looked for among clusterrolebindings.rbac.authorization.k8s.io (FORBIDDEN), ' +
        'clusterroles.rbac.authorization.k8s.io (FORBIDDEN), cronjobs.batch (FORBIDDEN), daemonsets.apps (FORBIDDEN), ' +
        'deployments.apps (FORBIDDEN), helmreleases.helm.toolkit.fluxcd.io (FORBIDDEN), ' +
        'ingresses.networking.k8s.io (FORBIDDEN), jobs.batch (FORBIDDEN), namespaces (FORBIDDEN), ' +
        'networkpolicies.networking.k8s.io (FORBIDDEN), persistentvolumeclaims (FORBIDDEN), ' +
        'rolebindings.rbac.authorization.k8s.io (FORBIDDEN), roles.rbac.authorization.k8s.io (FORBIDDEN), ' +
        'secrets (FORBIDDEN), serviceaccounts (FORBIDDEN), services (FORBIDDEN), statefulsets.apps (FORBIDDEN): ' +
        'they cannot be listed',
    ])
  })

  it('is printed below the Kustomization that is gone', async () => {
    const kubeconfig = await site.plane.kubeconfigFor('auditor')
    const repo = `https://git.example.org/fleet.git=${site.folder}/fleet`
    const { stdout } = await runPlugin(['drift', '--repo', repo], { home: site.folder, kubeconfig })
    const blocks = stdout.split('\n\n').map((block) => block.split('\n')[0]?.replaceAll(/ +/g, ' ').trim())
    expect(blocks.slice(blocks.indexOf('Kustomization/flux-system/gone not on this cluster'))).toEqual([
      'Kustomization/flux-system/gone not on this cluster',
      'configmap/ghost -n default orphaned',
      'role.rbac.authorization.k8s.io/reader -n default orphaned',
      '0 drifted, 0 missing, 4 orphaned, 3 in sync 7 objects, 1 Kustomization',
    ])
  })

  it('costs one small request for each of the usual kinds that is not read anyway', async () => {
    await site.drift([], 'counter')
    const requested = async (): Promise<readonly string[]> =>
      (await site.plane.auditEvents())
        .filter(({ user, stage }) => user.username === 'counter' && stage === 'ResponseComplete')
        .map(({ requestURI }) => requestURI)
    await site.plane.auditEvent(
      ({ user, requestURI }) => user.username === 'counter' && requestURI.includes('/openapi/v3'),
    )
    const lists = (await requested()).filter((uri) => uri.includes('labelSelector='))
    expect(lists.map((uri) => /\/([a-z]+)\?/.exec(uri)?.[1]).sort()).toEqual([
      ...['clusterrolebindings', 'clusterroles', 'configmaps', 'cronjobs', 'daemonsets', 'deployments'],
      ...['helmreleases', 'ingresses', 'jobs', 'kustomizations', 'namespaces', 'networkpolicies'],
      ...['persistentvolumeclaims', 'rolebindings', 'roles', 'secrets', 'serviceaccounts', 'services'],
      'statefulsets',
    ])
    expect((await requested()).length).toBeLessThanOrEqual(60)
  })
})
