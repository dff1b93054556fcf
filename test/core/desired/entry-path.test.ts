import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEntryPath } from '@kubectl-gitops/core/desired/entry-path.js'
import { flux, gitRepository, summary } from './flux-files.js'
import { configMap, type Files, Stage } from './stage.js'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.create()
})

afterAll(async () => {
  await stage.remove()
})

const read = async (files: Files, path = 'clusters/one') =>
  readEntryPath(await stage.artifact(files), path, stage.kustomize)

describe('an entry path', () => {
  it('leads to the Kustomizations of any API version, at any depth, each once', async () => {
    const files = {
      'clusters/one/apps.yaml': flux('apps', { path: './apps' }, 'v1beta2'),
      'clusters/one/infra.yaml': flux('infra', { path: './infra' }, 'v1beta1'),
      'apps/team.yaml': flux('team', { path: './team' }),
      'apps/self.yaml': flux('apps', { path: './apps' }),
      'team/root.yaml': flux('infra', { path: './infra' }),
      'team/a.yaml': configMap('a'),
      'infra/b.yaml': configMap('b'),
      'other/unread.yaml': configMap('unread'),
    }
    const found = await read(files)
    expect(summary(found)).toEqual({
      'flux-system': ['Kustomization/apps', 'Kustomization/infra'],
      apps: ['Kustomization/apps', 'Kustomization/team'],
      infra: ['ConfigMap/b'],
      team: ['ConfigMap/a', 'Kustomization/infra'],
    })
  })

  it('counts what a parent patches on a child', async () => {
    const files = {
      'clusters/one/kustomization.yaml':
        'resources: [apps.yaml]\npatches: [{target: {kind: Kustomization}, patch: "- {op: add, path: /spec/targetNamespace, value: team}"}]\n',
      'clusters/one/apps.yaml': flux('apps', { path: './apps' }),
      'apps/a.yaml': configMap('a'),
    }
    const { kustomizations } = await read(files)
    const apps = kustomizations.find(({ kustomization }) => kustomization.name === 'apps')
    expect(
      apps !== undefined && 'build' in apps && apps.build.objects.map(({ metadata }) => metadata.namespace),
    ).toEqual(['team'])
  })

  it('is built once more as the root in it says, and goes on from there', async () => {
    const source = { sourceRef: { kind: 'GitRepository', name: 'main' } }
    const root = { path: './clusters/one', postBuild: { substitute: { dir: 'apps' } }, ...source }
    const files = {
      'clusters/one/sync.yaml': flux('root', root),
      'clusters/one/apps.yaml': flux('apps', { path: './${dir}', ...source }),
      'apps/a.yaml': configMap('a'),
    }
    expect(summary(await read(files))).toEqual({
      root: ['Kustomization/apps', 'Kustomization/root'],
      apps: ['ConfigMap/a'],
    })
  })

  it('leaves out of its children what spec.ignore of the root’s source leaves out', async () => {
    const files = {
      'clusters/one/sync.yaml':
        gitRepository('flux-system', { url: 'https://example.com/x', ignore: '/apps/b.yaml\n' }) +
        `---\n${flux('flux-system', { path: './clusters/one' })}`,
      'clusters/one/apps.yaml': flux('apps', { path: './apps' }),
      'apps/a.yaml': configMap('a'),
      'apps/b.yaml': configMap('b'),
    }
    const found = await read(files)
    expect(summary(found)).toEqual({
      'flux-system': ['Kustomization/apps', 'GitRepository/flux-system', 'Kustomization/flux-system'],
      apps: ['ConfigMap/a'],
    })
    expect(found.sources).toMatchObject([{ url: 'https://example.com/x' }])
  })

  it('goes on where one Kustomization cannot be built', async () => {
    const files = {
      'clusters/one/gone.yaml': flux('gone', { path: './gone' }),
      'clusters/one/sops.yaml': flux('sops', { path: './apps', decryption: { provider: 'sops' } }),
      'clusters/one/apps.yaml': flux('apps', { path: './apps' }),
      'apps/a.yaml': configMap('a'),
    }
    expect(summary(await read(files))).toEqual({
      'flux-system': ['Kustomization/apps', 'Kustomization/gone', 'Kustomization/sops'],
      apps: ['ConfigMap/a'],
      gone: 'PATH_NOT_FOUND',
      sops: ['ConfigMap/a'],
    })
  })

  it.each(['damaged', 'absent'])(
    'goes on where a file of one Kustomization is %s in the repository',
    async (fault) => {
      const repository = await stage.repository({
        'clusters/one/bad.yaml': flux('bad', { path: './bad' }),
        'clusters/one/apps.yaml': flux('apps', { path: './apps' }),
        'apps/a.yaml': configMap('a'),
        'bad/b.yaml': configMap(fault),
      })
      const id = await repository.git('rev-parse', 'HEAD:bad/b.yaml')
      const object = join(repository.path, '.git', 'objects', id.slice(0, 2), id.slice(2))
      await rm(object)
      if (fault === 'damaged') await writeFile(object, 'not zlib')
      const artifact = await stage.open(repository.path, 'HEAD')
      const found = await readEntryPath(artifact, 'clusters/one', stage.kustomize)
      expect(summary(found)).toEqual({
        'flux-system': ['Kustomization/apps', 'Kustomization/bad'],
        apps: ['ConfigMap/a'],
        bad: fault === 'damaged' ? 'GIT_FAILED' : 'REVISION_NOT_FOUND',
      })
      const [words] = found.kustomizations.flatMap((one) => ('error' in one ? [one.error.why] : []))
      expect(words).toMatch(fault === 'damaged' ? /inflate: data stream error/ : /^no such object$/)
    },
  )

  it('that does not exist is the root’s own failure', async () => {
    expect(summary(await read({ 'a.yaml': configMap('a') }))).toEqual({ 'flux-system': 'PATH_NOT_FOUND' })
  })

  it('ends at what goes to another cluster', async () => {
    const files = {
      'clusters/one/remote.yaml': flux('remote', {
        path: './remote',
        kubeConfig: { secretRef: { name: 'k' } },
      }),
      'remote/apps.yaml': flux('apps', { path: './apps' }),
      'apps/a.yaml': configMap('a'),
    }
    expect(summary(await read(files))).toEqual({
      'flux-system': ['Kustomization/remote'],
      remote: ['Kustomization/apps'],
    })
  })
})

describe('a circle of Kustomizations', () => {
  it('that apply each other and themselves ends', async () => {
    const files = {
      'clusters/one/sync.yaml': flux('flux-system', { path: './clusters/one' }),
      'clusters/one/a.yaml': flux('a', { path: './a' }),
      'a/b.yaml': flux('b', { path: './b' }),
      'a/a.yaml': flux('a', { path: './a', prune: true }),
      'b/root.yaml': flux('flux-system', { path: './clusters/one' }),
      'b/a.yaml': flux('a', { path: './b' }),
    }
    expect(summary(await read(files))).toEqual({
      'flux-system': ['Kustomization/a', 'Kustomization/flux-system'],
      a: ['Kustomization/a', 'Kustomization/b'],
      b: ['Kustomization/a', 'Kustomization/flux-system'],
    })
  })
})

describe('variables', () => {
  const substituting = (from: object) => ({
    'clusters/one/apps.yaml': flux('apps', {
      path: './apps',
      postBuild: { substitute: { INLINE: 'in' }, substituteFrom: [from] },
    }),
    'apps/a.yaml': configMap('a', 'a: "${INLINE}-${VALUE:=none}"'),
  })
  const dataOf = async (files: Files) => {
    const { kustomizations } = await read(files)
    const apps = kustomizations.find(({ kustomization }) => kustomization.name === 'apps')
    if (apps === undefined) return 'no apps'
    return 'build' in apps ? apps.build.objects[0]?.data : apps.error.code
  }

  it('come from what Git declares, wherever that is found', async () => {
    const vars = {
      'clusters/one/vars.yaml': flux('vars', { path: './vars', targetNamespace: 'flux-system' }),
      'vars/vars.yaml': configMap('settings', 'VALUE: git'),
    }
    const files = { ...substituting({ kind: 'ConfigMap', name: 'settings' }), ...vars }
    expect(await dataOf(files)).toEqual({ a: 'in-git' })
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: settings}\nstringData: {VALUE: secret}\n'
    const encrypted = `${secret}sops: {mac: x}\n`
    const from = (text: string) =>
      dataOf({ ...substituting({ kind: 'Secret', name: 'settings' }), ...vars, 'vars/vars.yaml': text })
    expect([await from(secret), await from(encrypted)]).toEqual([{ a: 'in-secret' }, 'SPEC_UNSUPPORTED'])
    const optional = substituting({ kind: 'Secret', name: 'settings', optional: true })
    expect(await dataOf({ ...optional, ...vars, 'vars/vars.yaml': encrypted })).toBe('SPEC_UNSUPPORTED')
  })

  it('go through a chain: what one gives is substituted into what gives the next', async () => {
    const next = (name: string, from: string, path: string) =>
      flux(name, { path, postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: from }] } })
    const files = {
      'clusters/one/c.yaml': next('c', 'second', './c'),
      'clusters/one/b.yaml': next('b', 'first', './b'),
      'clusters/one/a.yaml': flux('a', { path: './a', targetNamespace: 'flux-system' }),
      'a/first.yaml': configMap('first', 'NAME: one'),
      'b/second.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second, namespace: flux-system}\ndata: {VALUE: "${NAME}-two"}\n',
      'c/end.yaml': configMap('end', 'a: "${VALUE}"'),
    }
    const { kustomizations } = await read(files)
    const end = kustomizations.find(({ kustomization }) => kustomization.name === 'c')
    expect(end !== undefined && 'build' in end && end.build.objects[0]?.data).toEqual({ a: 'one-two' })
  })

  it('that the cluster alone knows are never guessed, unless they may be absent', async () => {
    expect(await dataOf(substituting({ kind: 'ConfigMap', name: 'settings' }))).toBe('SPEC_UNSUPPORTED')
    expect(await dataOf(substituting({ kind: 'ConfigMap', name: 'settings', optional: true }))).toEqual({
      a: 'in-none',
    })
  })
})
