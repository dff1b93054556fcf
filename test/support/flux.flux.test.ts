import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startControlPlane } from './control-plane.js'
import type { ControlPlane } from './control-plane.js'
import { describeWith } from './describe-with.js'
import { eventually } from './eventually.js'
import { startFlux } from './flux.js'
import type { Flux } from './flux.js'
import { describeConditions, isReady } from './flux-objects.js'
import type { FluxRepository } from './flux-repository.js'

const NEEDED = [
  ...(['etcd', 'kube-apiserver', 'kubectl'] as const),
  ...(['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const),
]

describeWith(NEEDED, 'Flux', () => {
  let plane: ControlPlane
  let flux: Flux
  let namespace: string
  let repository: FluxRepository

  beforeAll(async () => {
    const started = performance.now()
    plane = await startControlPlane({ auditLog: true, crds: ['flux'] })
    flux = await startFlux(plane, { controllers: ['source', 'kustomize', 'helm', 'notification'] })
    console.log(`control plane and Flux: up in ${Math.round(performance.now() - started)} ms`)
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
  })

  beforeEach(async () => {
    namespace = await plane.createNamespace('flux')
    repository = await flux.createRepository(namespace)
    await flux.gitRepository({ name: 'fleet', namespace, url: repository.url })
    await flux.kustomization({ name: 'apps', namespace, source: 'fleet', path: './apps' })
  })

  const configMap = (name: string, value: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {key: ${value}}\n`

  const commit = (message: string, write: Readonly<Record<string, string>>, remove: readonly string[] = []) =>
    flux.commitAndApply({
      repository,
      message,
      write,
      remove,
      source: { namespace, name: 'fleet' },
      kustomizations: [{ namespace, name: 'apps' }],
    })

  const dataOf = async (name: string): Promise<unknown> => {
    const { status, body } = await plane.request('GET', `/api/v1/namespaces/${namespace}/configmaps/${name}`)
    return status === 200 ? (body as { data: unknown }).data : status
  }

  it('applies a commit and reports its revision', async () => {
    const hash = await commit('Start', { 'apps/a.yaml': configMap('a', 'one') })
    expect(hash).toBe(await repository.git('rev-parse', 'HEAD'))
    const { status } = (await flux.get('Kustomization', namespace, 'apps'))!
    expect([status?.lastAppliedRevision, status?.lastAttemptedRevision]).toEqual([
      `main@sha1:${hash}`,
      `main@sha1:${hash}`,
    ])
    expect(await dataOf('a')).toEqual({ key: 'one' })
  })

  it('applies the next commit, and prunes what went away', async () => {
    await commit('Start', { 'apps/a.yaml': configMap('a', 'one'), 'apps/b.yaml': configMap('b', 'one') })
    await commit('Change a, drop b', { 'apps/a.yaml': configMap('a', 'two') }, ['apps/b.yaml'])
    expect([await dataOf('a'), await dataOf('b')]).toEqual([{ key: 'two' }, 404])
  })

  it('acts under the name its controller has in a real cluster', async () => {
    await commit('Start', { 'apps/a.yaml': configMap('a', 'one') })
    const event = await plane.auditEvent(
      ({ verb, objectRef, requestURI }) =>
        verb === 'patch' &&
        objectRef?.namespace === namespace &&
        objectRef.resource === 'configmaps' &&
        !requestURI.includes('dryRun=All'),
    )
    expect(event.user.username).toBe('system:serviceaccount:flux-system:kustomize-controller')
  })

  it('tells why a commit was not applied, in its own words', async () => {
    const failing = commit('Break it', { 'apps/a.yaml': 'kind: [' })
    await expect(failing).rejects.toThrow(
      /^Kustomization\/flux-\w+\/apps did not take commit [0-9a-f]{40}:$/m,
    )
    await expect(failing).rejects.toThrow(/^ {2}Ready=False BuildFailed: .*MalformedYAMLError/m)
    await expect(failing).rejects.toThrow(/^kustomize-controller:$/m)
  })

  it('tells what it waited for in vain', async () => {
    const which = { kind: 'Kustomization', namespace, name: 'apps' } as const
    await expect(flux.waitFor(which, isReady, 200)).rejects.toThrow(
      `Kustomization/${namespace}/apps is not as wanted after 200 ms:`,
    )
    expect(describeConditions(undefined)).toBe('  it does not exist')
  })

  it('reconciles when asked: what a person changed is put back', async () => {
    await commit('Start', { 'apps/a.yaml': configMap('a', 'one') })
    const path = `/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=kubectl-edit`
    await plane.request('PATCH', path, { data: { key: 'changed' } }, { user: 'developer' })
    expect(await dataOf('a')).toEqual({ key: 'changed' })
    const kustomization = await flux.reconcile('Kustomization', namespace, 'apps')
    expect([isReady(kustomization), await dataOf('a')]).toEqual([true, { key: 'one' }])
  })

  it('installs a chart that lies in Git', async () => {
    const chart = 'apiVersion: v2\nname: web\nversion: 0.1.0\n'
    const template =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {key: {{ .Values.key }}}\n'
    const hash = await commit('Add a chart', {
      'charts/web/Chart.yaml': chart,
      'charts/web/values.yaml': 'key: default\n',
      'charts/web/templates/configmap.yaml': template,
      'apps/a.yaml': configMap('a', 'one'),
    })
    const which = { kind: 'HelmRelease', namespace, name: 'web' } as const
    const sourceRef = { kind: 'GitRepository', name: 'fleet' }
    await flux.apply(which, {
      interval: '1h',
      chart: { spec: { chart: './charts/web', reconcileStrategy: 'Revision', sourceRef } },
      values: { key: 'mine' },
    })
    const release = await flux.waitFor(which, isReady)
    expect((release.status?.history?.[0] as { chartVersion?: string } | undefined)?.chartVersion).toBe(
      `0.1.0+${hash.slice(0, 12)}`,
    )
    expect(await dataOf('web')).toEqual({ key: 'mine' })
  })

  it('sends its events to whom an Alert names', async () => {
    const received: { involvedObject: { kind: string }; metadata?: { revision?: string } }[] = []
    const receiver = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.once('end', () => {
        received.push(JSON.parse(body) as (typeof received)[number])
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    try {
      const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
      await flux.apply({ kind: 'Provider', namespace, name: 'test' }, { type: 'generic', address })
      await flux.apply(
        { kind: 'Alert', namespace, name: 'test' },
        { providerRef: { name: 'test' }, eventSources: [{ kind: 'Kustomization', name: '*' }] },
      )
      const hash = await commit('Start', { 'apps/a.yaml': configMap('a', 'one') })
      const revisions = await eventually(
        () => {
          const all = received.map(({ metadata }) => metadata?.revision)
          return Promise.resolve(all.includes(`main@sha1:${hash}`) ? all : undefined)
        },
        { timeoutMs: 20_000, complaint: () => `no event came\n${flux.log()}` },
      )
      expect(new Set(revisions)).toEqual(new Set([`main@sha1:${hash}`]))
      expect(new Set(received.map((event) => event.involvedObject.kind))).toEqual(new Set(['Kustomization']))
    } finally {
      await close(receiver)
    }
  })
})

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
