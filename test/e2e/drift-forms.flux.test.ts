import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { withoutBookkeeping } from '@kubectl-gitops/core/drift/shown-object.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { FORMATS } from '../../plugin/src/printers/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { validator } from '../support/json-schema.js'
import { runDrift, runPlugin } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { ROOT } from '../support/source-files.js'
import { FLEET } from './fleet.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const SITE = { name: 'site', namespace: 'flux-system' } as const

/** What a variable of a Secret is put into. */
const TOLD = ['told', 'gone']
  .map(
    (name) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: shop}
data: {url: "https://example.com/?token=\${TOKEN}", args: "--key \${TOKEN}", level: info}
---
`,
  )
  .join('')

/** What Git makes of the one that was deleted. */
const CONFIG = [
  'apiVersion: v1',
  'data:',
  '  args: "***"',
  '  level: info',
  '  url: "***"',
  'kind: ConfigMap',
  'metadata:',
  '  labels:',
  '    kustomize.toolkit.fluxcd.io/name: told',
  '    kustomize.toolkit.fluxcd.io/namespace: flux-system',
  '  name: gone',
  '  namespace: shop',
]

describeWith(NEEDED, 'the forms of the answer of drift', () => {
  let plane: ControlPlane
  let flux: Flux
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let kubeconfig: string

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    kubeconfig = await plane.kubeconfigFor('auditor')
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    const fleet = await flux.createRepository('fleet')
    await fleet.write({ ...FLEET, 'told/told.yaml': TOLD })
    await fleet.commit('Lay out the fleet')
    await fleet.push()
    await flux.gitRepository({ ...SITE, name: 'fleet', url: fleet.url })
    await plane.request('POST', '/api/v1/namespaces/flux-system/secrets', {
      metadata: { name: 'variables' },
      stringData: { TOKEN: 'open-sesame' },
    })
    await flux.kustomization({ ...SITE, source: 'fleet', path: './site' })
    await applied('site')
    await flux.kustomization({
      ...SITE,
      name: 'told',
      source: 'fleet',
      path: './told',
      spec: { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] } },
    })
    await applied('told')
    await edit('patch', 'configmap', 'told', '-p', '{"data":{"mine":"1","url":null}}')
    await edit('delete', 'configmap', 'gone')
    await edit('set', 'image', 'deploy/web', 'web=example.com/web:hotfix')
    await edit('set', 'env', 'deploy/web', 'DEBUG=1')
    await edit('delete', 'service', 'web')
    await edit('patch', 'secret', 'web', '-p', '{"data":{"token":"b3RoZXI=","extra":"eA=="}}')
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const applied = (name: string) =>
    flux.waitFor(
      { kind: 'Kustomization', ...SITE, name },
      (object) =>
        object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
    )

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(['-n', 'shop', ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  const printed = (form: string, env: Readonly<Record<string, string>> = {}) =>
    runPlugin(['drift', '-n', 'shop', '-o', form], { home: home.path, kubeconfig, env })

  it('JSON is what its published schema describes, as a document and line by line', async () => {
    const { code, ...report } = await runDrift(['-n', 'shop'], { home: home.path, kubeconfig })
    const schema = await readFile(join(ROOT, 'docs/schema/drift-report.v1.json'), 'utf8')
    expect(validator(JSON.parse(schema) as object)(report)).toEqual([])
    const lines = await printed('ndjson')
    const documents = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly record?: object })
    const recordsOf = (wanted: string) =>
      documents.filter(({ kind }) => kind === wanted).map(({ record }) => record)
    expect(recordsOf('DriftObject')).toEqual(report.objects)
    expect(recordsOf('DriftKustomization')).toEqual(report.kustomizations)
    expect(documents.at(-1)).toMatchObject({ kind: 'DriftSummary', summary: report.summary })
    expect([lines.code, code]).toEqual([1, 1])
  })

  it('none of them holds a value of a Secret, nor what a variable of one brought elsewhere', async () => {
    const values = ['swordfish', 'open-sesame'].flatMap((value) => [
      value,
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
    ])
    for (const form of FORMATS) {
      const { stdout, stderr, code } = await printed(form)
      for (const value of values) expect(stdout + stderr).not.toContain(value)
      expect({ form, code, isEmpty: stdout === '' }).toEqual({ form, code: 1, isEmpty: false })
    }
  })

  it('a diff shows what live is and what Git makes of it', async () => {
    const { stdout, stderr, code } = await printed('diff')
    const changed = stdout.split('\n').filter((line) => /^[-+]/.test(line))
    expect(changed.slice(0, 32)).toEqual([
      '--- LIVE/v1.ConfigMap.shop.gone',
      '+++ MERGED/v1.ConfigMap.shop.gone',
      ...CONFIG.map((line) => `+${line}`),
      '--- LIVE/v1.ConfigMap.shop.told',
      '+++ MERGED/v1.ConfigMap.shop.told',
      '-  mine: "1"',
      '+  url: "*** (after)"',
      '--- LIVE/apps.v1.Deployment.shop.web',
      '+++ MERGED/apps.v1.Deployment.shop.web',
      '-        - env:',
      '-            - name: DEBUG',
      '-              value: "1"',
      '-          image: example.com/web:hotfix',
      '+        - image: example.com/web:1.0',
      '--- LIVE/v1.Secret.shop.web',
      '+++ MERGED/v1.Secret.shop.web',
      '-  extra: "***"',
      '-  token: "*** (before)"',
      '+  token: "*** (after)"',
      '--- LIVE/v1.Service.shop.web',
      '+++ MERGED/v1.Service.shop.web',
    ])
    expect(stdout).not.toMatch(/managedFields|resourceVersion|uid:|generation|^.status:/m)
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 })
  })

  it('a program of the user gets both sides, which are what one reconcile then makes of it', async () => {
    const program = join(home.path, 'keep')
    await writeFile(program, '#!/bin/sh\ncp -r "$2" "$HOME/merged"; diff "$@"\n')
    await chmod(program, 0o700)
    const { stdout, code } = await printed('diff', {
      KUBECTL_EXTERNAL_DIFF: `${program} -U0 --brief ;touch`,
    })
    expect(stdout.replace(/\/\S+\/(LIVE|MERGED)-\w+/g, '$1')).toBe(
      [
        'apps.v1.Deployment.shop.web',
        'v1.ConfigMap.shop.gone',
        'v1.ConfigMap.shop.told',
        'v1.Secret.shop.web',
        'v1.Service.shop.web',
      ]
        .map((name) => `Files LIVE/${name} and MERGED/${name} differ\n`)
        .join(''),
    )
    expect(code).toBe(1)
    await flux.reconcile('Kustomization', SITE.namespace, SITE.name)
    expect(await merged('apps.v1.Deployment.shop.web')).toEqual(await live('deployment'))
    const secret = await live('secret')
    expect(secret.data).toEqual({ token: 'c3dvcmRmaXNo' })
    expect(await merged('v1.Secret.shop.web')).toEqual({ ...secret, data: { token: '*** (after)' } })
    expect(await live('service')).toMatchObject(await merged('v1.Service.shop.web'))
  })

  /** What Git makes of an object, as the program of the user was handed it. */
  const merged = async (file: string) =>
    parse(await readFile(join(home.path, 'merged', file), 'utf8')) as KubernetesObject

  const live = async (resource: string) => {
    const { stdout } = await plane.kubectl(['-n', 'shop', 'get', resource, 'web', '-o', 'json'])
    return withoutBookkeeping(JSON.parse(stdout) as KubernetesObject)
  }
})
