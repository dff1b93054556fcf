import { createHash } from 'node:crypto'
import { expect, it } from '@jest/globals'
import type { Kustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { substituteInBuild } from '@kubectl-gitops/core/desired/substitution/strictness.js'
import { mergeVariables } from '@kubectl-gitops/core/desired/variables.js'
import { binary } from '../../../support/binaries.js'
import { describeWith } from '../../../support/describe-with.js'

const resource = (name: string, value: string) =>
  `apiVersion: v1\ndata:\n  a: ${value}\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`

const kustomization = (spec: Kustomization['spec'], status = {}) =>
  readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'site', namespace: 'default' },
    spec,
    status,
  })

const SPEC = { postBuild: { substitute: { v: 'yes' } } }

describeWith(['kubectl'], 'substituting in a build', () => {
  const kubectl = { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } }
  const absent = { ...kubectl, kubectl: '/nonexistent/kubectl' }
  const run = (printed: string, of: Kustomization, kustomize = kubectl) =>
    substituteInBuild(printed, of, mergeVariables(of.spec, []), kustomize)
  const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

  it('leaves a build alone that has no spec.postBuild, or no variables', async () => {
    const printed = resource('a', '${none}')
    for (const spec of [{}, { postBuild: {} }])
      expect(await run(printed, kustomization(spec), absent)).toEqual({ text: printed, touched: false })
  })

  it('starts no kustomize where nothing changes', async () => {
    const printed = `${resource('a', 'x')}---\n${resource('b', '$v')}`
    expect(await run(printed, kustomization(SPEC), absent)).toEqual({ text: printed, touched: true })
    expect(await run(resource('a', 'x'), kustomization(SPEC), absent)).toEqual({
      text: resource('a', 'x'),
      touched: false,
    })
  })

  it('prints what has changed again, in its place', async () => {
    const printed = [resource('a', 'x'), resource('b', '${v}'), resource('c', '$v'), resource('d', '"${v}"')]
    const text = [resource('a', 'x'), resource('b', 'true'), resource('c', '$v'), resource('d', '"yes"')]
    expect(await run(printed.join('---\n'), kustomization(SPEC))).toEqual({
      text: text.join('---\n'),
      touched: true,
    })
  })

  it('prints hundreds of resources in their order', async () => {
    const names = Array.from({ length: 120 }, (_, i) => `r${119 - i}`)
    const text = names.map((name) => resource(name, 'true')).join('---\n')
    expect(await run(text.replaceAll('true', '${v}'), kustomization(SPEC))).toEqual({ text, touched: true })
  })

  it('leaves annotations, local resources and placeholders of others alone', async () => {
    const head = 'apiVersion: v1\nkind: Placeholder\nmetadata:\n  annotations:\n'
    const before = `${head}    a: "1"\n    \${v}: "true"\n    port: \${port}\n  name: r0\n`
    const after = `${head}    a: "1"\n    config.kubernetes.io/local-config: "true"\n    port: 80\n  name: r0\n`
    const substitute = { v: 'config.kubernetes.io/local-config', port: '80' }
    expect(await run(before, kustomization({ postBuild: { substitute } }))).toEqual({
      text: after,
      touched: true,
    })
  })

  it('refuses a resource that holds the key it hides metadata behind', async () => {
    const of = kustomization({ postBuild: { substitute: { v: 'metadata! é' } } })
    await expect(run(resource('a', '${v}'), of)).rejects.toMatchObject({ code: 'SPEC_UNSUPPORTED' })
  })

  const last = (value: string) => `apiVersion: v1\nkind: Thing\nmetadata:\n  name: a\nz: ${value}\n`

  it('ends an open block scalar where the resource ends', async () => {
    const of = kustomization({ postBuild: { substitute: { v: '|' } } })
    expect(await run(last('${v}'), of)).toEqual({ text: last('""'), touched: true })
  })

  it.each(['"open', "'open", '[open', '{open', '{a: "', '"\\', '[{a: b', 'x\r- op: remove', '? [', '- {'])(
    'does not let %j run out of its resource',
    async (v) => {
      const of = kustomization({ postBuild: { substitute: { v } } })
      await expect(run(last('${v}'), of)).rejects.toMatchObject({ code: 'BUILD_FAILED' })
    },
  )

  it('never shows a value in the error of a text that is no YAML', async () => {
    const of = kustomization({ postBuild: { substitute: { v: '*swordfish' } } })
    const error = await run(resource('a', '${v}'), of).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'BUILD_FAILED' })
    expect(JSON.stringify([error, String(error)])).not.toContain('swordfish')
  })

  it('is strict where nothing shows that the controller is not', async () => {
    const why = `post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable substitution failed: variable not set (strict mode): "none"`
    const statuses = [{}, { history: [{ digest: digest('another') }], lastAppliedRevision: 'main@sha1:0' }]
    for (const status of statuses)
      await expect(run(resource('a', '${none}'), kustomization(SPEC, status))).rejects.toMatchObject({
        code: 'BUILD_FAILED',
        why,
      })
  })

  it('is lenient where that gives the digest that Flux recorded, or where Flux recorded none', async () => {
    const text = resource('a', 'null')
    const history = [{ digest: digest('another') }, { digest: digest(text) }]
    for (const status of [{ history }, { lastAppliedRevision: 'main@sha1:0' }])
      expect(await run(resource('a', '${none}'), kustomization(SPEC, status))).toEqual({
        text,
        touched: true,
      })
  })
})
