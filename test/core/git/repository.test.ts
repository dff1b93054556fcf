import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdir, readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Repository,
  type RepositoryRequest,
  openRepository,
} from '@kubectl-gitops/core/git/repository.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type GitServer, startGitServer } from '../../support/git-server.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

let folder: TemporaryFolder
let server: GitServer
let url: string
let bare: string
/** Three commits; the last is only on the server. */
let first: string
let second: string
let third: string
const opened: Repository[] = []

const at = (name: string): string => join(folder.path, name)

beforeAll(async () => {
  folder = await temporaryFolder('repository')
  await mkdir(at('served'))
  await mkdir(at('nowhere'))
  server = await startGitServer({ folder: at('served') })
  url = server.urlOf('app.git')
  const work = await TestRepository.create(at('work'))
  first = await work.commit({ files: { 'a.yaml': 'one\n' } })
  second = await work.commit({ files: { 'b.yaml': 'two\n', 'a.yaml': 'changed\n' } })
  bare = (await work.cloneBare(join(at('served'), 'app.git'))).path
  const git = (...args: readonly string[]) => work.git(...args)
  await git('remote', 'add', 'origin', url)
  await git('clone', '--quiet', '--depth=1', `file://${bare}`, at('shallow'))
  await git('-C', bare, 'config', 'uploadpack.allowFilter', 'true')
  for (const [name, filter] of [
    ['blobless', 'blob:none'],
    ['treeless', 'tree:0'],
  ] as const)
    await git('clone', '--quiet', '--bare', `--filter=${filter}`, `file://${bare}`, at(name))
  for (const name of ['shallow', 'blobless', 'treeless'])
    await git('-C', at(name), 'remote', 'set-url', 'origin', url)
  await git('-C', at('shallow'), 'worktree', 'add', '--quiet', '--detach', at('beside'))
  third = (await TestRepository.create(at('later'))).path
  const later = new URL(`file://${third}`).pathname
  await git('-C', later, 'pull', '--quiet', bare, 'main')
  await git('-C', later, 'commit', '--quiet', '--allow-empty', '-m', 'third')
  third = await git('-C', later, 'rev-parse', 'HEAD')
  await git('-C', later, 'push', '--quiet', bare, 'HEAD:refs/heads/main')
})

afterAll(async () => {
  for (const repository of opened) await repository.close()
  await server.stop()
  await folder.remove()
})

async function open(request: Partial<RepositoryRequest>): Promise<Repository> {
  const repository = await openRepository({
    url,
    checkouts: [],
    workingDirectory: at('nowhere'),
    cacheDirectory: at('cache'),
    env: { ...GIT_ENV, GIT_CEILING_DIRECTORIES: folder.path },
    timeoutMs: 30_000,
    ...request,
  })
  opened.push(repository)
  return repository
}

const kindAndPlace = async (request: Partial<RepositoryRequest>): Promise<readonly string[]> => {
  const { kind, directory } = await open(request)
  return kind === 'mirror' ? [kind] : [kind, directory]
}

describe('openRepository', () => {
  it('answers from the checkout that holds the revision, named or stood in', async () => {
    const work = await realpath(at('work'))
    const asked = server.requests().length
    expect(await kindAndPlace({ revision: second, checkouts: [{ path: at('work') }] })).toEqual([
      'checkout',
      work,
    ])
    expect(await kindAndPlace({ revision: `main@sha1:${first}`, workingDirectory: at('work') })).toEqual([
      'checkout',
      work,
    ])
    expect(await kindAndPlace({ checkouts: [{ url, path: at('later') }, { path: at('work') }] })).toEqual([
      'checkout',
      await realpath(at('later')),
    ])
    expect(server.requests()).toHaveLength(asked)
    expect(await readdir(folder.path)).not.toContain('cache')
  })

  it('goes to the mirror for what the checkout lacks, and leaves the checkout alone', async () => {
    const repository = await open({ revision: third, checkouts: [{ path: at('work') }] })
    expect(repository.kind).toBe('mirror')
    expect(repository.url).toBe(url)
    expect(await repository.isAncestor(second, third)).toBe(true)
    expect(await kindAndPlace({ revision: third, workingDirectory: at('nowhere') })).toEqual(['mirror'])
  })

  it('says which command fetches the revision when checkout and server both fail', async () => {
    const gone = 'f'.repeat(40)
    const work = await realpath(at('work'))
    const checkouts = [{ path: at('work') }]
    await expect(open({ revision: gone, checkouts })).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      message: `${gone} is not in any copy of ${url}`,
      why: expect.stringContaining('not our ref'),
      tryThis: `git -C ${work} fetch`,
    })
    const offline = { url: 'http://127.0.0.1:1/app.git', cacheDirectory: at('offline') }
    const mapped = [{ url: offline.url, path: at('work') }]
    await expect(open({ ...offline, revision: third, checkouts: mapped })).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      why: expect.stringContaining('Failed to connect'),
      tryThis: `git -C ${work} fetch`,
    })
    await expect(open({ ...offline, revision: third })).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
    })
    await expect(open({ ...offline, allowFetch: false })).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: 'fetching is not allowed',
    })
  })

  it('refuses what is no revision before it looks anywhere', async () => {
    await expect(
      open({ revision: '--upload-pack=x', checkouts: [{ path: at('missing') }] }),
    ).rejects.toMatchObject({
      code: 'REVISION_INVALID',
    })
  })

  it('refuses a --repo that is no repository', async () => {
    await expect(open({ checkouts: [{ path: at('nowhere') }] })).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    })
  })
})

describe('a shallow clone', () => {
  it('is one in each of its work trees', async () => {
    const repository = await open({ revision: second, checkouts: [{ path: at('beside') }] })
    expect([repository.directory, repository.shallow]).toEqual([await realpath(at('beside')), true])
  })

  it('answers for what it holds and says that it is shallow', async () => {
    const repository = await open({ revision: second, checkouts: [{ path: at('shallow') }] })
    expect([repository.kind, repository.shallow]).toEqual(['checkout', true])
    expect((await repository.tree(second)).map(({ path }) => path)).toEqual(['a.yaml', 'b.yaml'])
    const log = await repository.log(second, { paths: ['a.yaml'], max: 9 })
    expect(log.map(({ id, parents, boundary }) => ({ id, parents, boundary }))).toEqual([
      { id: second, parents: [], boundary: true },
    ])
    // Asked for first: a promise that is rejected while another is awaited counts as unhandled.
    const path = await realpath(at('shallow'))
    await expect(repository.resolve(first)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      why: expect.stringContaining('the clone is shallow: its history is cut off'),
      tryThis: `git -C ${path} fetch --unshallow`,
    })
  })

  it('does not say that a commit is no ancestor when it cannot know', async () => {
    const repository = await open({ revision: second, checkouts: [{ path: at('shallow') }] })
    await expect(repository.isAncestor(first, second)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    expect(await repository.isAncestor(second, second)).toBe(true)
  })

  it('is passed over where the whole history is needed', async () => {
    const request = { revision: second, checkouts: [{ path: at('shallow') }], fullHistory: true }
    expect(await kindAndPlace(request)).toEqual(['mirror'])
    await expect(open({ ...request, allowFetch: false, cacheDirectory: at('none') })).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      why: expect.stringContaining('the clone is shallow'),
    })
  })
})

describe('a partial clone', () => {
  it.each(['blobless', 'treeless'])(
    'that is %s never fetches, and the mirror answers instead',
    async (name) => {
      const asked = server.requests().length
      const checkouts = [{ path: at(name) }]
      const offline = { checkouts, revision: second, allowFetch: false, cacheDirectory: at('none') }
      await expect(open(offline)).rejects.toMatchObject({
        code: 'REVISION_NOT_FOUND',
        why: expect.stringContaining('the clone is partial'),
      })
      expect(server.requests()).toHaveLength(asked)
      expect(await kindAndPlace({ revision: second, checkouts })).toEqual(['mirror'])
    },
  )

  it('tells which command fills it, and that command does', async () => {
    const checkout = await open({ checkouts: [{ path: at('blobless') }] })
    const entries = await checkout.tree(second)
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['a.yaml', undefined],
      ['b.yaml', undefined],
    ])
    const failure = (await checkout.read(entries.map(({ id }) => id)).catch((thrown: unknown) => thrown)) as {
      readonly code: string
      readonly tryThis: string
    }
    expect(failure.code).toBe('REVISION_NOT_FOUND')
    const work = await TestRepository.create(at('shell'))
    await work.git('-c', 'alias.run=!sh -c', 'run', failure.tryThis)
    expect(await kindAndPlace({ revision: second, checkouts: [{ path: at('blobless') }] })).toEqual([
      'checkout',
      await realpath(at('blobless')),
    ])
  })
})
