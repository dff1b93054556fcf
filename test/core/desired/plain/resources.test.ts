import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readEntryFile, readInputs } from '@kubectl-gitops/core/desired/inputs.js'
import { kustomizeBuild } from '@kubectl-gitops/core/desired/kustomize.js'
import { printPlainly, reprintPlainly } from '@kubectl-gitops/core/desired/plain/resources.js'
import { configMap, type Files, kustomizationOf, Stage } from '../stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

/** What is printed of `apps` without kustomize, and with it. */
async function both(
  files: Files,
  spec: Readonly<Record<string, unknown>> = {},
): Promise<{ plain: string | undefined; kustomized: string }> {
  const artifact = await stage.artifact(files)
  const kustomization = kustomizationOf({ path: 'apps', ...spec })
  const inputs = await readInputs(artifact, kustomization, await readEntryFile(artifact, 'apps'))
  const entries = [...inputs.files].flatMap((path) => artifact.files.get(path) ?? [])
  const blobs = await artifact.repository.read(entries.map(({ id }) => id))
  const contents = new Map<string, Uint8Array | string>(
    entries.map(({ path, id }) => [path, blobs.get(id) ?? '']),
  )
  const plain = printPlainly(artifact, inputs, contents)
  contents.set(inputs.path, inputs.text)
  const kustomized = await kustomizeBuild(stage.kustomize, contents, 'apps').catch(() => 'a failure')
  return { plain, kustomized }
}

const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

describe('a list of resources', () => {
  const lists: readonly (readonly [string, Files])[] = [
    ['files', { 'apps/kustomization.yaml': 'resources: [b.yaml, a.yaml]\n' }],
    ['a typed file', { 'apps/kustomization.yaml': `${head}resources:\n- ./a.yaml # first\n- b.yaml\n` }],
    ['what Flux finds', {}],
    [
      'bases of bases',
      {
        'apps/kustomization.yaml': 'resources: [../base, a.yaml, inner]\n',
        'apps/inner/kustomization.yaml': `${head}resources:\n- z.yaml\n`,
        'apps/inner/z.yaml': configMap('z'),
        'base/Kustomization': 'resources:\n- y.yaml\n- deep/x.yaml\n',
        'base/y.yaml': configMap('other'),
        'base/deep/x.yaml': `---\n${configMap('x1')}---\n# nothing\n---\n${configMap('x2')}`,
      },
    ],
    ['objects of one name but other kinds', { 'apps/a2.yaml': configMap('a').replace('ConfigMap', 'Thing') }],
  ]
  it.each(lists)('of %s is printed as kustomize prints it', async (_, files) => {
    const { plain, kustomized } = await both({
      'apps/a.yaml': configMap('a'),
      'apps/b.yaml': configMap('b'),
      ...files,
    })
    expect(plain).toBe(kustomized)
    expect(kustomized).toContain('name: a\n')
  })

  const a = { 'apps/a.yaml': configMap('a') }
  const annotated = (text: string): string =>
    configMap('b').replace('name: b', `name: b\n  annotations:\n    ${text}`)
  const others: readonly (readonly [string, Files, Readonly<Record<string, unknown>>?])[] = [
    ['a prefix', { 'apps/kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: x-\n' }],
    [
      'a prefix of a base',
      {
        'apps/kustomization.yaml': 'resources: [b]\n',
        'apps/b/kustomization.yaml': 'resources: [../a.yaml]\nnamePrefix: x-\n',
      },
    ],
    ['a spec that patches', {}, { patches: [{ target: { kind: 'ConfigMap' }, patch: '[]' }] }],
    ['a namespace', {}, { targetNamespace: 'x' }],
    ['origins', { 'apps/kustomization.yaml': 'resources: [a.yaml]\nbuildMetadata: [originAnnotations]\n' }],
    [
      'an order of its own',
      { 'apps/kustomization.yaml': 'resources: [a.yaml]\nsortOptions: {order: legacy}\n' },
    ],
    ['nothing', { 'apps/kustomization.yaml': 'resources: []\n' }],
    [
      'a component',
      {
        'apps/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n',
      },
    ],
    ['an object twice', { 'apps/b.yaml': configMap('a') }],
    [
      'one name in two namespaces',
      { 'apps/b.yaml': configMap('a').replace('name: a', 'name: a\n  namespace: x') },
    ],
    [
      'a list',
      {
        'apps/b.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Thing\n  metadata:\n    name: x\n`,
      },
    ],
    [
      'an object for kustomize alone',
      { 'apps/b.yaml': annotated('config.kubernetes.io/local-config: "true"') },
    ],
    [
      'annotations that are empty',
      { 'apps/b.yaml': configMap('b').replace('name: b', 'name: b\n  annotations: {}') },
    ],
    ['labels that are empty', { 'apps/b.yaml': configMap('b').replace('name: b', 'name: b\n  labels: {}') }],
    ['an annotation of two lines', { 'apps/b.yaml': annotated('x: "a\\nb"') }],
    ['an annotation that is no text', { 'apps/b.yaml': annotated('x: 5') }],
    ['an empty file', { 'apps/b.yaml': '# nothing\n' }],
    ['an object without a name', { 'apps/b.yaml': configMap('b').replace('  name: b\n', '  labels: {}\n') }],
    ['an object without a kind', { 'apps/b.yaml': configMap('b').replace('kind: ConfigMap\n', '') }],
    ['a missing file', { 'apps/kustomization.yaml': 'resources: [a.yaml, gone.yaml]\n' }],
    ['a file that is named twice', { 'apps/kustomization.yaml': 'resources: [a.yaml, ./a.yaml]\n' }],
    [
      'two kustomization files',
      {
        'apps/kustomization.yaml': 'resources: [b]\n',
        'apps/b/kustomization.yaml': 'resources: [../a.yaml]\n',
        'apps/b/Kustomization': '',
      },
    ],
    [
      'a base that names itself',
      {
        'apps/kustomization.yaml': 'resources: [b]\n',
        'apps/b/kustomization.yaml': 'resources: [../b, ../a.yaml]\n',
      },
    ],
    [
      'two kustomization files at its path',
      { 'apps/kustomization.yaml': 'resources: [a.yaml]\n', 'apps/Kustomization': 'resources: [a.yaml]\n' },
    ],
    ['bytes that are no text', { 'apps/b.yaml': new Uint8Array([...Buffer.from(configMap('b')), 0xff]) }],
  ]
  it.each(others)('with %s is left to kustomize', async (_, files, spec = {}) => {
    expect((await both({ ...a, ...files }, spec)).plain).toBeUndefined()
  })
})

describe('a text', () => {
  const start = 'apiVersion: v1\nkind: X\nmetadata:\n  name: x\n'
  const doubtful: readonly string[] = [
    'a: yes',
    'a: 0644',
    'a: 1.5',
    'a: 2024-01-01',
    'a: 1:30',
    'a: 0x1F',
    'a: 1e3',
    'a: 1_000',
    'a: .5',
    'a: +1',
    'a: &x y',
    'a: *x',
    'a: !!str x',
    '<<: x',
    'a: >\n  x',
    'a: |+\n  x',
    'a: |2\n  x',
    'a: |\n\n  x',
    'a: |\n  x ',
    'a: "x\\ty"',
    'a: "x\n  y"',
    'a: x\n  y',
    'a: x\ty',
    'a: é',
    'a: x\r',
    '"a": x',
    '5: x',
    'y: x',
    '? a',
    'a: b: c',
    'a: [b, [c]]',
    'a: {b: {c: d}}',
    'a: [b,',
    'a: b\na: c',
    'a: "0644"',
    'a: "1.5"',
    'a: " x"',
    'a: "x\\n\\n"',
    '...',
    '%YAML 1.1',
    'a: |\n  x\n y',
    'a: "x" y',
    'a: [yes]',
    `${'k'.repeat(101)}: x`,
  ]
  it.each(doubtful)('with %j is in doubt', (line) => {
    expect(reprintPlainly(`${start}${line}\n`)).toBeUndefined()
  })

  it('is sorted, unquoted, unfolded and without comments', () => {
    const text = `${start}b10: "x" # why\n# above\nb2: 'it''s'\nB: [1, "2", c]\na: {x: {}}\n`
    expect(reprintPlainly(text.replace('{x: {}}', '{}'))).toBe(
      `B:\n- 1\n- "2"\n- c\na: {}\napiVersion: v1\nb2: it's\nb10: x\nkind: X\nmetadata:\n  name: x\n`,
    )
    expect(reprintPlainly(text)).toBeUndefined()
  })
})
