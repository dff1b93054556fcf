import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Source } from '@kubectl-gitops/core/desired/source/source.js'
import type { TestRepository } from '../../../support/git-repository.js'
import { declare, git, head, link, World } from './source-world.js'
import { refusal, Stage } from '../stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

describe('a sparse checkout', () => {
  const files = {
    'apps/a.yaml': '',
    'apps-old/b.yaml': '',
    'apps.yaml': '',
    'infra/c.yaml': '',
    'root.yaml': '',
  }

  it('takes every path that begins with one of its texts', async () => {
    const world = new World(stage, { 'https://example.com/a': await stage.repository(files) })
    const paths = (sparseCheckout: readonly string[]) =>
      world.paths(git('a', { sparseCheckout, ref: { branch: 'main' } }), { revision: undefined })
    expect(await paths(['apps'])).toEqual(['apps-old/b.yaml', 'apps.yaml', 'apps/a.yaml'])
    expect(await paths(['./apps/', 'infra'])).toEqual(['apps/a.yaml', 'infra/c.yaml'])
    expect(await refusal(paths(['apps', 'gone']))).toEqual({
      code: 'PATH_NOT_FOUND',
      what: 'the source has no folder "gone" to check out',
      why: "spec.sparseCheckout names it: sparse checkout dir 'gone' does not exist in repository",
    })
  })
})

describe('an include', () => {
  const including = async (include: readonly object[], status: object = {}) => {
    const own = await stage.repository({ 'apps/a.yaml': '', '.sourceignore': '*.md\n' })
    const library = await stage.repository({
      'deploy/b.yaml': '',
      'deploy/deep/c.yaml': '',
      'deploy/notes.md': '',
      'deploy/deep/x.yaml': '',
      'deploy/.sourceignore': 'deep/x.yaml\n',
      'drop.yaml': '',
    })
    const world = new World(stage, { 'https://example.com/own': own, 'https://example.com/library': library })
    const sources = link([git('own', { include }, status), git('library', { ignore: '/drop.yaml\n' })])
    const revision = await head(own)
    const recorded = await head(library)
    return { world, source: sources.get('GitRepository/team/own'), revision, recorded }
  }

  it('is put where it belongs, before the ignore rules of both hold', async () => {
    const repository = { name: 'library' }
    const { recorded } = await including([])
    const artifact = { revision: 'main@sha1:1' }
    const { world, source, revision } = await including(
      [{ repository, fromPath: './deploy', toPath: 'vendor/lib' }],
      {
        artifact,
        includedArtifacts: [{ revision: recorded }],
      },
    )
    const made = await world.artifact(source, { revision })
    expect([...made.files.keys()]).toEqual([
      '.sourceignore',
      'apps/a.yaml',
      'vendor/lib/.sourceignore',
      'vendor/lib/b.yaml',
      'vendor/lib/deep/c.yaml',
    ])
    expect(made.claim).toBe('the included GitRepositories are taken as the newest artifact has them')
    expect([...made.folders].sort()).toEqual(['', 'apps', 'vendor', 'vendor/lib', 'vendor/lib/deep'])
    const ids = [...made.files.values()].map(({ id }) => id)
    expect((await made.repository.read(ids)).size).toBe(new Set(ids).size)
  })

  it('goes to its name unless told, and never where anything is', async () => {
    const repository = { name: 'library' }
    const paths = async (include: object) => {
      const { world, source } = await including([{ repository, ...include }])
      const linked = source && { ...source, ref: { branch: 'main' }, includes: source.includes.map(onMain) }
      return world.paths(linked, { revision: undefined })
    }
    const onMain = (one: Source['includes'][number]) =>
      one.source === undefined ? one : { ...one, source: { ...one.source, ref: { branch: 'main' } } }
    expect(await paths({ fromPath: 'deploy/b.yaml', toPath: 'apps/a.yaml' })).toEqual([
      '.sourceignore',
      'apps/a.yaml',
    ])
    expect(await paths({ fromPath: 'deploy/deep' })).toEqual([
      '.sourceignore',
      'apps/a.yaml',
      'library/c.yaml',
    ])
    expect(await refusal(paths({ toPath: 'apps' }))).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'an included GitRepository cannot be put from its root to apps',
      why: 'a folder is there already',
    })
    expect((await refusal(paths({ toPath: 'apps/a.yaml/b' }))).why).toBe('a file is in the way')
    expect((await refusal(paths({ fromPath: 'gone' }))).why).toBe(
      'cannot stat gone: no such file or directory',
    )
  })

  it('that leads back to itself, or to nothing, is said', async () => {
    const own = await stage.repository({ 'a.yaml': '' })
    const world = new World(stage, { 'https://example.com/own': own })
    const include = [{ repository: { name: 'own' } }]
    const source = link([git('own', { include })]).get('GitRepository/team/own')
    expect(await refusal(world.paths(source, { revision: await head(own) }))).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'GitRepository/team/own includes GitRepository/team/own, which is not to be found',
      why: 'without its URL its files cannot be read',
    })
  })
})

describe('an artifact that somebody pushed', () => {
  const origin = async (repository: TestRepository) => ({
    url: 'https://example.com/origin',
    revision: await head(repository),
  })

  it('is read from the commit that it names, by the rules of the push and of the fetch', async () => {
    const repository = await stage.repository({
      'a.yaml': '',
      'b.yaml': '',
      '.gitignore': '',
      'pic.png': '',
      '.sourceignore': '!pic.png\n',
    })
    const world = new World(stage, { 'https://example.com/origin': repository })
    const source = declare('OCIRepository', 'oci', { url: 'oci://example.com/x', ignore: '/b.yaml\n' })
    const from = await origin(repository)
    const made = await world.artifact(source, { revision: 'latest@sha256:1', origin: from })
    expect([...made.files.keys()]).toEqual(['.sourceignore', 'a.yaml'])
    expect(made.claim).toBe(`that it was made from ${from.revision} is what the artifact says itself`)
  })

  it('that names no commit, or no repository, is unknown', async () => {
    const world = new World(stage, {})
    const bucket = declare('Bucket', 'fleet', { endpoint: 's3.example.com', bucketName: 'fleet' })
    expect(await refusal(world.paths(bucket, { revision: 'sha256:1' }))).toEqual({
      code: 'SOURCE_UNSUPPORTED',
      what: 'Bucket/team/fleet cannot be read from Git',
      why: 'its artifact does not name the commit it was made from (org.opencontainers.image.revision)',
    })
    const state = { revision: 'latest@sha256:1', origin: { url: undefined, revision: 'main@sha1:1' } }
    expect((await refusal(world.paths(declare('OCIRepository', 'oci', {}), state))).why).toBe(
      'its artifact does not name the repository it was made from (org.opencontainers.image.source)',
    )
    const odd = { revision: 'latest@sha256:1', origin: { url: 'https://example.com/x', revision: 'build-7' } }
    expect((await refusal(world.paths(declare('OCIRepository', 'oci', {}), odd))).code).toBe(
      'REPOSITORY_UNREACHABLE',
    )
  })
})

describe('an artifact that an ArtifactGenerator makes', () => {
  const generator = {
    sources: [
      { alias: 'own', kind: 'GitRepository', name: 'own' },
      { alias: 'other', kind: 'GitRepository', name: 'other' },
    ],
    artifacts: [
      {
        name: 'made',
        originRevision: '@own',
        copy: [
          { from: '@own/apps/**', to: '@artifact/' },
          { from: '@other/x.yaml', to: '@artifact/other/' },
        ],
      },
    ],
  }

  const place = async () => {
    const own = await stage.repository({ 'apps/a.yaml': '' })
    const older = await head(own)
    await own.commit({ files: { 'apps/b.yaml': '' } })
    const other = await stage.repository({ 'x.yaml': '' })
    const world = new World(stage, { 'https://example.com/own': own, 'https://example.com/other': other })
    const status = { artifact: { revision: await head(other) } }
    return { world, older, newer: await head(own), status }
  }

  it('takes the input that it names as its origin at that revision, the others as they are now', async () => {
    const { world, older, newer, status } = await place()
    const sources = link([git('own'), git('other', {}, status)], [generator])
    const made = sources.get('ExternalArtifact/team/made')
    const paths = (revision: string) =>
      world.paths(made, { revision: 'latest@sha256:1', origin: { url: undefined, revision } })
    expect(await paths(older)).toEqual(['a.yaml', 'other/x.yaml'])
    expect(await paths(newer)).toEqual(['a.yaml', 'b.yaml', 'other/x.yaml'])
  })

  it('is unknown where an input is, and where its outputs are templates', async () => {
    const { world, older, status } = await place()
    const state = { revision: 'latest@sha256:1', origin: { url: undefined, revision: older } }
    const key = 'ExternalArtifact/team/made'
    const without = link([git('other', {}, status)], [generator]).get(key)
    expect((await refusal(world.paths(without, state))).what).toBe(
      'ExternalArtifact/team/made is made of GitRepository/team/own, which is not to be found',
    )
    const unready = link([git('own'), git('other')], [generator]).get(key)
    expect((await refusal(world.paths(unready, state))).what).toBe('GitRepository/team/other has no artifact')
    const templates = link([git('own')], [{ ...generator, pathPattern: '@own/{app}' }]).get(key)
    expect((await refusal(world.paths(templates, state))).why).toBe('spec.pathPattern is set')
  })
})
