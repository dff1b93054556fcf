import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readClosure } from '@kubectl-gitops/core/desired/closure.js'
import { isRemoteBase, isRemoteFile } from '@kubectl-gitops/core/desired/remote-base.js'
import { readYaml } from '@kubectl-gitops/core/desired/yaml.js'
import { configMap, type Files, refusal, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

/** The closure of `apps`, whose kustomization file has this text. */
async function closure(text: string, files: Files = {}): Promise<readonly string[]> {
  const artifact = await stage.artifact({ 'apps/kustomization.yaml': text, ...files })
  const [file] = readYaml(text, 'apps/kustomization.yaml')
  const { paths } = await readClosure(artifact, 'apps', file as Record<string, unknown>)
  return [...paths].filter((path) => path !== 'apps/kustomization.yaml').sort()
}

const empty = (...paths: readonly string[]): Files => Object.fromEntries(paths.map((path) => [path, '']))

describe('a closure', () => {
  const fields: readonly (readonly [string, string])[] = [
    ['resources', 'resources: [x/f.yaml]'],
    ['bases', 'bases: [x/f.yaml]'],
    ['crds', 'crds: [x/f.yaml]'],
    ['configurations', 'configurations: [x/f.yaml]'],
    ['patchesStrategicMerge', 'patchesStrategicMerge: [x/f.yaml]'],
    ['patches', 'patches: [{path: x/f.yaml}]'],
    ['patchesJson6902', 'patchesJson6902: [{path: x/f.yaml}]'],
    ['replacements', 'replacements: [{path: x/f.yaml}]'],
    ['openapi', 'openapi: {path: x/f.yaml}'],
    ['files of a ConfigMap', 'configMapGenerator: [{files: [x/f.yaml]}]'],
    ['files with a key', 'secretGenerator: [{files: [key=x/f.yaml]}]'],
    ['envs', 'configMapGenerator: [{envs: [x/f.yaml]}]'],
    ['env', 'secretGenerator: [{env: x/f.yaml}]'],
    ['values of a chart', 'helmCharts: [{valuesFile: x/f.yaml}]'],
    ['more values of a chart', 'helmCharts: [{additionalValuesFiles: [x/f.yaml]}]'],
    ['values of an old chart', 'helmChartInflationGenerator: [{values: x/f.yaml}]'],
    ['generators', 'generators: [x/f.yaml]'],
    ['transformers', 'transformers: [x/f.yaml]'],
    ['validators', 'validators: [x/f.yaml]'],
    ['a field in another case', 'Resources: [x/f.yaml]'],
    ['an inner field in another case', 'patches: [{PATH: x/f.yaml}]'],
    ['an alias', 'labels: [{pairs: {a: &a x/f.yaml}}]\nresources: [*a]'],
    ['a path with dots', 'resources: [./x/../x//f.yaml]'],
    ['a generator in place', 'generators: ["{kind: X, files: [x/f.yaml]}"]'],
  ]
  it.each(fields)('has the file that %s name', async (_, text) => {
    expect(await closure(text, empty('apps/x/f.yaml', 'apps/x/other.yaml'))).toEqual(['apps/x/f.yaml'])
  })

  it('has nothing that is only written in place', async () => {
    const text = `patches: [{patch: "- op: add"}]
patchesStrategicMerge: ["kind: X\\nmetadata: {name: x}"]
configMapGenerator: [{literals: [a=https://example.com/x]}]
transformers: ["kind: PrefixTransformer\\nprefix: x.yaml"]
`
    expect(await closure(text, empty('apps/x.yaml'))).toEqual([])
  })

  it('follows folders, each once, up and around in circles', async () => {
    const files = {
      'base/kustomization.yaml': 'resources: [b.yaml, ../apps, ../other, ../other/]\ncomponents: [../part]',
      'base/b.yaml': '',
      'other/Kustomization': 'resources: [../base, o.yaml]',
      'other/o.yaml': '',
      'part/kustomization.yml': 'kind: Component\npatches: [{path: p.yaml}]',
      'part/p.yaml': '',
      'part/unused.yaml': '',
    }
    expect(await closure('resources: [../base, ../other]', files)).toEqual([
      'base/b.yaml',
      'base/kustomization.yaml',
      'other/Kustomization',
      'other/o.yaml',
      'part/kustomization.yml',
      'part/p.yaml',
    ])
  })

  it('has all kustomization files of a folder and follows every document, for kustomize to judge', async () => {
    const files = {
      'base/kustomization.yaml': 'resources: [a.yaml]\n---\nresources: [b.yaml]',
      'base/Kustomization': 'resources: [c.yaml]',
      ...empty('base/a.yaml', 'base/b.yaml', 'base/c.yaml'),
    }
    expect(await closure('resources: [../base]', files)).toEqual([
      'base/Kustomization',
      'base/a.yaml',
      'base/b.yaml',
      'base/c.yaml',
      'base/kustomization.yaml',
    ])
  })

  it('has the files of a plugin’s configuration, from the folder that names the plugin', async () => {
    const files = {
      'apps/gen/kustomization.yaml': 'resources: [gen.yaml]',
      'apps/gen/gen.yaml':
        'kind: ConfigMapGenerator\nfiles: [k=data.txt]\nenvs: [e.env]\n---\nkind: PatchTransformer\npath: p.yaml',
      ...empty('apps/data.txt', 'apps/e.env', 'apps/p.yaml', 'apps/gen/data.txt'),
    }
    expect(await closure('generators: [gen]', files)).toEqual([
      'apps/data.txt',
      'apps/e.env',
      'apps/gen/gen.yaml',
      'apps/gen/kustomization.yaml',
      'apps/p.yaml',
    ])
  })

  it('comes to an end where a plugin’s folder names itself', async () => {
    const files = { 'apps/gen/kustomization.yaml': 'resources: [../gen]' }
    expect(await closure('generators: [gen]', files)).toEqual(['apps/gen/kustomization.yaml'])
  })

  it('leaves what is missing to kustomize', async () => {
    expect(await closure('resources: [gone.yaml, ../gone]\npatches: [{path: gone}]')).toEqual([])
    const files = { 'apps/kustomization.yaml': 'resources: [gone.yaml]' }
    const { code, why } = await refusal(stage.build(files, { path: 'apps' }))
    expect(code).toBe('BUILD_FAILED')
    expect(why).toMatch(/^accumulating resources: .*evalsymlink failure on 'apps\/gone\.yaml'/)
  })

  it('is refused where a kustomization file is data as well', async () => {
    const text = 'resources: [base]\nconfigMapGenerator: [{name: x, files: [base/kustomization.yaml]}]'
    const files = {
      'apps/base/kustomization.yaml': 'resources: [a.yaml]',
      'apps/base/a.yaml': configMap('a'),
    }
    expect((await refusal(closure(text, files))).code).toBe('SPEC_UNSUPPORTED')
  })

  it('names the folder, the path and what to do where a path leaves the repository', async () => {
    expect(await refusal(closure('resources: [../../x]'))).toEqual({
      code: 'PATH_ESCAPES',
      what: 'apps names ../../x, which lies outside the repository',
      why: 'Flux builds inside the artifact and refuses paths that leave it',
    })
  })
})

describe('a remote base', () => {
  // kustomize api/internal/git/repospec_test.go and its own documentation.
  it.each([
    ['https://github.com/org/repo', true],
    ['https://github.com/org/repo/path?ref=v1', true],
    ['https://example.com/org/repo//path', true],
    ['https://example.com/repo.git', true],
    ['https://org@dev.azure.com/org/project/_git/repo/path', true],
    ['ssh://git@example.com:22/org/repo', true],
    ['git@example.com:org/repo', true],
    ['user@example.com/org/repo', true],
    ['github.com/org/repo', true],
    ['GITHUB.com:org/repo/path', true],
    ['git::https://example.com/org/repo', true],
    ['git::git@example.com:org/repo', true],
    ['file:///srv/repo', true],
    ['https://example.com', false],
    ['https://example.com/org', false],
    ['github.com/org', false],
    ['https://github.com/org/repo/../../..', false],
    ['gh:org/repo', false],
    ['git::local/folder/x', false],
    ['local/folder', false],
    ['folder?ref=main', false],
    ['app@v2/overlay', false],
    ['/etc/passwd', false],
    ['../base', false],
    ['example.com/org/repo', false],
  ])('%s: %p', (path, remote) => {
    expect(isRemoteBase(path)).toBe(remote)
  })
})

describe('a remote file', () => {
  it.each([
    ['https://example.com/a.yaml', true],
    ['HTTP://example.com/a.yaml', true],
    ['http:a', true],
    ['./https:/a', false],
    ['ftp://a', false],
  ])('%s: %p', (path, remote) => {
    expect(isRemoteFile(path)).toBe(remote)
  })
})
