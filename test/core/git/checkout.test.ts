import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chown, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { findCheckouts, openCheckout, remotes } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

let folder: TemporaryFolder
const opened: Repository[] = []

beforeAll(async () => {
  folder = await temporaryFolder('checkout')
})

afterAll(async () => {
  for (const repository of opened) await repository.close()
  await folder.remove()
})

const at = (name: string): string => join(folder.path, name)

async function open(path: string): Promise<Repository> {
  const repository = await openCheckout(path, { env: GIT_ENV })
  opened.push(repository)
  return repository
}

async function readText(repository: Repository, commit: string, path: string): Promise<string> {
  const { id } = (await repository.tree(commit)).find((entry) => entry.path === path)!
  return Buffer.from((await repository.read([id])).get(id)!).toString()
}

describe('a work tree', () => {
  let work: TestRepository
  let commits: readonly string[]

  beforeAll(async () => {
    work = await TestRepository.create(at('work'))
    const one = await work.commit({
      files: { 'apps/a.yaml': 'one\n', 'apps/deep/b.yaml': 'b\n', 'infra/x.yaml': 'x\n' },
      message: 'Add apps',
      author: 'Ann <ann@example.com>',
      committer: 'Bot <bot@example.com>',
      authored: '2024-03-01T10:00:00+02:00',
      committed: '2024-03-01T12:00:00-05:00',
    })
    const two = await work.commit({ files: { 'infra/x.yaml': 'y\n' }, message: 'Change infra' })
    await work.switchTo('side')
    const side = await work.commit({ files: { 'apps/a.yaml': 'two\n' }, message: 'Change a' })
    await work.switchTo('main')
    const three = await work.commit({ files: { 'apps/deep/b.yaml': 'c\n' }, message: 'Change b' })
    const merge = await work.merge('side')
    commits = [one, two, side, three, merge]
  })

  it('is opened from a sub-folder and says where it begins', async () => {
    const repository = await open(join(work.path, 'apps', 'deep'))
    expect({ ...repository }).toMatchObject({
      kind: 'checkout',
      directory: await realpath(work.path),
      shallow: false,
      partial: false,
    })
  })

  it('resolves branches, tags, abbreviations and Flux revisions to the id of the commit', async () => {
    await work.git('tag', '-a', 'v1', '-m', 'v1', commits[0]!)
    const repository = await open(work.path)
    const revisions = ['main', 'HEAD^2', 'v1', commits[1]!.slice(0, 10), `main@sha1:${commits[3]}`]
    expect(await Promise.all(revisions.map((revision) => repository.resolve(revision)))).toEqual([
      commits[4],
      commits[2],
      commits[0],
      commits[1],
      commits[3],
    ])
  })

  it('says in git’s words that a revision is not there, and how to get it', async () => {
    const repository = await open(work.path)
    await expect(repository.resolve('nowhere')).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      message: `nowhere is not in ${repository.directory}`,
      why: 'fatal: Needed a single revision',
      tryThis: `git -C ${repository.directory} fetch`,
    })
    await expect(repository.resolve('--all')).rejects.toMatchObject({ code: 'REVISION_INVALID' })
  })

  it('lists history newest first with the parents that are listed', async () => {
    const [one, two, side, three, merge] = commits
    const repository = await open(join(work.path, 'apps'))
    const log = await repository.log(merge!, { paths: ['apps/a.yaml'], max: 100 })
    expect(log.map(({ id, parents, subject }) => ({ id, parents, subject }))).toEqual([
      { id: merge, parents: [one, side], subject: 'Merge branch side' },
      { id: side, parents: [one], subject: 'Change a' },
      { id: one, parents: [], subject: 'Add apps' },
    ])
    const everything = await repository.log(merge!, { paths: [], max: 100 })
    expect(new Set(everything.map(({ id }) => id))).toEqual(new Set([merge, three, side, two, one]))
    expect((await repository.log(merge!, { paths: ['./infra/'], max: 1 })).map(({ id }) => id)).toEqual([
      merge,
    ])
  })

  it('keeps the true parents and both people of one commit', async () => {
    const repository = await open(work.path)
    expect(await repository.commit(commits[0]!)).toEqual({
      id: commits[0],
      parents: [],
      author: { name: 'Ann', email: 'ann@example.com', time: '2024-03-01T10:00:00+02:00' },
      committer: { name: 'Bot', email: 'bot@example.com', time: '2024-03-01T12:00:00-05:00' },
      subject: 'Add apps',
    })
    expect((await repository.commit(commits[4]!)).parents).toEqual([commits[3], commits[2]])
  })

  it('knows what lies behind what', async () => {
    const repository = await open(work.path)
    const [one, , side, three, merge] = commits
    expect(await repository.isAncestor(one!, merge!)).toBe(true)
    expect(await repository.isAncestor(side!, three!)).toBe(false)
    await expect(repository.isAncestor('f'.repeat(40), one!)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
    })
  })

  it('refuses an absent commit, a name where an id belongs, and an absent blob', async () => {
    const repository = await open(work.path)
    const absent = 'f'.repeat(40)
    const log = { paths: ['apps'], max: 1 }
    await expect(repository.tree(absent)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await expect(repository.log(absent, log)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await expect(repository.commit(absent)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await expect(repository.read([absent])).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await expect(repository.tree('main')).rejects.toMatchObject({ code: 'REVISION_INVALID' })
    await expect(repository.read(['x\ncontents y'])).rejects.toMatchObject({ code: 'REVISION_INVALID' })
    await expect(repository.read([commits[0]!])).rejects.toMatchObject({ code: 'GIT_FAILED' })
    expect(await readText(repository, commits[4]!, 'apps/a.yaml')).toBe('two\n')
  })

  it('is opened as a linked work tree', async () => {
    await work.git('worktree', 'add', '--quiet', '--detach', at('linked'), commits[0]!)
    const repository = await open(join(at('linked'), 'apps'))
    expect(repository.directory).toBe(await realpath(at('linked')))
    expect(await repository.resolve('HEAD')).toBe(commits[0])
    expect(await readText(repository, commits[0]!, 'apps/a.yaml')).toBe('one\n')
  })

  it('is opened as a submodule, whose settings name its work tree, from a sub-folder of it', async () => {
    const outer = await TestRepository.create(at('outer'))
    await outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', work.path, 'mod')
    const head = await outer.commit()
    const repository = await open(join(at('outer'), 'mod', 'apps'))
    const log = await repository.log(commits[4]!, { paths: ['apps/a.yaml'], max: 9 })
    expect(log.map(({ id }) => id)).toEqual([commits[4], commits[2], commits[0]])
    const entries = await (await open(at('outer'))).tree(head)
    expect(entries.find(({ path }) => path === 'mod')).toEqual({
      path: 'mod',
      mode: '160000',
      id: commits[4],
      size: undefined,
    })
  })

  it('takes paths from the root even if the settings put the work tree around the git folder', async () => {
    await work.git('config', 'core.worktree', work.path)
    const repository = await open(join(work.path, 'apps'))
    const log = await repository.log(commits[4]!, { paths: ['infra/x.yaml'], max: 9 })
    await work.git('config', '--unset', 'core.worktree')
    expect(log.map(({ id }) => id)).toEqual([commits[4], commits[1], commits[0]])
  })

  it('is opened as a bare repository', async () => {
    const bare = await work.cloneBare(at('bare.git'))
    const repository = await open(bare.path)
    expect(repository.directory).toBe(await realpath(bare.path))
    expect(await readText(repository, await repository.resolve('side'), 'apps/a.yaml')).toBe('two\n')
  })
})

describe('a folder that is no repository', () => {
  it('is refused in git’s words', async () => {
    await mkdir(at('plain'))
    const env = { ...GIT_ENV, GIT_CEILING_DIRECTORIES: folder.path }
    await expect(openCheckout(at('plain'), { env })).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      why: expect.stringContaining('not a git repository'),
    })
    await expect(openCheckout(at('no-such-folder'), { env })).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      why: expect.stringContaining('No such file or directory'),
    })
  })

  const asRoot = process.getuid?.() === 0 ? it : it.skip
  asRoot(
    'or is somebody else’s is refused as git refuses it (needs root to give a folder away)',
    async () => {
      const foreign = await TestRepository.create(at('foreign'))
      await chown(foreign.path, 12_345, 12_345)
      await expect(openCheckout(foreign.path, { env: GIT_ENV })).rejects.toMatchObject({
        code: 'REPOSITORY_NOT_FOUND',
        message: `git does not trust ${foreign.path}`,
        why: expect.stringContaining('dubious ownership'),
        tryThis: `git config --global --add safe.directory ${foreign.path}`,
      })
    },
  )
})

describe('remotes', () => {
  it('are listed without credentials, in both forms where insteadOf rewrites them', async () => {
    const work = await TestRepository.create(at('remotes'))
    await work.git('remote', 'add', 'origin', 'https://me:secret@git.example/org/repo')
    await work.git('remote', 'add', 'up.stream', 'gh:org/other')
    await work.git('config', 'url.https://github.com/.insteadOf', 'gh:')
    expect(await remotes(work.path, { env: GIT_ENV })).toEqual([
      { name: 'origin', url: 'https://git.example/org/repo' },
      { name: 'up.stream', url: 'gh:org/other' },
      { name: 'up.stream', url: 'https://github.com/org/other' },
    ])
  })
})

describe('findCheckouts', () => {
  const env = { ...GIT_ENV }
  let mine: string
  let other: string

  beforeAll(async () => {
    const work = await TestRepository.create(at('mine'))
    await work.git('remote', 'add', 'origin', 'git@git.example:org/fork.git')
    await work.git('remote', 'add', 'upstream', 'https://git.example/org/repo.git')
    mine = await realpath(work.path)
    other = await realpath((await TestRepository.create(at('unrelated'))).path)
    env.GIT_CEILING_DIRECTORIES = folder.path
  })

  async function find(
    url: string,
    candidates: Parameters<typeof findCheckouts>[1],
  ): Promise<readonly string[]> {
    return (await findCheckouts(url, candidates, { env })).map(({ directory }) => directory)
  }

  it('matches any remote, once for each folder', async () => {
    const candidates = [{ path: other }, { path: mine }, { path: mine, optional: true }]
    expect(await find('ssh://git@git.example/org/repo', candidates)).toEqual([mine])
    expect(await find('https://git.example/org/fork', candidates)).toEqual([mine])
    expect(await find('https://git.example/org/none', candidates)).toEqual([])
  })

  it('takes URL=PATH for that URL only, whatever the remotes are', async () => {
    const candidates = [{ url: 'https://git.example/org/app', path: other }]
    expect(await find('git@git.example:org/app.git', candidates)).toEqual([other])
    expect(await find('https://git.example/org/repo', candidates)).toEqual([])
    const misled = [{ url: 'https://git.example/org/app', path: mine }]
    expect(await find('https://git.example/org/repo', misled)).toEqual([])
  })

  it('takes a local path for itself', async () => {
    expect(await find(`file://${mine}`, [{ path: other }, { path: mine }])).toEqual([mine])
  })

  it('refuses a --repo that is no repository, and passes over such a working directory', async () => {
    await mkdir(at('nothing'))
    await expect(find('https://git.example/x', [{ path: at('nothing') }])).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    })
    expect(await find('https://git.example/x', [{ path: at('nothing'), optional: true }])).toEqual([])
  })
})
