import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createFluxRepository } from './flux-repository.js'
import type { FluxRepository } from './flux-repository.js'
import { startGitServer } from './git-server.js'
import type { GitServer } from './git-server.js'
import { temporaryFolder } from './processes.js'
import type { TemporaryFolder } from './processes.js'

const run = promisify(execFile)
const ENV = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
}

let folder: TemporaryFolder
let server: GitServer
let repository: FluxRepository

async function serve(credentials?: { username: string; password: string }): Promise<void> {
  const served = join(folder.path, 'served')
  const trees = join(folder.path, 'trees')
  await Promise.all([mkdir(served), mkdir(trees)])
  server = await startGitServer({ folder: served, ...(credentials === undefined ? {} : { credentials }) })
  repository = await createFluxRepository({ served, trees, name: 'app', url: server.urlOf('app.git') })
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...args], { cwd: folder.path, env: ENV })
  return stdout.trim()
}

beforeEach(async () => {
  folder = await temporaryFolder('git-server')
})

afterEach(async () => {
  await server.stop()
  await folder.remove()
})

describe('the git server', () => {
  it('serves what was pushed, and counts who asked', async () => {
    await serve()
    await repository.write({ 'apps/a.yaml': 'a: 1\n', 'apps/b.yaml': 'b: 1\n' })
    const first = await repository.commit('Add two', {
      author: 'Ada <ada@example.com>',
      date: '2024-05-01T12:00:00Z',
    })
    await repository.remove('apps/b.yaml')
    const second = await repository.commit('Remove one')
    await repository.push()
    expect(await git('ls-remote', repository.url, 'refs/heads/main')).toBe(`${second}\trefs/heads/main`)
    await git('clone', '--quiet', repository.url, 'clone')
    expect(await git('-C', 'clone', 'log', '--format=%H %an %ae %cn %at', '--reverse')).toBe(
      `${first} Ada ada@example.com Ada 1714564800\n${await repository.git('log', '-1', '--format=%H %an %ae %cn %at')}`,
    )
    expect(await git('-C', 'clone', 'ls-files')).toBe('apps/a.yaml')
    expect(server.requests().map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /app.git/info/refs?service=git-upload-pack 200',
      'POST /app.git/git-upload-pack 200',
      'GET /app.git/info/refs?service=git-upload-pack 200',
      'POST /app.git/git-upload-pack 200',
      'POST /app.git/git-upload-pack 200',
    ])
  })

  it('lets nobody push without a name', async () => {
    await serve()
    await repository.commit('Start')
    await expect(git('-C', repository.path, 'push', repository.url, 'HEAD:main')).rejects.toThrow('403')
  })

  it('keeps a private repository private', async () => {
    await serve({ username: 'flux', password: 'p w' })
    const hash = await repository.commit('Start')
    const address = repository.url.replace('http://', 'http://flux:p%20w@')
    await git('-C', repository.path, 'push', '--quiet', address, 'HEAD:refs/heads/main')
    await expect(git('ls-remote', repository.url)).rejects.toThrow('could not read Username')
    await expect(git('ls-remote', repository.url.replace('http://', 'http://flux:wrong@'))).rejects.toThrow(
      'Authentication failed',
    )
    expect(await git('ls-remote', address, 'refs/heads/main')).toBe(`${hash}\trefs/heads/main`)
  })

  it('serves nothing outside its folder', async () => {
    await serve()
    await repository.commit('Start')
    await expect(git('ls-remote', server.urlOf('..%2ftrees/app/.git'))).rejects.toThrow()
    await expect(git('ls-remote', server.urlOf('no-such.git'))).rejects.toThrow('not found')
    expect(server.requests().map(({ status }) => status >= 400)).not.toContain(false)
  })

  it('takes a large gzipped request', async () => {
    await serve()
    // More than 1,024 bytes of "have" lines make git compress what it asks.
    for (let index = 0; index < 60; index += 1) await repository.commit(`Commit ${index}`)
    await repository.push()
    await git('clone', '--quiet', '--bare', repository.url, 'mirror')
    await git('-C', repository.path, 'checkout', '--quiet', '--orphan', 'other')
    const hash = await repository.commit('An unrelated start')
    await repository.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other')
    await git('-C', 'mirror', 'fetch', '--quiet', repository.url, 'refs/heads/other:refs/heads/other')
    expect(await git('-C', 'mirror', 'rev-parse', 'other')).toBe(hash)
    expect((await readFile(join(repository.path, '.git', 'HEAD'), 'utf8')).trim()).toBe(
      'ref: refs/heads/other',
    )
  })
})
