import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { configMap, refusal, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

describe('a path for which Flux generates the kustomization file', () => {
  it('fails in the words of the generator, which decodes every manifest first', async () => {
    const files = { 'apps/good.yaml': configMap('good'), 'apps/values.yaml': 'replicas: 3\n' }
    const { code, why } = await refusal(stage.build(files, { path: './apps' }))
    expect(code).toBe('BUILD_FAILED')
    expect(why).toMatch(/^failed to decode Kubernetes YAML from apps\/values\.yaml: /)
  })

  it('fails in the words of kustomize for what comes to light only in the build', async () => {
    const files = { 'apps/a.yaml': configMap('twin'), 'apps/b.yaml': configMap('twin') }
    const { code, why } = await refusal(stage.build(files, { path: './apps' }))
    expect(code).toBe('BUILD_FAILED')
    expect(why).toContain('may not add resource with an already registered id')
  })
})

describe('a resource that loses its name in a patch', () => {
  it('is refused without a word of what it holds', async () => {
    const kustomization = {
      resources: ['map.yaml'],
      patches: [{ target: { kind: 'ConfigMap' }, patch: '- {op: replace, path: /metadata/name, value: ""}' }],
    }
    const files = {
      'apps/map.yaml': configMap('named', 'token: swordfish'),
      'apps/kustomization.yaml': JSON.stringify(kustomization),
    }
    const { code, why } = await refusal(stage.build(files, { path: './apps' }))
    expect(code).toBe('BUILD_FAILED')
    expect(why).not.toContain('swordfish')
  })
})
