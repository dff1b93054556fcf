import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { build } from '@kubectl-gitops/core/desired/build.js'
import { traceOrigins } from '@kubectl-gitops/core/desired/origin-file.js'
import { NO_VARIABLES } from '@kubectl-gitops/core/desired/variables.js'
import { configMap, kustomizationOf, Stage, type Files } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

/** The origin of every object that the path builds, by name; hashes at the end of names are cut off. */
async function origins(files: Files, spec: Readonly<Record<string, unknown>>) {
  const artifact = await stage.artifact(files)
  const kustomization = kustomizationOf(spec)
  const made = await build(artifact, kustomization, stage.kustomize, NO_VARIABLES)
  const traced = await traceOrigins({
    kustomization,
    objects: made.objects,
    exists: (path) => artifact.files.has(path),
    rebuild: async (noting) => (await build(artifact, noting, stage.kustomize, NO_VARIABLES)).objects,
  })
  return Object.fromEntries(
    made.objects.map(({ metadata }, index) => [metadata.name.replace(/-[a-z0-9]{10}$/, ''), traced[index]]),
  )
}

describe('the file that an object comes from', () => {
  it('is named from the root of the repository, through overlays, components and generators', async () => {
    const found = await origins(
      {
        'apps/web/kustomization.yaml':
          'resources: [../../base, local.yaml]\ncomponents: [../../part]\nconfigMapGenerator: [{name: made, literals: [a=b]}]\n',
        'apps/web/local.yaml': configMap('local'),
        'base/kustomization.yml':
          'resources: [deep/one.yaml]\nsecretGenerator: [{name: key, literals: [a=b]}]\n',
        'base/deep/one.yaml': `${configMap('one')}---\n${configMap('two')}`,
        'part/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [part.yaml]\n',
        'part/part.yaml': configMap('part'),
      },
      { path: './apps/web', namePrefix: 'x-' },
    )
    expect(found).toEqual({
      'x-local': { path: 'apps/web/local.yaml' },
      'x-made': { path: 'apps/web/kustomization.yaml', generator: 'ConfigMapGenerator' },
      'x-one': { path: 'base/deep/one.yaml' },
      'x-two': { path: 'base/deep/one.yaml' },
      'x-key': { path: 'base/kustomization.yml', generator: 'SecretGenerator' },
      'x-part': { path: 'part/part.yaml' },
    })
  })

  it('is found where Flux generates the kustomization file', async () => {
    expect(
      await origins({ 'apps/a.yaml': configMap('a'), 'apps/sub/b.yml': configMap('b') }, { path: 'apps' }),
    ).toEqual({ a: { path: 'apps/a.yaml' }, b: { path: 'apps/sub/b.yml' } })
  })

  it('is not what a manifest claims', async () => {
    const forged = configMap('a').replace(
      '  name: a\n',
      '  name: a\n  annotations: {config.kubernetes.io/origin: "path: other.yaml"}\n',
    )
    expect(await origins({ 'a.yaml': forged, 'other.yaml': configMap('b') }, {})).toEqual({
      a: { path: 'a.yaml' },
      b: { path: 'other.yaml' },
    })
  })

  it('is unknown where the second build fails, or has other objects', async () => {
    const kustomization = kustomizationOf({})
    const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]
    const traced = { kustomization, objects, exists: () => true }
    expect(await traceOrigins({ ...traced, rebuild: () => Promise.reject(new Error('no')) })).toEqual([
      { unknown: 'the build that notes origins failed' },
    ])
    expect(await traceOrigins({ ...traced, rebuild: () => Promise.resolve([]) })).toEqual([
      { unknown: 'the build that notes origins has other objects' },
    ])
  })

  it('is unknown where kustomize notes none, or one that the repository does not have', async () => {
    const kustomization = kustomizationOf({ path: 'apps' })
    const object = (note: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', annotations: { 'config.kubernetes.io/origin': note } },
    })
    const notes = ['', 'path: gone.yaml\n', 'repo: https://example.com/a\npath: a.yaml\n', '{', 'path: [1]\n']
    const objects = notes.map(object)
    const exists = (path: string) => path === 'apps/a.yaml'
    const found = await traceOrigins({
      kustomization,
      objects,
      exists,
      rebuild: () => Promise.resolve(objects),
    })
    expect(found).toEqual([
      { unknown: 'kustomize notes no file' },
      { unknown: 'the file that kustomize notes is not in the repository' },
      { unknown: 'it comes from another repository' },
      { unknown: 'kustomize notes no file' },
      { unknown: 'kustomize notes no file' },
    ])
  })
})
