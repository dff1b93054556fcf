import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { configMap, type Files, refusal, Stage } from './stage.js'

/** What a hostile repository is after: a file of the machine that builds. */
const TREASURE = 'treasure-of-the-machine'

let stage: Stage
let outside: string

beforeAll(async () => {
  stage = await Stage.create()
  outside = join(stage.folder.path, 'outside.yaml')
  await writeFile(outside, configMap('outside', `a: ${TREASURE}`))
})

afterAll(async () => {
  await stage.remove()
})

afterEach(async () => {
  const left = await readdir(stage.folder.path)
  expect(left.filter((name) => name.startsWith('kubectl-gitops-'))).toEqual([])
})

const UP = '../'.repeat(20)
const up = () => UP + outside.slice(1)
const quoted = (text: string) => JSON.stringify(text)
const file = (lines: string, more: Files = {}): Files => ({
  'apps/kustomization.yaml': lines,
  'apps/ok.yaml': configMap('ok'),
  ...more,
})
const plugin = (fields: string) =>
  `apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: stolen}\n${fields}\n`

const floors = (count: number, files: (floor: number) => Files): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, floor) => Object.entries(files(floor))).flat())

/** A floor of two folders, each of which loads both folders of the next one: 15 of them are 65,536 loads. */
const doubled = (floor: number): Files =>
  Object.fromEntries(
    ['a', 'b'].map((side) => [
      `f${floor}/${side}/kustomization.yaml`,
      `nameSuffix: -${side}\nresources: [../../f${floor + 1}/a, ../../f${floor + 1}/b]`,
    ]),
  )

const nested = (floor: number): Files => ({
  [`t${floor}/kustomization.yaml`]: `resources: [../t${floor + 1}]`,
})

/** Title, files, and the code that it has to end in. */
const tricks: readonly (readonly [string, () => Files, string])[] = [
  ['an absolute resource', () => file(`resources: [${outside}]`), 'PATH_ESCAPES'],
  ['a resource above the root', () => file(`resources: [${up()}]`), 'PATH_ESCAPES'],
  ['a field in another case', () => file(`reSOURCES: [${outside}]`), 'PATH_ESCAPES'],
  ['a field with a long s', () => file(`re\u017fources: [${outside}]`), 'PATH_ESCAPES'],
  [
    'a path that climbs behind a line break',
    () => file(`resources: [${quoted(`x\n/${up()}`)}]`),
    'PATH_ESCAPES',
  ],
  ['a path that climbs behind a brace', () => file(`resources: [${quoted(`{/${up()}`)}]`), 'PATH_ESCAPES'],
  ['a file URL', () => file(`resources: ["file://${outside}"]`), 'PATH_ESCAPES'],
  ['a folder of the machine', () => file('resources: [/etc]'), 'PATH_ESCAPES'],
  ['a component above the root', () => file(`components: [${UP}etc]`), 'PATH_ESCAPES'],
  ['a generated file', () => file(`configMapGenerator: [{name: x, files: [a=${outside}]}]`), 'PATH_ESCAPES'],
  ['a generated env', () => file(`secretGenerator: [{name: x, envs: [${up()}]}]`), 'PATH_ESCAPES'],
  ['the old env', () => file(`configMapGenerator: [{name: x, env: ${up()}}]`), 'PATH_ESCAPES'],
  ['a patch file', () => file(`resources: [ok.yaml]\npatches: [{path: ${up()}}]`), 'PATH_ESCAPES'],
  [
    'bases that double on every floor',
    () => file('resources: [../f0/a, ../f0/b]', floors(15, doubled)),
    'LIMIT_EXCEEDED',
  ],
  ['a tower of bases', () => file('resources: [../t0]', floors(101, nested)), 'LIMIT_EXCEEDED'],
  [
    'a list without an end',
    () => file(`resources: [${Array.from({ length: 20_001 }, (_, i) => `x${i}.yaml`).join(',')}]`),
    'LIMIT_EXCEEDED',
  ],
  [
    'an old patch file',
    () => file(`resources: [ok.yaml]\npatchesJson6902: [{path: ${up()}}]`),
    'PATH_ESCAPES',
  ],
  [
    'a strategic patch that looks like YAML',
    () => file(`resources: [ok.yaml]\npatchesStrategicMerge: [${quoted(`a: /${up()}`)}]`),
    'PATH_ESCAPES',
  ],
  ['replacements', () => file(`resources: [ok.yaml]\nreplacements: [{path: ${up()}}]`), 'PATH_ESCAPES'],
  ['an OpenAPI schema', () => file(`resources: [ok.yaml]\nopenapi: {path: ${up()}}`), 'PATH_ESCAPES'],
  ['CRDs', () => file(`resources: [ok.yaml]\ncrds: [${up()}]`), 'PATH_ESCAPES'],
  ['configurations', () => file(`resources: [ok.yaml]\nconfigurations: [${up()}]`), 'PATH_ESCAPES'],
  ['a generator’s configuration', () => file(`generators: [${up()}]`), 'PATH_ESCAPES'],
  [
    'a generator in a file',
    () => file('generators: [gen.yaml]', { 'apps/gen.yaml': plugin(`files: [${outside}]`) }),
    'PATH_ESCAPES',
  ],
  [
    'a generator in place',
    () => file(`generators: [${quoted(plugin(`files: [${outside}]`))}]`),
    'PATH_ESCAPES',
  ],
  [
    'a generator in place on one line',
    () =>
      file(
        `generators: ['{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: x}, FILES: [${outside}]}']`,
      ),
    'PATH_ESCAPES',
  ],
  [
    'a generator in a list',
    () =>
      file('generators: [gen.yaml]', {
        'apps/gen.yaml': `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: x}, files: [${outside}]}\n`,
      }),
    'PATH_ESCAPES',
  ],
  [
    'a generator in a folder',
    () =>
      file('generators: [gen]', {
        'apps/gen/kustomization.yaml': 'resources: [gen.yaml]',
        'apps/gen/gen.yaml': plugin(`files: [${outside}]`),
      }),
    'PATH_ESCAPES',
  ],
  [
    'a generator that a folder patches',
    () =>
      file('generators: [gen]', {
        'apps/gen/kustomization.yaml': `resources: [gen.yaml]\npatches: [{target: {kind: ConfigMapGenerator}, patch: '[{op: replace, path: /files/0, value: ${outside}}]'}]`,
        'apps/gen/gen.yaml': plugin('files: [ok.yaml]'),
      }),
    'SPEC_UNSUPPORTED',
  ],
  [
    'a generator with a tag for bytes',
    () =>
      file('generators: [gen.yaml]', {
        'apps/gen.yaml': plugin(`files: [!!binary ${Buffer.from(outside).toString('base64')}]`),
      }),
    'YAML_INVALID',
  ],
  [
    'a generator behind a line break of YAML 1.1',
    () => file('generators: [gen.yaml]', { 'apps/gen.yaml': plugin(`# x\u2028files: [${outside}]`) }),
    'YAML_INVALID',
  ],
  [
    'a transformer with a target file',
    () =>
      file('resources: [ok.yaml]\ntransformers: [t.yaml]', {
        'apps/t.yaml': `apiVersion: builtin\nkind: ValueAddTransformer\nmetadata: {name: x}\nvalue: a\ntargetFilePath: ${up()}\n`,
      }),
    'PATH_ESCAPES',
  ],
  [
    'a base that reads it',
    () => file('resources: [../base]', { 'base/kustomization.yaml': `resources: [${up()}]` }),
    'PATH_ESCAPES',
  ],
  [
    'a symbolic link',
    () => file('resources: [link.yaml]', { 'apps/link.yaml': { link: outside } }),
    'BUILD_FAILED',
  ],
  [
    'a linked folder',
    () => file('resources: [link]', { 'apps/link': { link: stage.folder.path } }),
    'BUILD_FAILED',
  ],
  [
    'a second document',
    () =>
      file('resources: [../base]', {
        'base/kustomization.yaml': `resources: []\n---\nresources: [${outside}]`,
      }),
    'PATH_ESCAPES',
  ],
]

describe('a repository that is after a file of the machine', () => {
  it.each(tricks)('gets nothing with %s', async (_, files, code) => {
    const refused = await refusal(stage.build(files(), { path: 'apps' }))
    expect(refused.code).toBe(code)
    expect(JSON.stringify(refused)).not.toContain(TREASURE)
  })

  it('gets nothing through a base that two readers read differently', async () => {
    const merge = `helmCharts: [{valuesInline: &x {resources: [${outside}]}}]\nhelmCharts: []\nresources: [ok.yaml]\n<<: *x\n`
    const breaks = `resources: [ok.yaml] # x\u2028resources: [${outside}]`
    for (const text of [merge, breaks]) {
      const files = {
        'kustomization.yaml': 'resources: [base]',
        'base/kustomization.yaml': text,
        'base/ok.yaml': configMap('ok'),
      }
      const made = await stage.build(files).then(
        ({ text: printed }) => printed,
        (error: unknown) => JSON.stringify(error),
      )
      expect(made).not.toContain(TREASURE)
    }
  })

  it('gets nothing with the spec of a Kustomization in Git', async () => {
    const files = file('resources: [ok.yaml]')
    const spec = (more: object) => refusal(stage.build(files, { path: 'apps', ...more }))
    expect((await spec({ components: [`${UP}etc`] })).code).toBe('PATH_ESCAPES')
    expect((await spec({ components: ['/etc'] })).code).toBe('BUILD_FAILED')
    expect((await spec({ path: `${UP}etc` })).code).toBe('PATH_NOT_FOUND')
  })
})

describe('a repository that calls home', () => {
  const remotes = [
    'https://example.com/a.yaml',
    'HTTP://example.com/a.yaml',
    'https://user:hunter2@example.com/org/repo//base?ref=main',
    'git@github.com:org/repo.git',
    'github.com/org/repo',
    'GitHub.com:org/repo//base',
    'ssh://git@example.com/org/repo',
    'git::https://example.com/org/repo',
    'user@example.com:org/repo',
  ]
  it.each(remotes)('is refused, and never answered: %s', async (remote) => {
    const refused = await refusal(stage.build(file(`resources: [${quoted(remote)}]`), { path: 'apps' }))
    expect(refused.code).toBe('REMOTE_BASE_REFUSED')
    expect(JSON.stringify(refused)).not.toContain('hunter2')
  })

  it('is refused for the machine itself, in each field, also where a folder has the name of the URL', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      response.end(configMap('remote'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
      const url = `http://${host}/a.yaml`
      const twin = { [`apps/http:/${host}/a.yaml`]: configMap('twin') }
      const fields = [
        `resources: ["${url}"]`,
        `resources: [ok.yaml]\npatches: [{path: "${url}"}]`,
        `configMapGenerator: [{name: x, files: ["a=${url}"]}]`,
        `resources: [ok.yaml]\ncrds: ["${url}"]`,
        `generators: ["${url}"]`,
      ]
      for (const lines of fields) {
        const { code } = await refusal(stage.build(file(lines, twin), { path: 'apps' }))
        expect(code).toBe('REMOTE_BASE_REFUSED')
      }
      expect(asked).toBe(0)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
