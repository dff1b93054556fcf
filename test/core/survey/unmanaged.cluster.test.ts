import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { describeWith } from '../../support/describe-with.js'
import { openSite, type Site } from './site.js'

const MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: default}
`
const kustomization = (name: string, more = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}${more}}
`
const KUSTOMIZATION = 'kustomizations.kustomize.toolkit.fluxcd.io'

const HELM_RELEASE = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-system}
spec: {interval: 1h, suspend: true, chart: {spec: {chart: ./web, sourceRef: {kind: GitRepository, name: fleet}}}}
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], "Flux's own objects that were changed by hand", () => {
  let site: Site
  let report: DriftReport

  beforeAll(async () => {
    site = await openSite({ 'root/child.yaml': kustomization('child'), 'child/map.yaml': MAP })
    await site.kustomization('root', {}, ['flux-system_child_kustomize.toolkit.fluxcd.io_Kustomization'])
    await site.flux.apply('root', kustomization('child'))
    await site.kubectl(['create', '-f', '-'], kustomization('manual', ', suspend: true'))
    await site.kubectl(['create', '-f', '-'], kustomization('other'))
    const suspend = ['--type=merge', '-p', '{"spec":{"suspend":true}}', '-n', 'flux-system']
    await site.kubectl(['patch', KUSTOMIZATION, 'child', ...suspend])
    await site.kubectl(['patch', 'gitrepositories.source.toolkit.fluxcd.io', 'fleet', ...suspend])
    await site.kubectl(['create', '-f', '-'], HELM_RELEASE)
    report = await site.drift()
  }, 120_000)

  afterAll(() => site.close())

  const record = (name: string) => {
    const { verdict, reason, message, suspendedBy, unmanaged } =
      report.kustomizations.find((one) => one.name === name) ?? {}
    return {
      verdict,
      reason,
      message: message?.replaceAll(/20\d\d-[\dT:-]+Z/g, 'TIME'),
      suspendedBy: suspendedBy?.manager,
      unmanaged: unmanaged === undefined ? undefined : (unmanaged.createdBy?.manager ?? 'somebody'),
    }
  }

  it('a suspended Kustomization that was made with kubectl is drift', () => {
    expect(record('manual')).toEqual({
      verdict: 'drifted',
      reason: 'unmanaged-flux-object',
      message:
        'no Kustomization applies it (made by kubectl-create at TIME), and it is suspended since TIME by kubectl-create: ' +
        'Git has no say in either',
      suspendedBy: 'kubectl-create',
      unmanaged: 'kubectl-create',
    })
  })

  it('one that is not suspended is told, no more: a root is made by hand as well', () => {
    expect(record('other')).toMatchObject({ verdict: 'pending', unmanaged: 'kubectl-create' })
  })

  it('one that another applies is suspended by somebody since some time, and its object has drifted', () => {
    expect(record('child')).toMatchObject({ suspendedBy: 'kubectl-patch', unmanaged: undefined })
    const child = report.objects.find(({ name }) => name === 'child')
    expect([
      child?.verdict,
      child?.reason,
      child?.fields?.map(({ field, actor }) => [field, actor?.manager]),
    ]).toEqual(['drifted', 'unmanaged-field', [['spec.suspend', 'kubectl-patch']]])
  })

  it('a suspended source that nothing applies is drift', () => {
    const source = report.objects.find(({ kind }) => kind === 'GitRepository')
    expect([source?.name, source?.owner.name, source?.verdict, source?.reason]).toEqual([
      'fleet',
      'fleet',
      'drifted',
      'unmanaged-flux-object',
    ])
    expect(source?.message).toMatch(
      /and it is suspended since \S+ by kubectl-patch: Git has no say in either$/,
    )
  })
  it('a suspended HelmRelease that nothing applies is drift as well', () => {
    const release = report.objects.find(({ kind }) => kind === 'HelmRelease')
    expect([release?.name, release?.verdict, release?.reason]).toEqual([
      'web',
      'drifted',
      'unmanaged-flux-object',
    ])
    expect(release?.message).toMatch(/^no Kustomization applies it \(made by kubectl-create at \S+\)/)
  })
})
