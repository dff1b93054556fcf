import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type EntryPathOptions, readEntryPath } from '@kubectl-gitops/core/desired/entry-path.js'
import { flux, gitRepository, summary } from './flux-files.js'
import { configMap, type Files, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const read = async (files: Files, path = 'clusters/one', options?: EntryPathOptions) =>
  readEntryPath(await stage.artifact(files), path, stage.kustomize, options)

describe('a child of another source', () => {
  const files = {
    'clusters/one/a.yaml': flux('apps', {
      path: './deploy',
      sourceRef: { kind: 'GitRepository', name: 'apps' },
    }),
    'clusters/one/b.yaml': gitRepository('apps', { url: 'https://example.com/apps' }),
  }

  it('needs another repository', async () => {
    const { kustomizations } = await read(files)
    const [, apps] = kustomizations
    const error = apps !== undefined && 'error' in apps ? apps.error : undefined
    expect([error?.code, error?.message, error?.why]).toEqual([
      'SOURCE_UNSUPPORTED',
      'Kustomization/flux-system/apps needs another repository',
      'its source is GitRepository/flux-system/apps',
    ])
  })

  it('is built from the artifact that somebody opens, and may lead back', async () => {
    const other = await stage.artifact({
      'deploy/a.yaml': configMap('a'),
      'deploy/back.yaml': flux('back', { path: './back' }),
    })
    const asked: unknown[] = []
    const found = await read({ ...files, 'back/b.yaml': configMap('b') }, 'clusters/one', {
      openSource: (reference, source) => {
        asked.push([reference, source?.url])
        return Promise.resolve(other)
      },
    })
    expect(asked).toEqual([
      [{ kind: 'GitRepository', namespace: 'flux-system', name: 'apps' }, 'https://example.com/apps'],
    ])
    expect(summary(found)).toEqual({
      'flux-system': ['Kustomization/apps', 'GitRepository/apps'],
      apps: ['ConfigMap/a', 'Kustomization/back'],
      back: ['ConfigMap/b'],
    })
  })

  it('is built from the repository that is opened, at what the ref of its source means, shaped as it says', async () => {
    const other = await stage.repository({
      'deploy/a.yaml': configMap('a'),
      'deploy/b.yaml': configMap('b'),
      'other/c.yaml': configMap('c'),
    })
    await other.git('tag', 'v1.2.0')
    await other.commit({ files: { 'deploy/later.yaml': configMap('later') } })
    const asked: unknown[] = []
    const spec = {
      url: 'https://example.com/apps',
      ref: { semver: '1.x' },
      sparseCheckout: ['deploy/a.yaml'],
    }
    const found = await read(
      { ...files, 'clusters/one/b.yaml': gitRepository('apps', spec) },
      'clusters/one',
      {
        openRepository: (...question) => {
          asked.push(question)
          return stage.checkout(other.path)
        },
      },
    )
    expect(asked).toEqual([['https://example.com/apps', undefined, undefined]])
    expect(summary(found)).toMatchObject({ apps: ['ConfigMap/a'] })
  })

  it('of the root’s own URL and ref is built from the root’s commit', async () => {
    const url = 'https://example.com/fleet'
    const shaped = {
      'clusters/one/sync.yaml':
        gitRepository('flux-system', { url, ref: { branch: 'main' } }) +
        `---\n${flux('flux-system', { path: './clusters/one' })}`,
      'clusters/one/a.yaml': files['clusters/one/a.yaml'],
      'clusters/one/b.yaml': gitRepository('apps', {
        url: 'ssh://git@example.com/fleet.git',
        ref: { branch: 'main' },
        ignore: '/deploy/b.yaml\n',
      }),
      'deploy/a.yaml': configMap('a'),
      'deploy/b.yaml': configMap('b'),
    }
    expect(summary(await read(shaped))).toMatchObject({ apps: ['ConfigMap/a'] })
    const another = {
      ...shaped,
      'clusters/one/b.yaml': gitRepository('apps', { url, ref: { branch: 'next' } }),
    }
    expect(summary(await read(another))).toMatchObject({ apps: 'SOURCE_UNSUPPORTED' })
  })
})

describe('the source of the root', () => {
  it('shapes what its children are built from; one that cannot be packed fails them all', async () => {
    const shaped = (include: object) => ({
      'clusters/one/sync.yaml':
        gitRepository('flux-system', { url: 'https://example.com/fleet', ...include }) +
        `---\n${gitRepository('library', { url: 'https://example.com/library' })}` +
        `---\n${flux('flux-system', { path: './clusters/one' })}`,
      'clusters/one/apps.yaml': flux('apps', { path: './vendor/apps' }),
    })
    const library = await stage.repository({ 'deploy/a.yaml': configMap('a') })
    await library.git('branch', 'master')
    const open = { openRepository: () => stage.checkout(library.path) }
    const include = (name: string) => ({
      include: [{ repository: { name }, fromPath: 'deploy', toPath: 'vendor/apps' }],
    })
    expect(summary(await read(shaped(include('library')), 'clusters/one', open))).toMatchObject({
      apps: ['ConfigMap/a'],
    })
    expect(summary(await read(shaped(include('gone')), 'clusters/one', open))).toEqual({
      'flux-system': 'SOURCE_UNSUPPORTED',
    })
  })
})

describe('an ArtifactGenerator', () => {
  const generator = (copy: readonly object[]) =>
    `${JSON.stringify({
      apiVersion: 'source.extensions.fluxcd.io/v1beta1',
      kind: 'ArtifactGenerator',
      metadata: { name: 'split', namespace: 'flux-system' },
      spec: {
        sources: [{ alias: 'repo', kind: 'GitRepository', name: 'flux-system' }],
        artifacts: [{ name: 'apps', originRevision: '@repo', copy }],
      },
    })}\n`

  it('makes the artifact of a Kustomization, whichever comes first', async () => {
    const sourceRef = { kind: 'ExternalArtifact', name: 'apps' }
    const found = await read({
      'clusters/one/apps.yaml': flux('apps', { path: './one', sourceRef }),
      'clusters/one/infra.yaml': flux('infra', { path: './infra' }),
      'infra/generator.yaml': generator([{ from: '@repo/apps/**', to: '@artifact/' }]),
      'apps/one/a.yaml': configMap('a'),
      'apps/two/b.yaml': configMap('b'),
    })
    expect(summary(found)).toMatchObject({ apps: ['ConfigMap/a'] })
    expect(found.generators.map(({ reference }) => reference.name)).toEqual(['split'])
    const apps = found.kustomizations.find(({ kustomization }) => kustomization.name === 'apps')
    expect(apps !== undefined && 'build' in apps && apps.build.approximate).toBe(
      'ArtifactGenerator/flux-system/split made it by rules of its own',
    )
  })
})
