import { describe, expect, it } from '@jest/globals'
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { TestRepository } from '../../support/git-repository.js'
import { MirrorStage } from './mirror-stage.js'

const stage = MirrorStage.use()

const fetches = (): number => stage.server.requests().filter(({ method }) => method === 'GET').length

describe('a mirror', () => {
  it('is a full bare copy in a folder that is nobody else’s, with a commit-graph', async () => {
    await stage.work.commit({ files: { 'apps/a.yaml': 'two\n' } })
    await stage.push('main')
    const mirror = await stage.open()
    const head = await mirror.ensure('main')
    expect({ ...mirror }).toMatchObject({
      kind: 'mirror',
      url: stage.url,
      shallow: false,
      partial: false,
    })
    expect((await mirror.log(head, { paths: ['apps'], max: 9 })).map(({ id }) => id)).toEqual([
      head,
      stage.first,
    ])
    expect((await stat(join(stage.cacheDirectory, 'git'))).mode & 0o777).toBe(0o700)
    expect(await stage.cached()).toEqual([expect.stringMatching(/^[0-9a-f]{40}\.git$/)])
    expect((await readdir(mirror.directory)).includes('hooks')).toBe(false)
    const graphs = await readdir(join(mirror.directory, 'objects', 'info', 'commit-graphs'))
    expect(graphs).toContain('commit-graph-chain')
  })

  it('asks the server nothing for an id it holds, and fetches one it lacks', async () => {
    await (await stage.open()).ensure(stage.first)
    const asked = stage.server.requests().length
    const mirror = await stage.open()
    expect(await mirror.ensure(`main@sha1:${stage.first}`)).toBe(stage.first)
    expect(await mirror.ensure(stage.first.slice(0, 9))).toBe(stage.first)
    expect(stage.server.requests()).toHaveLength(asked)
    const second = await stage.work.commit()
    await stage.push('main')
    expect(await mirror.ensure(second)).toBe(second)
    expect(stage.server.requests().length).toBeGreaterThan(asked)
  })

  it('asks for names each time, since names move: branches, tags, HEAD and pull requests', async () => {
    const mirror = await stage.open()
    const names = ['main', 'refs/heads/main', 'HEAD', '@', 'refs/pull/7/head', 'v1']
    const answers: string[][] = []
    for (let round = 0; round < 2; round += 1) {
      const id = round === 0 ? stage.first : await stage.work.commit()
      await stage.work.git('tag', '--force', 'v1', id)
      await stage.push('main', 'v1', `${id}:refs/pull/7/head`)
      answers.push(await inTurn(names, (name) => mirror.ensure(name)))
      expect(answers[round]).toEqual(names.map(() => id))
    }
    await stage.push('main:trunk')
    const third = await stage.work.commit()
    await stage.push('main:trunk')
    await stage.bare.git('symbolic-ref', 'HEAD', 'refs/heads/trunk')
    expect(await mirror.ensure('HEAD')).toBe(third)
    expect(await mirror.ensure('HEAD~1')).toBe(answers[1]![0])
  })

  it('fetches all branches and tags when it is to be as new as can be, unless that is not allowed', async () => {
    const mirror = await stage.open()
    await mirror.refresh()
    const asked = fetches()
    await stage.work.git('tag', 'v2.0.0')
    await stage.work.git('tag', '-m', 'odd', 'release/é')
    await stage.push('v2.0.0', 'release/é', 'main:refs/heads/next')
    const later = await stage.open()
    expect(await later.tags()).toEqual([])
    await (await stage.open({ allowFetch: false })).refresh()
    expect([await later.tags(), fetches()]).toEqual([[], asked])
    await later.refresh()
    await later.refresh()
    expect(await later.tags()).toEqual(['release/é', 'v2.0.0'])
    expect(await later.resolve('refs/heads/next')).toBe(stage.first)
    expect(fetches()).toBe(asked + 1)
  })

  it('keeps what a force-push removed, and follows a branch that became a folder', async () => {
    await stage.work.git('branch', 'topic')
    await stage.push('topic')
    const mirror = await stage.open()
    expect(await mirror.ensure('topic')).toBe(stage.first)
    await stage.work.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'rewritten')
    const rewritten = await stage.work.git('rev-parse', 'HEAD')
    await stage.work.git('push', '--quiet', '--force', 'origin', 'main', ':topic')
    await stage.push('main:topic/a')
    expect(await mirror.ensure('topic/a')).toBe(rewritten)
    expect(await mirror.ensure(stage.first)).toBe(stage.first)
    await expect(mirror.ensure('topic')).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
  })

  it('asks for a commit by its id when no branch leads to it, and tells what the server said', async () => {
    const mirror = await stage.open()
    await stage.work.switchTo('gone')
    const gone = await stage.work.commit({ files: { x: 'x\n' } })
    await expect(mirror.ensure(gone)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      message: `${gone} is not in ${mirror.url}`,
      why: expect.stringContaining(`not our ref ${gone}`),
    })
    await stage.push('gone')
    await stage.push(':gone')
    expect(await mirror.ensure(gone)).toBe(gone)
    expect((await mirror.tree(gone)).map(({ path }) => path)).toEqual(['apps/a.yaml', 'x'])
  })

  it('finds a commit behind the ref that the source names', async () => {
    await stage.work.switchTo('pr')
    const change = await stage.work.commit()
    await stage.push(`${change}:refs/pull/420/head`)
    const mirror = await stage.open()
    expect(await mirror.ensure(change, 'refs/pull/420/head')).toBe(change)
    await expect(mirror.ensure('f'.repeat(40), 'refs/pull/421/head')).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
    })
  })

  it('answers from the cache alone where fetching is not allowed', async () => {
    await expect(stage.open({ allowFetch: false })).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: 'fetching is not allowed',
    })
    await stage.open()
    const asked = stage.server.requests().length
    const mirror = await stage.open({ allowFetch: false })
    expect(await mirror.ensure('main')).toBe(stage.first)
    await expect(mirror.ensure('f'.repeat(40))).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    expect(stage.server.requests()).toHaveLength(asked)
  })

  it('of an empty repository holds nothing, and fills later', async () => {
    await TestRepository.create(join(stage.served, 'empty.git'), { bare: true })
    const mirror = await stage.open({}, stage.server.urlOf('empty.git'))
    await expect(mirror.ensure('main')).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' })
    await stage.work.git('push', '--quiet', join(stage.served, 'empty.git'), 'main')
    expect(await mirror.ensure('main')).toBe(stage.first)
  })

  it('of a SHA-256 repository is one too', async () => {
    const modern = await TestRepository.create(stage.at(`sha256-${stage.count}`), { objectFormat: 'sha256' })
    const commit = await modern.commit({ files: { a: 'a\n' } })
    await modern.cloneBare(join(stage.served, 'sha256.git'))
    const mirror = await stage.open({}, stage.server.urlOf('sha256.git'))
    expect(await mirror.ensure(`main@sha256:${commit}`)).toBe(commit)
  })

  it('is cloned once by those who come at the same time, and fetched into by all of them', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => stage.open()))
    const second = await stage.work.commit({ files: { b: 'b\n' } })
    await stage.push('main')
    expect(await Promise.all(all.map((mirror) => mirror.ensure(second)))).toEqual(all.map(() => second))
    expect(await stage.cached()).toHaveLength(1)
  })

  it('waits for another process that holds a ref, and tells of one that never lets go', async () => {
    const mirror = await stage.open()
    await mirror.ensure('main')
    const lock = join(mirror.directory, 'refs', 'heads', 'main.lock')
    await mkdir(dirname(lock), { recursive: true })
    const second = await stage.work.commit()
    await stage.push('main')
    await writeFile(lock, '')
    await expect(mirror.ensure('main')).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining('main.lock'),
    })
    const asked = fetches()
    const answer = mirror.ensure('main')
    for (let waited = 0; waited < 10_000 && fetches() < asked + 2; waited += 20) await delay(20)
    await rm(lock)
    expect(await answer).toBe(second)
  })

  it('clears away what a killed process left behind, and nobody else’s work', async () => {
    const dead = Number(await stage.work.git('-c', 'alias.pid=!echo $$', 'pid'))
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1_000)
    const leftovers = [`clone-${dead}-old`, `clone-${dead}-new`, `clone-${process.pid}-old`]
    for (const name of leftovers) {
      const path = join(stage.cacheDirectory, 'git', name)
      await mkdir(path, { recursive: true })
      if (name.endsWith('-old')) await utimes(path, hoursAgo, hoursAgo)
    }
    await stage.open()
    const clones = (await stage.cached()).filter((name) => name.startsWith('clone-'))
    expect(new Set(clones)).toEqual(new Set(leftovers.slice(1)))
  })

  it('refuses a tree that leaves its folder when it is fetched', async () => {
    const blob = stage.work.gitWithInput('x', 'hash-object', '-w', '--stdin')
    const raw = Buffer.concat([Buffer.from('100644 ..\0'), Buffer.from(blob, 'hex')])
    const tree = stage.work.gitWithInput(raw, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally')
    const evil = await stage.work.git('commit-tree', tree, '-m', 'evil')
    await stage.push(`${evil}:refs/heads/evil`)
    await expect(stage.open()).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining('hasDotdot'),
    })
    expect(await stage.cached()).toEqual([])
  })

  it('never grows from a shallow repository', async () => {
    await stage.work.commit()
    await stage.push('main')
    const shallow = join(stage.served, `shallow-${stage.count}.git`)
    await stage.work.git('clone', '--quiet', '--bare', '--depth=1', `file://${stage.bare.path}`, shallow)
    await expect(stage.open({}, stage.server.urlOf(`shallow-${stage.count}.git`))).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining('shallow'),
    })
  })
})

async function inTurn<T>(names: readonly string[], ask: (name: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (const name of names) answers.push(await ask(name))
  return answers
}
