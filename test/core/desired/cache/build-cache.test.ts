import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import type { Artifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { BuildCache } from '@kubectl-gitops/core/desired/cache/build-cache.js'
import { build, type Build } from '@kubectl-gitops/core/desired/build.js'
import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { mergeVariables, type VariableSource } from '@kubectl-gitops/core/desired/variables.js'
import { configMap, type Files, kustomizationOf, refusal, Stage } from '../stage.js'

let stage: Stage
let folder: string
let count = 0

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

beforeEach(async () => {
  folder = join(stage.folder.path, `cache-test-${count++}`)
  await mkdir(folder)
})

/** The machine's kubectl, found as a shell finds it. */
async function realKubectl(): Promise<string> {
  const { kubectl, env } = stage.kustomize
  if (kubectl.includes('/')) return kubectl
  for (const place of (env.PATH ?? '').split(delimiter)) {
    if ((await readdir(place).catch((): string[] => [])).includes(kubectl)) return join(place, kubectl)
  }
  throw new Error('there is no kubectl')
}

/** A kubectl that writes a line for each call, runs what a test wants for it, and then does what it is asked for. */
async function countedKubectl(
  first: { readonly version?: string; readonly kustomize?: string } = {},
  program = '1',
): Promise<Kustomize & { calls(): Promise<readonly string[]> }> {
  const kubectl = join(folder, 'kubectl')
  const log = join(folder, 'calls')
  const cases = Object.entries(first).map(([call, script]) => `${call}) ${script};;`)
  const lines = ['#!/bin/sh', `echo "$1" >>${log}`, `case "$1" in ${cases.join(' ')} *) ;; esac`]
  await writeFile(kubectl, `${lines.join('\n')}\nexec ${await realKubectl()} "$@"\n`)
  await chmod(kubectl, 0o755)
  const calls = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(0, -1)
  return { ...stage.kustomize, kubectl, cache: new BuildCache(folder, program), calls }
}

/** What was kept, without the versions of kubectl. */
async function kept(): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'builds')).catch(() => [])
  const entries = await Promise.all(names.map((name) => readFile(join(folder, 'builds', name))))
  return entries
    .map((entry) => inflateRawSync(entry.subarray(32)).toString())
    .filter((text) => !text.includes('kustomizeVersion'))
}

const buildOnce = (
  artifact: Artifact,
  kustomize: Kustomize,
  spec: Readonly<Record<string, unknown>> = {},
  sources: readonly VariableSource[] = [],
): Promise<Build> => {
  const kustomization = kustomizationOf(spec)
  return build(artifact, kustomization, kustomize, mergeVariables(kustomization.spec, sources))
}

const FILES: Files = {
  'apps/kustomization.yaml': 'resources: [a.yaml, b.yaml]\nnamePrefix: x-\n',
  'apps/a.yaml': configMap('a', 'v: ${VALUE}'),
  'apps/b.yaml': configMap('b'),
}
const SPEC = { path: 'apps', postBuild: { substitute: { VALUE: 'yes' } } }

describe('a build cache', () => {
  it('builds again to the byte with a kubectl that cannot run any more', async () => {
    const kubectl = join(folder, 'kubectl')
    await copyFile(await realKubectl(), kubectl)
    await chmod(kubectl, 0o755)
    const artifact = await stage.artifact(FILES)
    const run = (): Promise<Build> =>
      buildOnce(artifact, { ...stage.kustomize, kubectl, cache: new BuildCache(folder, '1') }, SPEC)
    const cold = await run()
    await chmod(kubectl, 0o644)
    expect(await run()).toEqual(cold)
    expect(cold.text).toContain('v: true')
    expect(await buildOnce(artifact, stage.kustomize, SPEC)).toEqual(cold)
    await rm(join(folder, 'builds'), { recursive: true })
    expect((await refusal(run())).code).toBe('KUSTOMIZE_NOT_FOUND')
  })

  it('runs kustomize again for what changed, and for nothing else', async () => {
    const kustomize = await countedKubectl()
    const builds = async (files: Files, spec: Readonly<Record<string, unknown>>): Promise<number> => {
      const before = (await kustomize.calls()).length
      await buildOnce(await stage.artifact(files), kustomize, spec)
      return (await kustomize.calls()).length - before
    }
    expect(await builds(FILES, SPEC)).toBe(3) // the version, the build, what was substituted
    expect(await builds(FILES, SPEC)).toBe(0)
    expect(await builds({ ...FILES, 'apps/unused.yaml': 'x' }, { ...SPEC, interval: '1m' })).toBe(0)
    expect(await builds(FILES, { ...SPEC, postBuild: { substitute: { VALUE: 'no' } } })).toBe(1)
    expect(await builds({ ...FILES, 'apps/b.yaml': configMap('c') }, SPEC)).toBe(1)
    expect(await builds({ ...FILES, 'apps/a.yaml': configMap('c', 'w: ${VALUE}') }, SPEC)).toBe(2)
    expect(await builds(FILES, { ...SPEC, nameSuffix: '-x' })).toBe(2)
  })

  it('does not use what another kubectl printed, or another version of this program', async () => {
    const artifact = await stage.artifact(FILES)
    const run = async (answer: string, program: string): Promise<readonly string[]> => {
      const kustomize = await countedKubectl({ version: `echo '${answer}'; exit` }, program)
      const before = (await kustomize.calls()).length
      await buildOnce(artifact, kustomize, { path: 'apps' })
      return (await kustomize.calls()).slice(before)
    }
    const one = '{"kustomizeVersion": "1"}'
    const two = '{"kustomizeVersion": "2"}'
    expect(await run(one, '1')).toEqual(['version', 'kustomize'])
    expect(await run(one, '1')).toEqual(['version'])
    expect(await run(two, '1')).toEqual(['version', 'kustomize'])
    expect(await run(two, '2')).toEqual(['version', 'kustomize'])
    expect(await run(one, '1')).toEqual(['version'])
    expect(await run('Usage: kubectl', '1')).toEqual(['version', 'kustomize'])
    expect(await run('Usage: kubectl', '1')).toEqual(['version', 'kustomize'])
  })

  it('keeps no failure', async () => {
    const artifact = await stage.artifact({ ...FILES, 'apps/b.yaml': 'kind: X' })
    const kustomize = await countedKubectl()
    const first = await refusal(buildOnce(artifact, kustomize, SPEC))
    expect(await refusal(buildOnce(artifact, kustomize, SPEC))).toEqual(first)
    expect([first.code, await kept()]).toEqual(['BUILD_FAILED', []])
    expect(await kustomize.calls()).toEqual(['version', 'kustomize', 'kustomize'])
  })

  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2}\n'
  const secretFiles: readonly (readonly [string, Files])[] = [
    ['a Secret', { 'apps/s.yaml': secret }],
    [
      'a generated Secret',
      { 'apps/kustomization.yaml': 'secretGenerator: [{name: s, literals: [a=hunter2]}]' },
    ],
    [
      'a Secret whose value moves to another object before it goes',
      {
        'apps/kustomization.yaml': `resources: [s.yaml, c.yaml]
replacements:
- source: {kind: Secret, fieldPath: stringData.a}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.a]}]
`,
        'apps/s.yaml': secret.replace(
          '{name: s}',
          '{name: s, annotations: {config.kubernetes.io/local-config: "true"}}',
        ),
        'apps/c.yaml': configMap('c', 'a: "1"\n  v: ${VALUE}'),
      },
    ],
  ]
  it.each(secretFiles)('keeps nothing of %s', async (_, files) => {
    const artifact = await stage.artifact(files)
    const kustomize = await countedKubectl()
    const { text } = await buildOnce(artifact, kustomize, SPEC)
    expect(text).toMatch(/hunter2|aHVudGVyMg==/)
    expect(await kept()).toEqual([])
    expect((await buildOnce(artifact, kustomize, SPEC)).text).toBe(text)
  })

  it('keeps nothing that was substituted from a Secret, or into one', async () => {
    const source = (kind: VariableSource['kind']): VariableSource => ({
      kind,
      // Not ASCII: kustomize has to print it.
      data: new Map([['VALUE', 'hunter2é']]),
    })
    const spec = { path: 'apps', postBuild: { substituteFrom: [] } }
    const kustomize = await countedKubectl()
    const artifact = await stage.artifact(FILES)
    const { text } = await buildOnce(artifact, kustomize, spec, [source('Secret')])
    expect(text).toContain('hunter2')
    expect(await kept()).toEqual([expect.not.stringContaining('hunter2')])
    const turned = { 'apps/a.yaml': configMap('a', 'v: hunter2').replace('ConfigMap', '${VALUE}') }
    const kind: VariableSource = { kind: 'ConfigMap', data: new Map([['VALUE', 'Secret']]) }
    await buildOnce(await stage.artifact(turned), kustomize, spec, [kind])
    expect((await kept()).filter((entry) => /kind"?: ?"?Secret/.test(entry))).toEqual([])
    await buildOnce(artifact, kustomize, spec, [source('ConfigMap')])
    expect((await kept()).filter((entry) => entry.includes('hunter2'))).toHaveLength(3)
  })

  it('goes on when its folder is deleted while kustomize runs', async () => {
    const kustomize = await countedKubectl({ kustomize: `rm -rf ${join(folder, 'builds')}` })
    const artifact = await stage.artifact(FILES)
    const { text } = await buildOnce(artifact, kustomize, SPEC)
    const names = ['x-a', 'x-b'].map((name) => expect.objectContaining({ metadata: { name } }))
    const isPiece = (entry: string): boolean => text.endsWith(entry) || text.startsWith(entry)
    const [objects = '', ...texts] = (await kept()).toSorted(
      (a, b) => Number(isPiece(a)) - Number(isPiece(b)),
    )
    expect([JSON.parse(objects), ...texts.map(isPiece)]).toEqual([names, true])
  })
})
