import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { StatusReport } from '@kubectl-gitops/core/survey/status-report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { runDrift, runPlugin } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

const child = (name: string, spec = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 1h, retryInterval: 1h, prune: true, path: ./${name}, sourceRef: {kind: GitRepository, name: fleet}${spec}}
`

const config = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: "${value}"}\n`

/** A tree of two levels: one child depends on another, and two wait for each other. */
const FLEET = {
  'clusters/apps.yaml': child('apps', ', dependsOn: [{name: settings}]'),
  'clusters/settings.yaml': child('settings'),
  'clusters/chicken.yaml': child('chicken', ', dependsOn: [{name: egg}]'),
  'clusters/egg.yaml': child('egg', ', dependsOn: [{name: chicken}]'),
  'apps/kustomization.yaml':
    'resources: [web.yaml]\nsecretGenerator: [{name: key, namespace: default, literals: [key=swordfish]}]\n',
  'apps/web.yaml': config('web', 'one'),
  'settings/settings.yaml': config('settings', 'one'),
  'chicken/chicken.yaml': config('chicken', 'one'),
  'egg/egg.yaml': config('egg', 'one'),
}

describeWith(NEEDED, 'kubectl gitops status and render', () => {
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
    for (const name of ['fleet', 'settings', 'apps']) await waitFor(name, 'ReconciliationSucceeded')
    for (const name of ['chicken', 'egg']) await waitFor(name, 'DependencyNotReady')
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const waitFor = (name: string, reason: string) =>
    flux.waitFor(
      { kind: 'Kustomization', namespace: 'flux-system', name },
      (object) => object.status?.conditions?.some((condition) => condition.reason === reason) === true,
    )

  const run = (...args: readonly string[]) => runPlugin(args, { home: home.path, kubeconfig: auditor })

  async function status(...args: readonly string[]) {
    const { stdout, code } = await run('status', '-o', 'json', ...args)
    return { report: JSON.parse(stdout) as StatusReport, code }
  }

  const facts = ({ kustomizations }: StatusReport) =>
    kustomizations.map(({ depth, name, state, reason, proof }) =>
      [' '.repeat(depth) + name, state, reason, proof?.status].filter((fact) => fact !== undefined).join(' '),
    )

  it('shows the tree in the order of dependencies, with what Flux says, and proof', async () => {
    const { report, code } = await status()
    expect(facts(report)).toEqual([
      'fleet ready ReconciliationSucceeded proved',
      ' settings ready ReconciliationSucceeded proved',
      ' apps ready ReconciliationSucceeded proved',
      ' egg not-ready DependencyNotReady',
      ' chicken not-ready DependencyNotReady',
    ])
    expect(report.kustomizations.map(({ dependsOnCycle }) => dependsOnCycle)).toEqual([
      undefined,
      undefined,
      undefined,
      ['flux-system/egg', 'flux-system/chicken', 'flux-system/egg'],
      ['flux-system/chicken', 'flux-system/egg', 'flux-system/chicken'],
    ])
    expect(report.sources.map(({ name, state, revision }) => ({ name, state, revision }))).toEqual([
      { name: 'fleet', state: 'ready', revision: report.kustomizations[0]?.revision },
    ])
    expect(code).toBe(1)
    expect((await run('status', 'apps', 'settings')).code).toBe(0)
  })

  it('names the circle in drift as well, below what Flux says', async () => {
    const { kustomizations } = await runDrift([], { home: home.path, kubeconfig: auditor })
    expect(kustomizations.find(({ name }) => name === 'egg')).toMatchObject({
      verdict: 'pending',
      reason: 'dependency-not-ready',
      message: "dependency 'flux-system/chicken' is not ready\ndependsOn cycle: egg -> chicken -> egg",
    })
  })

  it('renders what Flux built, proves it, and masks what is secret', async () => {
    const { stdout, code } = await run('render', '-o', 'digest', 'apps', 'settings')
    expect(stdout.replace(/sha256:[0-9a-f]{64}/g, 'DIGEST')).toBe(
      'DIGEST  flux-system/settings  proved\nDIGEST  flux-system/apps  proved\n',
    )
    expect(code).toBe(0)
    const { stdout: yaml } = await run('render', 'apps', '--show-origin')
    expect(yaml).toMatch(/^# Kustomization\/flux-system\/apps {3}main@sha1:[0-9a-f]{8} {3}apps\/web\.yaml$/m)
    expect(yaml).toMatch(/apps\/kustomization\.yaml \(SecretGenerator\)$/m)
    expect(yaml).toContain('key: "***"')
    expect(yaml).not.toContain(Buffer.from('swordfish').toString('base64'))
  })

  it('says how far Git is ahead of a suspended Kustomization, since when, and renders either revision', async () => {
    const patch = JSON.stringify({ spec: { suspend: true } })
    await plane.kubectl(['-n', 'flux-system', 'patch', 'ks', 'apps', '--type=merge', '-p', patch])
    await fleet.write({ 'settings/settings.yaml': config('settings', 'two') })
    await fleet.commit('Change the settings')
    await fleet.write({ 'apps/web.yaml': config('web', 'two') })
    await fleet.commit('Change the web')
    await fleet.push()
    await flux.reconcile('GitRepository', 'flux-system', 'fleet')
    const { report } = await status('apps')
    const [apps] = report.kustomizations
    expect(apps).toMatchObject({ suspended: true, state: 'ready', ahead: { commits: 2, touching: 1 } })
    expect(Date.parse(apps?.suspendedSince ?? '')).toBeGreaterThan(0)
    const { stdout: text } = await run('status', 'apps')
    expect(text).toMatch(
      /ready, suspended +proved\n {4}Git is 2 commits ahead \(1 touches it\): main@sha1:[0-9a-f]{8}\n/,
    )
    const values = async (...args: readonly string[]) =>
      /value: (\w+)/.exec((await run('render', 'apps', ...args)).stdout)?.[1]
    expect([
      await values(),
      await values('--revision', 'main'),
      await values('--revision', 'main~1'),
    ]).toEqual(['one', 'two', 'one'])
  })

  it('finds what only another revision declares, with its spec there', async () => {
    await fleet.write({
      'clusters/new.yaml': child('new', ', namePrefix: pre-'),
      'new/a.yaml': config('a', 'one'),
    })
    await fleet.commit('Add one')
    await fleet.push()
    const { stdout, code } = await run('render', '-o', 'name', 'new', '--revision', 'main')
    expect({ stdout, code }).toEqual({ stdout: 'configmap/pre-a\n', code: 0 })
    const { stderr } = await run('render', 'new')
    expect(stderr).toContain('error: there is no Kustomization new\n')
  })

  it('answers without Git where no build is asked for', async () => {
    const { report } = await status('--no-build', 'settings')
    expect(report.kustomizations[0]).not.toHaveProperty('proof')
    expect(report.kustomizations[0]?.state).toBe('ready')
  })

  it('sent the server nothing but reads', async () => {
    const events = await plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
  })
})
