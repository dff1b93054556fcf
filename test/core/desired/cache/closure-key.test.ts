import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Artifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { closureKey } from '@kubectl-gitops/core/desired/cache/closure-key.js'
import { readEntryFile, readInputs } from '@kubectl-gitops/core/desired/inputs.js'
import type { Kustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import { kustomizeWords } from '@kubectl-gitops/core/desired/kustomize.js'
import { describeInCorpora } from '../../../support/describe-with.js'
import { GIT_ENV } from '../../../support/git-repository.js'
import { configMap, type Files, kustomizationOf, Stage } from '../stage.js'

const CORPORA = join(import.meta.dirname, '../../../../../shared/corpora')

let stage: Stage
let count = 0

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

/** The artifact as it would be with other bytes in one file. */
function touched(artifact: Artifact, path: string): Artifact {
  const entry = artifact.files.get(path)
  if (entry === undefined) throw new Error(`${path} is not in the artifact`)
  // Only the name of the blob changes: what the walk reads from kustomization files has to stay readable.
  const files = new Map(artifact.files).set(path, { ...entry, id: 'f'.repeat(40) })
  const read = async (ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> => {
    const real = ids.map((id) => (id === 'f'.repeat(40) ? entry.id : id))
    const contents = await artifact.repository.read(real)
    return new Map(ids.map((id, i) => [id, contents.get(real[i] ?? '') ?? new Uint8Array()]))
  }
  return { ...artifact, files, repository: { ...artifact.repository, read } }
}

/** The files of the artifact whose bytes decide the key. */
async function filesInKey(artifact: Artifact, kustomization: Kustomization): Promise<readonly string[]> {
  const key = await closureKey(artifact, kustomization)
  const found: string[] = []
  for (const path of artifact.files.keys()) {
    if ((await closureKey(touched(artifact, path), kustomization)) !== key) found.push(path)
  }
  return found.sort()
}

/**
 * The files that kustomize itself proves to read: without such a file it prints something else, or fails in other
 * words. It is given the whole artifact, so that nothing of the closure's opinion is in the answer.
 */
async function filesRead(artifact: Artifact, kustomization: Kustomization): Promise<readonly string[]> {
  const root = join(stage.folder.path, `whole-${count++}`)
  await writeArtifact(artifact, root)
  const entry = await readEntryFile(artifact, kustomization.path)
  const { text } = await readInputs(artifact, kustomization, entry)
  await writeFile(join(root, entry.path), text)
  const whole = await answerOf(join(root, kustomization.path))
  const read: string[] = []
  for (const path of artifact.files.keys()) {
    if (path === entry.path) continue
    const aside = join(stage.folder.path, 'aside')
    await cp(join(root, path), aside)
    await rm(join(root, path))
    if ((await answerOf(join(root, kustomization.path))) !== whole) read.push(path)
    await cp(aside, join(root, path))
  }
  return read.sort()
}

async function writeArtifact(artifact: Artifact, root: string): Promise<void> {
  const entries = [...artifact.files.values()]
  const blobs = await artifact.repository.read(entries.map(({ id }) => id))
  for (const { path, id } of entries) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), blobs.get(id) ?? '')
  }
}

/** What kustomize prints or says of a folder. */
function answerOf(folder: string): Promise<string> {
  const { kubectl, env } = stage.kustomize
  const args = ['kustomize', '--load-restrictor=LoadRestrictionsNone', folder]
  return new Promise((settle) => {
    execFile(kubectl, args, { env: { ...env, HOME: '/nonexistent' } }, (error, stdout, stderr) => {
      // Some builds of kubectl log their errors, with the time.
      settle(error === null ? stdout : kustomizeWords(stderr, '/nowhere'))
    })
  })
}

const patch = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {p: q}\n`

/** Every field that names a file, two bases and a component, beside files that look alike and are not named. */
const EVERYTHING: Files = {
  'apps/kustomization.yaml': `resources: [a.yaml, sub/b.yaml, ../base]
components: [../part]
patches: [{path: patch.yaml}, {target: {kind: ConfigMap, name: b}, path: patch.json}]
patchesStrategicMerge: [smp.yaml]
patchesJson6902: [{target: {version: v1, kind: ConfigMap, name: a}, path: j.yaml}]
replacements: [{path: replacement.yaml}]
configurations: [names.yaml]
crds: [crd.json]
openapi: {path: openapi.json}
configMapGenerator: [{name: g, files: [one.txt, key=two.txt], envs: [three.env]}, {name: h, env: four.env}]
secretGenerator: [{name: s, files: [five.txt]}]
transformers: [prefix.yaml]
generators: [generator.yaml]
validators: []
`,
  'apps/a.yaml': configMap('a'),
  'apps/sub/b.yaml': configMap('b'),
  'apps/sub/unused.yaml': configMap('unused'),
  'apps/unused.yaml': configMap('unused2'),
  'apps/patch.yaml': patch('a'),
  'apps/patch.json': '[{"op": "add", "path": "/data/j", "value": "1"}]',
  'apps/smp.yaml': patch('b'),
  'apps/j.yaml': '- {op: add, path: /data/k, value: "2"}\n',
  'apps/replacement.yaml': `- source: {kind: ConfigMap, name: a, fieldPath: data.a}
  targets: [{select: {kind: ConfigMap, name: b}, fieldPaths: [data.a]}]
`,
  'apps/names.yaml': 'namePrefix: [{path: data/a, kind: ConfigMap}]\n',
  'apps/crd.json': '{"x": {"Schema": {"properties": {}}}}',
  'apps/openapi.json': '{"definitions": {}}',
  'apps/one.txt': '1',
  'apps/two.txt': '2',
  'apps/three.env': 'A=3\n',
  'apps/four.env': 'B=4\n',
  'apps/five.txt': '5',
  'apps/prefix.yaml': `apiVersion: builtin
kind: PrefixTransformer
metadata: {name: p}
prefix: p-
fieldSpecs: [{path: metadata/name}]
`,
  'apps/generator.yaml': `apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: gg}
name: gg
files: [data.txt]
`,
  'apps/data.txt': 'data',
  'apps/generator.txt': 'not named',
  'base/kustomization.yml': 'resources: [c.yaml, inner]\n',
  'base/c.yaml': configMap('c'),
  'base/inner/Kustomization': 'resources: [d.yaml]\n',
  'base/inner/d.yaml': configMap('d'),
  'base/inner/e.yaml': configMap('e'),
  'part/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n',
  'part/p.yaml': patch('c'),
  'part/q.yaml': patch('c'),
  'other/kustomization.yaml': 'resources: [f.yaml]\n',
  'other/f.yaml': configMap('f'),
  'README.md': 'nothing',
}

/** No kustomization file at the path: Flux makes one from what is there. */
const GENERATED: Files = {
  'apps/a.yaml': configMap('a'),
  'apps/deep/b.yml': configMap('b'),
  'apps/own/kustomization.yaml': 'resources: [c.yaml]\n',
  'apps/own/c.yaml': configMap('c'),
  'apps/own/d.yaml': configMap('d'),
  'apps/notes.txt': 'nothing',
  'apps/.hidden/e.yaml': configMap('e'),
  'beside/f.yaml': configMap('f'),
}

describe('a closure’s key', () => {
  const cases: readonly (readonly [string, Files, Readonly<Record<string, unknown>>])[] = [
    ['that names files in every way', EVERYTHING, { path: 'apps' }],
    ['with a component in its spec', EVERYTHING, { path: 'other', components: ['../part'] }],
    ['whose kustomization file Flux generates', GENERATED, { path: 'apps' }],
  ]
  it.each(cases)(
    'of a build %s changes with each file that kustomize reads, and no other',
    async (_, files, spec) => {
      const artifact = await stage.artifact(files)
      const kustomization = kustomizationOf(spec)
      const read = await filesRead(artifact, kustomization)
      const entry = await readEntryFile(artifact, kustomization.path)
      // The key holds the entry file as Flux edits it, so that a comment in it changes nothing.
      expect(await filesInKey(artifact, kustomization)).toEqual(read.filter((path) => path !== entry.path))
      expect(read.length).toBeGreaterThan(2)
    },
  )

  it('changes with what Flux puts into the entry file, and with nothing else of the Kustomization', async () => {
    const artifact = await stage.artifact(GENERATED)
    const key = (spec: Readonly<Record<string, unknown>>): Promise<string> =>
      closureKey(artifact, kustomizationOf({ path: 'apps', ...spec }))
    const plain = await key({})
    const shaping = [
      { targetNamespace: 'x' },
      { namePrefix: 'x' },
      { nameSuffix: 'x' },
      { patches: [{ patch: '[]' }] },
      { images: [{ name: 'x', newTag: '1' }] },
      { components: ['own'] },
      { buildMetadata: ['originAnnotations'] },
    ]
    const keys = await Promise.all(shaping.map(key))
    expect(new Set([plain, ...keys]).size).toBe(shaping.length + 1)
    expect(
      await key({ interval: '1m', prune: true, wait: true, commonMetadata: { labels: { a: 'b' } } }),
    ).toBe(plain)
    expect(await closureKey(artifact, kustomizationOf({ path: 'apps' }), 'another kubectl')).not.toBe(plain)
  })

  it('is the same in every repository that holds the same files, and changes with new ones', async () => {
    const key = async (files: Files, path = 'apps'): Promise<string> =>
      closureKey(await stage.artifact(files), kustomizationOf({ path }))
    const plain = await key(GENERATED)
    expect(await key({ ...GENERATED, 'more/x.yaml': 'x' })).toBe(plain)
    expect(await key({ ...GENERATED, 'apps/x.yaml': configMap('x') })).not.toBe(plain)
    expect(await key({ ...GENERATED, 'apps/own/x.yaml': configMap('x') })).toBe(plain)
    expect(await key({ ...GENERATED, 'apps/deep/b.yml': null, 'apps/deep/c.yml': configMap('b') })).not.toBe(
      plain,
    )
    expect(await key({ ...GENERATED, 'apps/own/Kustomization': '' })).not.toBe(plain)
  })
})

describeInCorpora(CORPORA, 'in the corpora', () => {
  async function corpus(name: string): Promise<Artifact> {
    const path = join(stage.folder.path, `corpus-${count++}`)
    await cp(join(CORPORA, name), path, { recursive: true })
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', path, ...args], { env: GIT_ENV })
    git('init', '--quiet', '--initial-branch=main')
    git('add', '--all', '--force')
    git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--message', 'corpus')
    return stage.open(path, 'main')
  }

  it.each([
    ['gitops-linkerd', ['apps', 'infrastructure/linkerd']],
    ['flux2-kustomize-helm-example', ['apps/production', 'infrastructure/controllers']],
    ['faces-demo/bdc243b', ['k8s/03-timeouts']],
  ] as const)(
    '%s: the key changes with each file that kustomize reads, and no other',
    async (name, paths) => {
      const artifact = await corpus(name)
      for (const path of paths) {
        const kustomization = kustomizationOf({ path })
        const read = await filesRead(artifact, kustomization)
        const { path: entry } = await readEntryFile(artifact, path)
        const wanted = read.filter((file) => file !== entry)
        expect([path, await filesInKey(artifact, kustomization)]).toEqual([path, wanted])
      }
    },
  )
})
