import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DriftReport, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { BROKEN, layOutBrokenFleet, TRIES } from '../support/broken-fleet.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { installCrds } from '../support/crds.js'
import { describeWith } from '../support/describe-with.js'
import { eventually } from '../support/eventually.js'
import { startGitServer, type GitServer } from '../support/git-server.js'
import { runDrift, runPlugin } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const READ = ['get', 'list']

const told = ({ owner, kind, name, verdict }: ObjectRecord) => `${owner.name} ${kind}/${name} ${verdict}`

const USERS = [
  {
    name: 'no-secrets',
    rules: [
      {
        apiGroups: ['source.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io'],
        resources: ['*'],
        verbs: READ,
      },
      { apiGroups: [''], resources: ['configmaps', 'namespaces'], verbs: READ },
      { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['*'], verbs: READ },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  },
  { name: 'one-namespace', rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }] },
]

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'bad input:', () => {
  let plane: ControlPlane
  let server: GitServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string
  let url: string
  let report: DriftReport & { readonly code: number | null }

  beforeAll(async () => {
    folder = await temporaryFolder('bad-input')
    const served = join(folder.path, 'served')
    for (const name of [served, at('home')]) await mkdir(name)
    plane = await startControlPlane({ users: USERS })
    server = await startGitServer({ folder: served })
    auditor = await plane.kubeconfigFor('auditor')
  })

  afterAll(async () => {
    await server.stop()
    await plane.stop()
    await folder.remove()
  })

  const at = (name: string) => join(folder.path, name)

  const options = (kubeconfig = auditor) => ({ home: at('home'), kubeconfig })

  const fails = async (kubeconfig: string, ...args: readonly string[]) => {
    const { stdout, stderr, code } = await runPlugin(['drift', ...args], options(kubeconfig))
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).not.toMatch(/^ +at /m)
    return stderr
  }

  const writeKubeconfig = async (name: string, serverUrl: string, token: string) => {
    const authority = Buffer.from(plane.access.authority).toString('base64')
    const secure = serverUrl.startsWith('https') ? { 'certificate-authority-data': authority } : {}
    await writeFile(
      at(name),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: { server: serverUrl, ...secure } }],
        users: [{ name: 'test', user: { token } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'flux-system' } }],
        'current-context': 'test',
      }),
    )
    return at(name)
  }

  const kustomization = (name: string, from = report) => {
    const found = from.kustomizations.find((item) => item.name === name)
    return [found?.verdict, found?.reason, found?.message, found?.tryThis].filter(
      (part) => part !== undefined,
    )
  }

  it('a context that there is not', async () => {
    expect(await fails(auditor, '--context', 'production')).toMatch(
      /^error: context "production" does not exist\n {2}why: .*test\n {2}try: kubectl config get-contexts\n {2}code: CONTEXT_NOT_FOUND\n$/,
    )
  })

  it('a token that the server does not know', async () => {
    expect(await fails(await writeKubeconfig('expired', plane.url, 'long-expired'))).toBe(
      'error: You must be logged in to the server (Unauthorized)\n' +
        '  why: the server did not accept the credentials of this context\n' +
        '  try: kubectl auth whoami\n' +
        '  code: UNAUTHORIZED\n',
    )
  })

  it('a server that answers with a web page', async () => {
    const page = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<html><body>Please log in</body></html>')
    })
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const stderr = await fails(await writeKubeconfig('page', url, 'any'))
    await new Promise((resolve) => page.close(resolve))
    expect(stderr).toBe(
      'error: the server answered GET /api with text/html that is not Kubernetes JSON (HTTP 200)\n' +
        '  why: <html><body>Please log in</body></html>\n' +
        '  try: check that the server of this context is a Kubernetes API server, not a proxy or a login page\n' +
        '  code: SERVER_ERROR\n',
    )
  })

  it('a cluster without Flux', async () => {
    expect(await fails(auditor)).toBe(
      'error: Flux is not installed on this cluster\n' +
        `  why: the server doesn't have a resource type "kustomizations" in kustomize.toolkit.fluxcd.io\n` +
        '  try: kubectl get crd kustomizations.kustomize.toolkit.fluxcd.io\n' +
        '  code: FLUX_NOT_INSTALLED\n',
    )
  })

  it('a cluster with Flux and nothing of it', async () => {
    await installCrds(plane, ['flux'])
    expect(await runPlugin(['drift'], options())).toEqual({
      stdout: 'No Kustomizations found.\n',
      stderr: '',
      code: 0,
    })
  })

  describe('a fleet where nearly everything is wrong', () => {
    beforeAll(async () => {
      url = await layOutBrokenFleet(plane, server, folder.path)
      report = await runDrift([], options())
    })

    it('in sync: what can be compared, whatever stands beside it', () => {
      expect(['good', 'empty', 'helm', 'secret'].map((name) => kustomization(name))).toEqual(
        Array.from({ length: 4 }, () => ['in-sync']),
      )
      expect(report.objects.filter(({ owner }) => !owner.name.startsWith('twin')).map(told)).toEqual([
        'good ConfigMap/good in-sync',
        'older ConfigMap/older in-sync',
        'helm HelmRelease/podinfo in-sync',
        'secret Secret/secret in-sync',
      ])
      expect(report.code).toBe(2)
    })

    it('an object in two Kustomizations belongs to the one that applied it last', () => {
      const twins = report.objects.filter(({ owner }) => owner.name.startsWith('twin'))
      expect(
        twins.map(({ owner, verdict, reason, message }) => [owner.name, verdict, reason, message]),
      ).toEqual([
        [
          'twin-a',
          'drifted',
          'contested',
          'Kustomization flux-system/twin-b has it too, and applied it last',
        ],
        ['twin-b', 'in-sync', undefined, undefined],
      ])
    })

    it('a symbolic link is no file of the artifact: Flux leaves it out', () => {
      expect(kustomization('link')).toEqual(['in-sync'])
      expect(report.kustomizations.find(({ name }) => name === 'link')?.objects).toBe(0)
    })

    it('a field that this version does not know is named, and what is built without it is not called proved', () => {
      const newer = report.kustomizations.find(({ name }) => name === 'newer')
      const note = 'spec.renderer is not known to this version of kubectl-gitops, which builds without it'
      expect([newer?.verdict, newer?.unknownFields, newer?.proof]).toEqual([
        'in-sync',
        ['spec.renderer'],
        { status: 'approximate', why: note },
      ])
      expect(report.notes).toContain(`Kustomization flux-system/newer: ${note}`)
    })

    it('Git is ahead of what was applied', () => {
      expect(kustomization('older')).toEqual(['pending', 'git-ahead', 'Git is ahead of what was applied'])
    })

    it.each(BROKEN)('%s is %s: %s', (name, verdict, reason, message) => {
      const [foundVerdict, foundReason, foundMessage] = kustomization(name)
      expect([foundVerdict, foundReason]).toEqual([verdict, reason])
      expect(foundMessage).toMatch(message)
      expect(foundMessage).not.toMatch(/\/tmp\/|swordfish/)
    })

    it('says what to try, where something can be tried', () => {
      const tries = report.kustomizations.map(({ name, tryThis }) => [name, tryThis])
      expect(Object.fromEntries(tries.filter(([, tryThis]) => tryThis !== undefined))).toEqual(TRIES)
    })

    it('reads the mirror where the checkout lacks the revision', async () => {
      const found = await runDrift(['--repo', `${url}=${at('checkout')}`], options())
      expect(kustomization('good', found)).toEqual(['in-sync'])
      expect(kustomization('older', found)[0]).toBe('pending')
    })

    it('keeps a Kustomization in a namespace that only its inventory names', async () => {
      const found = await runDrift(['-n', 'default'], options())
      expect(found.kustomizations.map(({ name }) => name)).toEqual([
        'good',
        'helm',
        'older',
        'secret',
        'twin-a',
        'twin-b',
        'unreachable',
      ])
      expect(found.code).toBe(2)
    })

    it('a kind that may not be read is unknown in the words of the server, and the rest is compared', async () => {
      const found = await runDrift([], options(await plane.kubeconfigFor('no-secrets')))
      const [secret] = found.objects.filter(({ kind }) => kind === 'Secret')
      expect([secret?.verdict, secret?.reason]).toEqual(['unknown', 'forbidden'])
      expect(secret?.message).toContain(
        'secrets "secret" is forbidden: User "no-secrets" cannot get resource "secrets" in API group "" in the namespace "default"',
      )
      expect(found.objects.filter(({ verdict }) => verdict === 'in-sync').map(told)).toEqual([
        'good ConfigMap/good in-sync',
        'older ConfigMap/older in-sync',
        'twin-b ConfigMap/twin in-sync',
        'helm HelmRelease/podinfo in-sync',
      ])
      expect(found.code).toBe(2)
    })

    it('with rights in one namespace alone that one is read, and it says so', async () => {
      await allow('one-namespace', 'flux-system')
      const kubeconfig = await writeKubeconfig('one', plane.url, plane.access.tokens['one-namespace'] ?? '')
      const found = await runDrift([], options(kubeconfig))
      expect(found.scope).toEqual({ namespace: 'flux-system' })
      expect(found.notes).toContain(
        'not allowed to read the whole cluster: only namespace flux-system was read',
      )
      expect(found.objects.filter(({ name }) => name === 'good').map(told)).toEqual([
        'good ConfigMap/good unknown',
      ])
      expect(found.code).toBe(2)
    })

    it('colours an answer where that is asked for, even in a pipe', async () => {
      const escape = String.fromCharCode(27)
      const plain = await runPlugin(['drift'], options())
      const colored = await runPlugin(['drift', '--color', 'always'], options())
      expect(plain.stdout).not.toContain(escape)
      expect(colored.stdout).toContain(`${escape}[33munknown${escape}[39m`)
    })
  })

  const allow = async (user: string, namespace: string) => {
    const group = 'rbac.authorization.k8s.io'
    const path = `/apis/${group}/v1/namespaces/${namespace}`
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: READ }]
    const role = { metadata: { name: user }, rules }
    const binding = {
      metadata: { name: user },
      subjects: [{ apiGroup: group, kind: 'User', name: user }],
      roleRef: { apiGroup: group, kind: 'Role', name: user },
    }
    await plane.request('POST', `${path}/roles`, role)
    await plane.request('POST', `${path}/rolebindings`, binding)
    await eventually(
      async () => {
        const { status } = await plane.request(
          'GET',
          `/api/v1/namespaces/${namespace}/configmaps`,
          undefined,
          {
            user,
          },
        )
        return status === 200 ? true : undefined
      },
      { timeoutMs: 10_000, complaint: () => `${user} has got no rights` },
    )
  }
})
