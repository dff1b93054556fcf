import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAgeKey } from '../../../support/age.js'
import { Sops } from '../../../support/sops.js'
import { configMap, type Files, refusal, Stage } from '../stage.js'

const sops = new Sops(createAgeKey())
const SECRET = 'swordfish'
const DECRYPTION = { decryption: { provider: 'sops' } }

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const secret = (fields: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop', ...metadata },
  ...fields,
})

const objectsOf = async (files: Files, spec: object = DECRYPTION) =>
  (await stage.build(files, { path: 'apps', ...spec })).objects

const contents = async (files: Files, spec: object = DECRYPTION) =>
  (await objectsOf(files, spec)).map(({ kind, metadata, data, spec: inner }) => [
    `${kind}/${metadata.name}`,
    data ?? inner,
  ])

const generating = (file: object): Files => ({ 'apps/kustomization.yaml': JSON.stringify(file) })

describe('what is encrypted in Git', () => {
  it('is marked, and everything beside it is read', async () => {
    const written = secret({ stringData: { password: SECRET }, data: { old: 'eA==' }, type: 'Opaque' })
    const [made] = await objectsOf({ 'apps/db.yaml': sops.yaml(written) })
    expect(made).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'db',
        namespace: 'shop',
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'apps',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
      },
      type: 'Opaque',
      data: { password: '(encrypted in Git)', old: '(encrypted in Git)' },
    })
  })

  it('stays as it is without spec.decryption, and where an annotation says so in any case', async () => {
    const left = { annotations: { 'kustomize.toolkit.fluxcd.io/decrypt': 'DISABLED' } }
    const data = { password: SECRET }
    const [plain] = await objectsOf({ 'apps/db.yaml': sops.yaml(secret({ data })) }, {})
    const [kept] = await objectsOf({ 'apps/db.yaml': sops.yaml(secret({ data }, left)) })
    for (const object of [plain, kept])
      expect(object?.data).toEqual({ password: expect.stringMatching(/^ENC\[AES256_GCM,/) })
  })

  it('is found in single values of a Secret, and in no other kind', async () => {
    const data = { file: Buffer.from(sops.binary(SECRET)).toString('base64'), open: 'eA==' }
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data }
    const files = { 'apps/a.yaml': JSON.stringify(secret({ data })), 'apps/b.yaml': JSON.stringify(map) }
    expect(await contents(files)).toEqual([
      ['Secret/db', { file: '(encrypted in Git)', open: 'eA==' }],
      ['ConfigMap/map', data],
    ])
  })

  it('is substituted around', async () => {
    const written = secret({ stringData: { password: '${A}' } }, { labels: { at: '${A}' } })
    const postBuild = { substitute: { A: 'here' } }
    const [made] = await objectsOf({ 'apps/db.yaml': sops.yaml(written) }, { ...DECRYPTION, postBuild })
    expect([made?.metadata.labels?.at, made?.data]).toEqual(['here', { password: '(encrypted in Git)' }])
  })

  it('may not be what an object is called', async () => {
    const files = { 'apps/db.yaml': sops.yaml(secret({}), '^namespace$') }
    expect(await refusal(objectsOf(files))).toEqual({
      code: 'SPEC_UNSUPPORTED',
      what: 'an object of the build is encrypted with its apiVersion, kind, name or namespace',
      why: 'without the keys it is not known which object this is',
    })
  })

  it('is named as the reason why a build is approximate, where there is any', async () => {
    const approximate = async (files: Files) =>
      (await stage.build(files, { path: 'apps', ...DECRYPTION })).approximate
    const sealed = sops.yaml(secret({ data: { a: SECRET } }))
    expect(await approximate({ 'apps/db.yaml': sealed })).toBe(
      'decryption: values are encrypted in Git and not known here (Secret/db)',
    )
    expect(await approximate({ 'apps/a.yaml': configMap('a') })).toBeUndefined()
    expect(await approximate({ 'apps/a.yaml': JSON.stringify(secret({})) })).toBe(
      'decryption: the controller prints every Secret anew',
    )
  })
})

describe('a file that the controller decrypts before it builds', () => {
  const from = (file: string) => `(encrypted in Git: apps/${file})`

  it('gives values that are marked, in a Secret whose hash is not known', async () => {
    const files = {
      ...generating({
        namespace: 'shop',
        namePrefix: 'my-',
        secretGenerator: [
          { name: 'app', envs: ['app.env'], files: ['key=token.bin', 'open.txt'], literals: ['a=b'] },
        ],
        resources: ['pod.yaml'],
      }),
      'apps/app.env': `${sops.dotenv({ USER: SECRET })}OPEN=1\n`,
      'apps/token.bin': sops.binary(SECRET),
      'apps/open.txt': 'x',
      'apps/pod.yaml': JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod' },
        spec: { containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'app' } }] }] },
      }),
    }
    expect(await contents(files)).toEqual([
      [
        'Pod/my-pod',
        { containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'my-app-encrypted0' } }] }] },
      ],
      [
        'Secret/my-app-encrypted0',
        { OPEN: 'MQ==', USER: from('app.env'), a: 'Yg==', key: from('token.bin'), 'open.txt': 'eA==' },
      ],
    ])
    const [, other] = await contents(files, {})
    expect(other?.[0]).toMatch(/^Secret\/my-app-[2456789bcdfghkmt]{10}$/)
  })

  it('gives a value and no hash where the name has none', async () => {
    const generator = { name: 'app', files: ['a.bin'], options: { disableNameSuffixHash: true } }
    const files = { ...generating({ secretGenerator: [generator] }), 'apps/a.bin': sops.binary(SECRET) }
    expect(await contents(files)).toEqual([['Secret/app', { 'a.bin': from('a.bin') }]])
  })

  it('in another format than its key asks for is decrypted after the build: the hash is known', async () => {
    const files = {
      ...generating({ secretGenerator: [{ name: 'app', files: ['key=a.yaml'] }] }),
      'apps/a.yaml': sops.yaml({ data: SECRET }),
    }
    const [made] = await contents(files)
    expect(made?.[0]).toMatch(/^Secret\/app-[2456789bcdfghkmt]{10}$/)
    expect(made?.[1]).toEqual({ key: '(encrypted in Git)' })
  })

  it('is as secret in a ConfigMap that is generated from it, in a base, and in a component', async () => {
    const generators = {
      secretGenerator: [{ name: 's', files: ['a.bin'] }],
      configMapGenerator: [{ name: 'c', files: ['a.bin'] }],
    }
    const files = {
      ...generating({ resources: ['base'] }),
      'apps/base/kustomization.yaml': JSON.stringify(generators),
      'apps/base/a.bin': sops.binary(SECRET),
    }
    expect(await contents(files)).toEqual([
      ['ConfigMap/c-encrypted0', { 'a.bin': from('base/a.bin') }],
      ['Secret/s-encrypted0', { 'a.bin': from('base/a.bin') }],
    ])
  })

  it('may be a patch, of which the open part is applied', async () => {
    const patch = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { b: SECRET, c: 'open' },
    }
    const files = {
      ...generating({ resources: ['a.yaml'], patches: [{ path: 'patch.yaml' }] }),
      'apps/a.yaml': configMap('a'),
      'apps/patch.yaml': sops.yaml(patch, '^b$'),
    }
    expect(await contents(files)).toEqual([['ConfigMap/a', { a: '1', b: from('patch.yaml'), c: 'open' }]])
    const whole = { ...files, 'apps/patch.yaml': sops.yaml(patch, '.') }
    expect((await refusal(objectsOf(whole))).what).toBe(
      'the patch apps/patch.yaml is encrypted with its apiVersion, kind or name',
    )
  })

  it('of more than five megabytes is refused as the controller refuses it', async () => {
    const files = {
      ...generating({ secretGenerator: [{ name: 's', files: ['a.txt'] }] }),
      'apps/a.txt': 'x'.repeat((5 << 20) + 1),
    }
    expect(await refusal(objectsOf(files))).toEqual({
      code: 'BUILD_FAILED',
      what: 'error decrypting sources',
      why: 'cannot decrypt file with size (5242881 bytes) exceeding limit (5242880)',
    })
  })

  it('cannot be followed where a value is made of a part of it, or where kustomize needs it', async () => {
    const source = { kind: 'Secret', name: 's', fieldPath: 'data.[a.bin]' }
    const target = {
      select: { kind: 'ConfigMap' },
      fieldPaths: ['data.a'],
      options: { delimiter: 'G', index: 1 },
    }
    const files = {
      ...generating({
        resources: ['a.yaml'],
        secretGenerator: [{ name: 's', files: ['a.bin'] }],
        replacements: [{ source: { ...source, options: { delimiter: 'V', index: 1 } }, targets: [target] }],
      }),
      'apps/a.yaml': configMap('a'),
      'apps/a.bin': sops.binary(SECRET),
    }
    expect((await refusal(objectsOf(files))).code).toBe('SPEC_UNSUPPORTED')
    const env = {
      ...generating({ secretGenerator: [{ name: 's', envs: ['a.yaml'] }] }),
      'apps/a.yaml': sops.yaml({ a: SECRET }, 'a'),
    }
    expect((await refusal(objectsOf(env))).what).toMatch(
      /^the build cannot be followed without the keys of spec\.decryption: /,
    )
  })
})
