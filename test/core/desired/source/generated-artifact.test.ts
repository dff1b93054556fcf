import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readArtifactGenerator } from '@kubectl-gitops/core/desired/source/artifact-generator.js'
import { generateArtifact } from '@kubectl-gitops/core/desired/source/generated-artifact.js'
import { type Files, refusal, Stage } from '../stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

interface Written {
  readonly from: string
  readonly to: string
  readonly exclude?: readonly string[]
  readonly strategy?: string
  readonly optional?: boolean
}

const generate = async (copy: readonly Written[], files: Files, more: Files = { 'z.yaml': 'z: 1' }) => {
  const [output] = readArtifactGenerator({
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    metadata: { name: 'made', namespace: 'team' },
    spec: { artifacts: [{ name: 'out', copy }] },
  }).outputs
  if (output === undefined) throw new Error('no output')
  const inputs = new Map([
    ['repo', await stage.artifact(files)],
    ['more', await stage.artifact(more)],
  ])
  return generateArtifact(output, inputs)
}

/** The paths of what is made. */
const paths = async (copy: readonly Written[], files: Files) =>
  [...(await generate(copy, files)).files.keys()].sort()

const contents = async (copy: readonly Written[], files: Files, more?: Files) => {
  const { files: made, repository } = await generate(copy, files, more)
  const blobs = await repository.read([...made.values()].map(({ id }) => id))
  return Object.fromEntries(
    [...made].map(([path, { id }]) => [path, new TextDecoder().decode(blobs.get(id))]),
  )
}

const FILES = {
  'apps/a.yaml': 'a: 1',
  'apps/deep/b.yaml': 'b: 1',
  'apps/deep/notes.md': '',
  'infra/c.yaml': 'c: 1',
  'root.yaml': 'r: 1',
}

describe('a copy', () => {
  it.each<[string, Written, readonly string[]]>([
    [
      'of what is in a folder',
      { from: '@repo/apps/**', to: '@artifact/x/' },
      ['x/a.yaml', 'x/deep/b.yaml', 'x/deep/notes.md'],
    ],
    [
      'of a folder',
      { from: '@repo/apps', to: '@artifact/x' },
      ['x/apps/a.yaml', 'x/apps/deep/b.yaml', 'x/apps/deep/notes.md'],
    ],
    [
      'of everything',
      { from: '@repo/', to: '@artifact/' },
      ['apps/a.yaml', 'apps/deep/b.yaml', 'apps/deep/notes.md', 'infra/c.yaml', 'root.yaml'],
    ],
    ['of a file to a name', { from: '@repo/root.yaml', to: '@artifact/x/y.yaml' }, ['x/y.yaml']],
    ['of a file to a folder', { from: '@repo/root.yaml', to: '@artifact/x/' }, ['x/root.yaml']],
    ['by names of one depth', { from: '@repo/*/*.yaml', to: '@artifact/' }, ['apps/a.yaml', 'infra/c.yaml']],
    ['by two stars, which are one', { from: '@repo/apps/**/*.yaml', to: '@artifact/' }, ['apps/deep/b.yaml']],
    [
      'less a name',
      { from: '@repo/**', to: '@artifact/', exclude: ['*.md', 'infra'] },
      ['apps/a.yaml', 'apps/deep/b.yaml', 'root.yaml'],
    ],
    [
      'less a path below the pattern',
      { from: '@repo/apps/**', to: '@artifact/', exclude: ['deep/**'] },
      ['a.yaml'],
    ],
    [
      'less either of two',
      { from: '@repo/**', to: '@artifact/', exclude: ['{apps/a,infra/c}.yaml', '**/deep/*.md'] },
      ['apps/deep/b.yaml', 'root.yaml'],
    ],
    ['of nothing, if that may be', { from: '@repo/gone/**', to: '@artifact/', optional: true }, []],
  ])('%s', async (_title, copy, expected) => {
    expect(await paths([copy], FILES)).toEqual(expected)
  })

  it('comes after another: into the folders of that, and over its files', async () => {
    const copy = [
      { from: '@repo/apps/a.yaml', to: '@artifact/x/' },
      { from: '@repo/root.yaml', to: '@artifact/x' },
      { from: '@more/z.yaml', to: '@artifact/x/a.yaml' },
    ]
    expect(await contents(copy, FILES)).toEqual({ 'x/a.yaml': 'z: 1', 'x/root.yaml': 'r: 1' })
  })

  it('merges maps of YAML and replaces all else', async () => {
    const copy = [
      { from: '@repo/values.yaml', to: '@artifact/' },
      { from: '@more/values.yaml', to: '@artifact/', strategy: 'Merge' },
    ]
    const made = await contents(
      copy,
      { 'values.yaml': 'a: {b: 1, c: [1, 2]}\nd: x\n---\ne: 1\n' },
      { 'values.yaml': 'a: {c: [3]}\nd: {v: yes}\n' },
    )
    expect(
      Object.fromEntries(Object.entries(made).map(([path, text]) => [path, JSON.parse(text) as unknown])),
    ).toEqual({
      'values.yaml': { a: { b: 1, c: [3] }, d: { v: true }, e: 1 },
    })
  })

  it('leaves out what the built-in ignore rules leave out, and reads no .sourceignore', async () => {
    const files = { '.sourceignore': '*.yaml\n!.sops.yaml\n!a.yaml\n', 'a.yaml': '', '.sops.yaml': '' }
    expect(await paths([{ from: '@repo/**', to: '@artifact/' }], files)).toEqual(['.sourceignore', 'a.yaml'])
  })
})

describe('a copy that cannot be followed', () => {
  it.each<[Written, string]>([
    [{ from: 'repo/a', to: '@artifact/' }, "invalid copy source 'repo/a'"],
    [{ from: '@repo/a', to: '@artifact/../x' }, "invalid copy destination '@artifact/../x'"],
    [{ from: '@repo/a', to: '/x' }, "invalid copy destination '/x'"],
    [{ from: '@none/a', to: '@artifact/' }, "source alias 'none' not found"],
    [{ from: '@repo/gone.yaml', to: '@artifact/' }, "source 'gone.yaml' does not exist"],
    [{ from: '@repo/../x', to: '@artifact/' }, "source '../x' does not exist"],
    [
      { from: '@repo/*.txt', to: '@artifact/' },
      "no files match pattern '*.txt' in source 'repo', or all were excluded",
    ],
    [{ from: '@repo/apps', to: '@artifact/', exclude: ['[a'] }, "invalid exclude pattern '[a'"],
    [
      { from: '@repo/apps', to: '@artifact/', exclude: [`{${'a,b}{'.repeat(12)}a,b}`] },
      'invalid exclude pattern',
    ],
    [
      { from: '@repo/x.tgz', to: '@artifact/', strategy: 'Extract' },
      'the strategy Extract cannot be followed',
    ],
  ])('%j', async (copy, why) => {
    expect((await refusal(generate([copy], FILES))).why).toContain(why)
  })

  it('because a file is where a folder has to be, or the other way round', async () => {
    const first = { from: '@repo/root.yaml', to: '@artifact/x' }
    expect(
      await refusal(generate([first, { from: '@repo/apps/a.yaml', to: '@artifact/x/a' }], FILES)),
    ).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'an ArtifactGenerator cannot write "x"',
      why: 'a file is in the way',
    })
  })
})
