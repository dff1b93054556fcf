import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { configMap, type Files, refusal, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const names = async (files: Files) =>
  (await stage.build(files, { path: 'apps' })).objects.map(({ metadata }) => metadata.name)

describe('a build', () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: "web:1"}]}}}
`

  it('applies the spec as Flux does: patches, images, namespace, names, components', async () => {
    const files = {
      'apps/web.yaml': deployment,
      'parts/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {part: "1"}\n',
    }
    const made = await stage.build(files, {
      path: 'apps',
      targetNamespace: 'team',
      nameSuffix: '-x',
      images: [{ name: 'web', newTag: '2' }],
      components: ['../parts'],
      patches: [{ target: { kind: 'Deployment' }, patch: '- {op: add, path: /spec/replicas, value: 3}' }],
    })
    expect(made.objects).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: 'web-x',
          namespace: 'team',
          annotations: { part: '1' },
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'apps',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
        },
        spec: {
          replicas: 3,
          template: {
            metadata: { annotations: { part: '1' } },
            spec: { containers: [{ image: 'web:2', name: 'web' }] },
          },
        },
      },
    ])
  })

  it('prints in the order of the files, not in kustomize’s own', async () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n'
    expect(await names({ 'apps/a.yaml': deployment, 'apps/b.yaml': namespace })).toEqual(['web', 'n'])
  })

  it('is refused where it asks for the label that names the program, unless a base alone does', async () => {
    const asking = (resources: string) => `resources: [${resources}]\nbuildMetadata: [managedByLabel]\n`
    const files = { 'apps/kustomization.yaml': asking('a.yaml'), 'apps/a.yaml': configMap('a') }
    expect(await refusal(stage.build(files, { path: 'apps' }))).toEqual({
      code: 'SPEC_UNSUPPORTED',
      what: 'apps/kustomization.yaml asks for the label app.kubernetes.io/managed-by',
      why: 'its value is the version of the program that builds: of kustomize-controller, not of kubectl',
    })
    expect(await refusal(stage.build(files, { path: 'apps', buildMetadata: ['managedByLabel'] }))).toEqual(
      expect.objectContaining({ code: 'SPEC_UNSUPPORTED' }),
    )
    const { text } = await stage.build(
      { ...files, 'top/kustomization.yaml': 'resources: [../apps]' },
      { path: 'top' },
    )
    expect(text).not.toContain('managed-by')
  })

  it('reads each of the three names, and deprecated fields', async () => {
    const base = { 'base/kustomization.yaml': 'resources: [b.yaml]', 'base/b.yaml': configMap('b') }
    const text = 'bases: [../base]\npatchesStrategicMerge: [p.yaml]\ncommonLabels: {a: "1"}\n'
    const patch = { 'apps/p.yaml': configMap('b', 'c: "2"') }
    for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization'])
      expect(await names({ [`apps/${name}`]: text, ...base, ...patch })).toEqual(['b'])
  })

  it('fails where a folder has two kustomization files', async () => {
    const files = { 'apps/kustomization.yaml': 'resources: []', 'apps/Kustomization': 'resources: []' }
    expect(await refusal(stage.build(files, { path: 'apps' }))).toEqual({
      code: 'BUILD_FAILED',
      what: 'kustomize build failed',
      why: 'Found multiple kustomization files under: apps',
    })
  })
})
