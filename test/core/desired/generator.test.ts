import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { editFile, generateFile, isLocalRelative } from '@kubectl-gitops/core/desired/generator.js'
import { readYaml } from '@kubectl-gitops/core/desired/yaml.js'
import { configMap, type Files, refusal, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const TYPE = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
const FIFO = { sortOptions: { order: 'fifo' } }
const all = () => true

const generate = async (files: Files, folder = 'apps') => generateFile(await stage.artifact(files), folder)

/** The file as Flux edits it, for a kustomization.yaml with this text. */
const edit = (
  text: string,
  spec: Readonly<Record<string, unknown>> = {},
  exists: (path: string) => boolean = all,
) => editFile((readYaml(text, 'kustomization.yaml')[0] ?? {}) as Record<string, unknown>, spec, false, exists)

const names = async (files: Files, spec: Readonly<Record<string, unknown>> = {}) =>
  (await stage.build(files, { path: 'apps', ...spec })).objects.map(({ metadata }) => metadata.name)

describe('a generated kustomization file', () => {
  it('names the manifests in the order of a walk, folder by folder', async () => {
    const files = {
      'apps/a.yaml': '',
      'apps/a/z.yml': '',
      'apps/a-b/x.yaml': '',
      'apps/a0.yaml': '',
      'apps/B.yaml': '',
      'apps/.hidden.yaml': '',
      'apps/notes.md': '',
      'apps/upper.YAML': '',
      'other/o.yaml': '',
      'apps.yaml': '',
      'apps-two/t.yaml': '',
    }
    expect(await generate(files)).toEqual({
      ...TYPE,
      resources: ['./.hidden.yaml', './B.yaml', './a/z.yml', './a-b/x.yaml', './a.yaml', './a0.yaml'],
    })
  })

  it('names a folder with a kustomization file of its own once, where the walk meets it', async () => {
    const files = {
      'apps/a.yaml': '',
      'apps/b/kustomization.yml': '',
      'apps/b/one.yaml': '',
      'apps/b/deep/kustomization.yaml': '',
      'apps/c/d/Kustomization': '',
      'apps/c/d/two.yaml': '',
      'apps/c/e.yaml': '',
      'apps/f.yaml': '',
    }
    expect(await generate(files)).toEqual({
      ...TYPE,
      resources: ['./a.yaml', './b', './c/d', './c/e.yaml', './f.yaml'],
    })
  })

  it('is a placeholder where there is nothing, and builds nothing', async () => {
    const files = { 'apps/notes.md': 'no manifest' }
    expect(await generate(files)).toEqual({ ...TYPE, namespace: '_placeholder' })
    expect(await names(files)).toEqual([])
  })

  it('builds from the root of a repository as well', async () => {
    const files = { 'b.yaml': configMap('b'), 'a/a.yaml': configMap('a') }
    const made = await stage.build(files, { path: './' })
    expect(made.objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  })

  it('fails with Flux’s words where a file is no manifest', async () => {
    const { code, why } = await refusal(
      stage.build({ 'apps/values.yaml': 'replicas: 1\n' }, { path: 'apps' }),
    )
    expect(code).toBe('BUILD_FAILED')
    expect(why).toMatch(
      /^failed to decode Kubernetes YAML from apps\/values\.yaml: missing Resource metadata/,
    )
    expect(why).not.toContain(stage.folder.path)
  })
})

describe('an edited kustomization file', () => {
  it('keeps its own order of building, or gets none', () => {
    expect(edit('resources: [a.yaml]')).toEqual({ ...TYPE, resources: ['a.yaml'], ...FIFO })
    expect(edit('resources: [a.yaml]\nsortOptions: {order: legacy}')).toEqual({
      ...TYPE,
      resources: ['a.yaml'],
      sortOptions: { order: 'legacy' },
    })
  })

  it('loses what kustomize does not know, at any depth, and matches names as Go does', () => {
    const text =
      'RESOURCES: [a.yaml]\nnope: 1\nimages: [{Name: x, newtag: 1.10, nope: 1}]\nnamePrefix: 7\nimageTags: []\n'
    expect(edit(text)).toEqual({
      ...TYPE,
      resources: ['a.yaml'],
      images: [{ name: 'x', newTag: '1.1' }],
      namePrefix: '7',
      imageTags: [],
      ...FIFO,
    })
  })

  it('turns scalars into text where text is wanted, but not in Go’s embedded structs, and nowhere else', () => {
    const text = `
resources: [2024, a.yaml]
commonLabels: {build: 20240101, on: yes, create: true}
labels: [{pairs: {v: 1.0}, includeSelectors: true, fields: [{path: a, create: true}]}]
replicas: [{name: x, count: 3}]
configMapGenerator: [{name: 1, literals: [a=1, 2], options: {immutable: true, labels: {a: 1}}}]
replacements: [{source: {kind: X, options: {index: 1}}, targets: [{select: {name: 1}, fieldPaths: [1], options: {create: true}}]}]
patches: [{path: 1, options: {allowNameChange: true}, target: {version: 1}}]
`
    expect(edit(text)).toEqual({
      ...TYPE,
      resources: ['2024', 'a.yaml'],
      commonLabels: { build: '20240101', true: 'true', create: 'true' },
      labels: [{ pairs: { v: '1' }, includeSelectors: true, fields: [{ path: 'a', create: true }] }],
      replicas: [{ name: 'x', count: 3 }],
      configMapGenerator: [{ name: 1, literals: ['a=1', 2], options: { immutable: true, labels: { a: 1 } } }],
      replacements: [
        {
          source: { kind: 'X', options: { index: 1 } },
          targets: [{ select: { name: 1 }, fieldPaths: [1], options: { create: true } }],
        },
      ],
      patches: [{ path: '1', options: { allowNameChange: true }, target: { version: 1 } }],
      ...FIFO,
    })
  })

  it('gets build metadata where it has no resources, so that kustomize does not call it empty', async () => {
    expect(edit('')).toEqual({ ...TYPE, buildMetadata: ['originAnnotations'], ...FIFO })
    expect(edit('bases: [../a]\nbuildMetadata: [managedByLabel]')).toEqual({
      ...TYPE,
      bases: ['../a'],
      buildMetadata: ['originAnnotations'],
      ...FIFO,
    })
    expect(await names({ 'apps/kustomization.yaml': '' })).toEqual([])
  })

  it('takes names and namespace from the spec, over its own', () => {
    const spec = {
      targetNamespace: 'team',
      namePrefix: 'a-',
      nameSuffix: '',
      buildMetadata: ['managedByLabel'],
    }
    expect(edit('resources: [a.yaml]\nnamespace: own\nnamePrefix: own-\nnameSuffix: -own', spec)).toEqual({
      ...TYPE,
      resources: ['a.yaml'],
      namespace: 'team',
      namePrefix: 'a-',
      nameSuffix: '',
      buildMetadata: ['managedByLabel'],
      ...FIFO,
    })
  })

  it('gets the spec’s patches behind its own, with the targets that Flux knows', () => {
    const target = { group: 'apps', version: 'v1', kind: 'Deployment', name: 'a|b', namespace: 'n' }
    const selectors = { labelSelector: 'a=b', annotationSelector: 'c=d' }
    const spec = {
      patches: [{ patch: 'one', target: { ...target, ...selectors, extra: 1 } }, { patch: 'two' }],
      patchesStrategicMerge: [{ kind: 'X' }],
      patchesJson6902: [{ patch: [{ op: 'remove', path: '/a' }], target: { kind: 'Y' } }],
    }
    expect(edit('resources: [a.yaml]\npatches: [{path: own.yaml}]', spec)).toEqual({
      ...TYPE,
      resources: ['a.yaml'],
      patches: [
        { path: 'own.yaml' },
        { patch: 'one', target: { ...target, ...selectors } },
        { patch: 'two' },
      ],
      patchesStrategicMerge: ['{"kind":"X"}'],
      patchesJson6902: [{ patch: '[{"op":"remove","path":"/a"}]', target: { kind: 'Y' } }],
      ...FIFO,
    })
  })

  it('gets the spec’s components behind its own, less the missing ones where they may be missing', () => {
    const spec = { components: ['../a', '../b'], ignoreMissingComponents: true }
    const exists = (path: string) => path === '../b'
    expect(edit('resources: [x]\ncomponents: [../own]', spec, exists)).toMatchObject({
      components: ['../own', '../b'],
    })
    expect(edit('resources: [x]', { components: ['../a'] }, () => false)).toMatchObject({
      components: ['../a'],
    })
  })

  it('merges images by name: a new name alone keeps the version, a tag or digest replaces both', () => {
    const own =
      'resources: [x]\nimages:\n- {name: a, newTag: "1", digest: "sha256:1"}\n- {name: b, newName: own, newTag: "1"}\n- {name: c, digest: "sha256:1"}\n'
    const spec = {
      images: [
        { name: 'a', newTag: '2' },
        { name: 'b', newName: 'theirs' },
        { name: 'c', newName: 'c2', digest: 'sha256:2' },
        { name: 'd', newTag: '4' },
        { name: 'd', newName: 'd2' },
      ],
    }
    expect(edit(own, spec)).toMatchObject({
      images: [
        { name: 'a', newTag: '2' },
        { name: 'b', newName: 'theirs', newTag: '1' },
        { name: 'c', newName: 'c2', digest: 'sha256:2' },
        { name: 'd', newName: 'd2', newTag: '4' },
      ],
    })
  })

  it('of the wrong shape is kustomize’s to refuse', async () => {
    const files = {
      'apps/kustomization.yaml': 'resources: [a.yaml]\nimages: {a: b}',
      'apps/a.yaml': configMap('a'),
    }
    const { code, why } = await refusal(
      stage.build(files, { path: 'apps', images: [{ name: 'a', newTag: '1' }] }),
    )
    expect([code, why]).toEqual([
      'BUILD_FAILED',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field Kustomization.images of type []types.Image',
    ])
  })
})

describe('a component’s path', () => {
  it.each([
    ['../a', true],
    ['a?ref=x', true],
    ['file://a', true],
    ['/a', false],
    ['file:///a', false],
    ['FILE:///a', false],
    ['git::a', false],
    ['gh:org/repo', false],
    ['https://a', false],
    ['HTTPS://a', false],
    ['git@a', false],
    ['github.com/a/b', false],
    ['github.com/', true],
  ])('%s is local: %p', (path, local) => {
    expect(isLocalRelative(path)).toBe(local)
  })
})
