import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { FORMATS } from '../../plugin/src/printers/report.js'
import { createAgeKey } from '../support/age.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { runDrift, runPlugin } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import { Sops } from '../support/sops.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const NAMESPACE = 'shop'

const object = (kind: string, name: string, fields: object) => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, namespace: NAMESPACE, labels: { tier: 'front' } },
  ...fields,
})

const deployment = (name: string) =>
  object('Deployment', name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            { name: 'app', image: 'example.com/app:1', envFrom: [{ secretRef: { name: 'settings' } }] },
          ],
          volumes: [{ name: 'token', secret: { secretName: 'token' } }],
        },
      },
    },
  })

/** Whatever is encrypted in Git; none of it may be in any output. */
const SECRETS = ['swordfish-1', 'opensesame-2', 'xyzzy-plugh-3', 'rosebud-4', 'hunter2-5', 'correcthorse-6']
const [PASSWORD = '', SETTING = '', TOKEN = '', PATCHED = '', CONFIGURED = '', RAW = ''] = SECRETS

function fleet(sops: Sops): Readonly<Record<string, string>> {
  const json = (value: object) => JSON.stringify(value)
  const patch = {
    ...object('Deployment', 'patched', {}),
    spec: {
      template: { spec: { containers: [{ name: 'app', env: [{ name: 'PASSWORD', value: PATCHED }] }] } },
    },
  }
  return {
    'sealed/kustomization.yaml': json({
      resources: ['secret.yaml', 'config.yaml', 'open.yaml', 'web.yaml', 'patched.yaml', 'left.yaml'],
      namespace: NAMESPACE,
      secretGenerator: [
        { name: 'settings', envs: ['settings.env'], literals: ['OPEN=1'] },
        { name: 'token', files: ['token.enc', 'late=late.yaml'] },
      ],
      patches: [{ path: 'patch.yaml' }],
    }),
    'sealed/secret.yaml': sops.yaml(
      object('Secret', 'db', { stringData: { password: PASSWORD, user: 'admin-7${WHERE}' } }),
    ),
    'sealed/config.yaml': sops.yaml(
      object('ConfigMap', 'config', { data: { open: 'a-${WHERE}', password: CONFIGURED } }),
      '^password$',
    ),
    'sealed/open.yaml': json(object('ConfigMap', 'open', { data: { a: '1' } })),
    'sealed/web.yaml': json(deployment('web')),
    'sealed/patched.yaml': json(deployment('patched')),
    'sealed/left.yaml': sops
      .yaml(object('ConfigMap', 'left', { data: { raw: RAW } }))
      .replace(
        'metadata:\n',
        'metadata:\n  annotations:\n    kustomize.toolkit.fluxcd.io/decrypt: Disabled\n',
      ),
    'sealed/settings.env': sops.dotenv({ SETTING }),
    'sealed/token.enc': sops.binary(TOKEN),
    'sealed/late.yaml': sops.yaml({ data: TOKEN }),
    'sealed/patch.yaml': sops.yaml(patch, '^value$'),
    'raw/secret.yaml': sops.yaml(object('Secret', 'raw', { stringData: { password: RAW } })),
    'raw/open.yaml': json(object('ConfigMap', 'beside', { data: { a: '1' } })),
    'open/open.yaml': json(object('Secret', 'plain', { stringData: { z: 'last', a: 'first' } })),
  }
}

describeWith(NEEDED, 'drift of what Git holds encrypted', () => {
  let plane: ControlPlane
  let flux: Flux
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string

  beforeAll(async () => {
    const key = createAgeKey()
    home = await temporaryFolder('decryption')
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    auditor = await plane.kubeconfigFor('auditor')
    for (const name of [NAMESPACE, 'flux-system'])
      await plane.request('POST', '/api/v1/namespaces', { metadata: { name } })
    const secret = { metadata: { name: 'age' }, stringData: { 'age.agekey': key.identity } }
    await plane.request('POST', '/api/v1/namespaces/flux-system/secrets', secret)
    const repository = await flux.createRepository('fleet')
    await repository.write(fleet(new Sops(key)))
    await repository.commit('Lay out the fleet')
    await repository.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: repository.url })
    const decryption = { provider: 'sops', secretRef: { name: 'age' } }
    const postBuild = { substitute: { WHERE: 'here' } }
    await kustomization('sealed', { decryption, postBuild })
    await kustomization('open', { decryption })
    await kustomization('raw', {})
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const kustomization = async (name: string, spec: Readonly<Record<string, unknown>>) => {
    const which = { kind: 'Kustomization', namespace: 'flux-system', name } as const
    await flux.kustomization({ ...which, source: 'fleet', path: `./${name}`, spec })
    await flux.waitFor(which, ({ status }) =>
      (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is !== 'Unknown'),
    )
  }

  const drift = (...args: readonly string[]) => runDrift(args, { home: home.path, kubeconfig: auditor })

  const told = ({ objects }: DriftReport, owner = 'sealed') =>
    objects
      .filter((one) => one.owner.name === owner)
      .map(({ kind, name, verdict, reason, fields = [], encrypted = [] }) => [
        `${kind}/${name.replace(/-[2456789bcdfghkmt]{10}$/, '-HASH')} ${verdict} ${reason ?? ''}`,
        fields.map(({ field, op }) => `${field} ${op}`),
        encrypted.map(({ field, file }) => (file === undefined ? field : `${field} from ${file}`)),
      ])

  const edit = async (...args: readonly string[]) => {
    const { code, stderr } = await plane.kubectl(['-n', NAMESPACE, ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }

  it('is unknown for exactly the encrypted fields, and in sync for the rest', async () => {
    const report = await drift()
    expect(told(report)).toEqual([
      ['ConfigMap/config unknown encrypted', [], ['data.password']],
      ['ConfigMap/left in-sync unknown-field', [], []],
      ['ConfigMap/open in-sync ', [], []],
      [
        'Deployment/patched unknown encrypted',
        [],
        ['spec.template.spec.containers[app].env[PASSWORD].value from sealed/patch.yaml'],
      ],
      ['Deployment/web in-sync ', [], []],
      ['Secret/db unknown encrypted', [], ['data.password', 'data.user']],
      ['Secret/settings-HASH unknown encrypted', [], ['data.SETTING from sealed/settings.env']],
      ['Secret/token-HASH unknown encrypted', [], ['data.late', 'data[token.enc] from sealed/token.enc']],
    ])
    const sealed = report.kustomizations.find(({ name }) => name === 'sealed')
    expect([sealed?.verdict, sealed?.proof?.status]).toEqual(['in-sync', 'approximate'])
    expect(report.code).toBe(2)
  })

  it('says which values they are, where they come from, and of proof why there is none', async () => {
    const { objects, kustomizations } = await drift()
    const message = (kind: string, name: RegExp) =>
      objects.find((one) => one.kind === kind && name.test(one.name))?.message
    expect(message('Secret', /^db$/)).toBe(
      'data.password and data.user are encrypted in Git: whether they have drifted is not known without the keys',
    )
    expect(message('Secret', /^settings-/)).toBe(
      'data.SETTING is encrypted in Git (sealed/settings.env): whether it has drifted is not known without the keys',
    )
    const why = kustomizations.find(({ name }) => name === 'sealed')?.proof
    expect(why).toEqual({
      status: 'approximate',
      why: 'decryption: values are encrypted in Git and not known here (Secret/db, ConfigMap/config, Deployment/patched and 2 more)',
    })
  })

  it('without spec.decryption the ciphertext is what Flux applies', async () => {
    const report = await drift()
    expect(told(report, 'raw')).toEqual([
      ['ConfigMap/beside in-sync ', [], []],
      ['Secret/raw in-sync unknown-field', [], []],
    ])
    expect(report.kustomizations.find(({ name }) => name === 'raw')?.proof?.status).toBe('proved')
    const { body } = await plane.request('GET', `/api/v1/namespaces/${NAMESPACE}/secrets/raw`)
    const { password } = (body as { data: { password: string } }).data
    expect(Buffer.from(password, 'base64').toString()).toMatch(/^ENC\[AES256_GCM,/)
  })

  it('a Secret that is not encrypted is compared in full, whatever the controller made of its text', async () => {
    const report = await drift()
    expect(told(report, 'open')).toEqual([['Secret/plain in-sync ', [], []]])
    expect(report.kustomizations.find(({ name }) => name === 'open')?.verdict).toBe('in-sync')
  })

  it('what can be read and has drifted is drift, and no secret value is in any output', async () => {
    await edit('label', 'secret', 'db', 'tier=back', '--overwrite')
    await edit('patch', 'secret', 'db', '--type=json', '-p', '[{"op":"remove","path":"/data/password"}]')
    await edit('patch', 'configmap', 'config', '-p', `{"data":{"open":"now ${CONFIGURED}"}}`)
    await edit('set', 'env', 'deploy/web', `LEAKED=${PATCHED}`)
    const report = await drift()
    expect(told(report).filter(([title = '']) => String(title).includes('drifted'))).toEqual([
      ['ConfigMap/config drifted modified', ['data.open changed'], ['data.password']],
      [
        'Deployment/web drifted unmanaged-field',
        ['spec.template.spec.containers[app].env[LEAKED] added'],
        [],
      ],
      [
        'Secret/db drifted modified',
        ['data.password removed', 'metadata.labels.tier changed'],
        ['data.user'],
      ],
    ])
    const outputs = await Promise.all(
      [[], ...FORMATS.map((form) => ['-o', form])].map(
        async (args) =>
          (await runPlugin(['drift', ...args], { home: home.path, kubeconfig: auditor })).stdout,
      ),
    )
    for (const secret of [...SECRETS, 'admin-7here'])
      for (const form of [secret, Buffer.from(secret).toString('base64')])
        expect(outputs.filter((text) => text.includes(form))).toEqual([])
  })
})
