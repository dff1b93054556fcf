import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type GitServer, startGitServer } from '../../support/git-server.js'
import { MirrorStage } from './mirror-stage.js'

const stage = MirrorStage.use()

describe('a server', () => {
  it('that is not there, or has no such repository, is reported in git’s words', async () => {
    await expect(stage.open({}, stage.server.urlOf('none.git'))).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      message: `the repository ${stage.server.urlOf('none.git')} cannot be read`,
      why: expect.stringContaining('not found'),
      tryThis: `git ls-remote ${stage.server.urlOf('none.git')}, or name a clone of it with --repo PATH`,
    })
    expect(await stage.cached()).toEqual([])
  })

  it('that never answers is given up in time, and nothing half made is left', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const started = Date.now()
    await expect(stage.open({ timeoutMs: 1_000 }, `http://127.0.0.1:${port}/x.git`)).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: 'git clone took too long: no end within 1 s',
    })
    expect(Date.now() - started).toBeLessThan(10_000)
    expect(await stage.cached()).toEqual([])
    await new Promise((resolve) => silent.close(resolve))
  })

  it.each([
    'file:///etc',
    '/etc',
    'ext::sh -c id',
    'git://127.0.0.1/x',
    '--upload-pack=id',
    'ssh://-oProxyCommand=id/x',
  ])('is not what %j names', async (url) => {
    await expect(stage.open({}, url)).rejects.toMatchObject({ code: 'SOURCE_UNSUPPORTED' })
  })

  it('may not be left for a local file by a redirect of the user’s insteadOf', async () => {
    const config = stage.at(`rewritten-${stage.count}`)
    await writeFile(config, `[url "${stage.served}/"]\n\tinsteadOf = ${stage.server.url}/\n`)
    await expect(stage.open({ env: { ...GIT_ENV, GIT_CONFIG_GLOBAL: config } })).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining("transport 'file' not allowed"),
    })
  })
})

describe('a private repository', () => {
  const credentials = { username: 'me', password: 's:cr@t/x' }
  let guarded: GitServer

  beforeAll(async () => {
    guarded = await startGitServer({ folder: stage.served, credentials })
  })

  afterAll(async () => {
    await guarded.stop()
  })

  const guardedUrl = (): string => guarded.urlOf(stage.name)

  it('without credentials is refused at once, without a prompt', async () => {
    await expect(stage.open({}, guardedUrl())).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining('terminal prompts disabled'),
    })
  })

  it('is read with the user’s own credential helper, and fetched into again', async () => {
    const config = stage.at(`config-${stage.count}`)
    const helper = `!f() { echo username=${credentials.username}; echo password=${credentials.password}; }; f`
    await writeFile(config, `[credential]\n\thelper = "${helper}"\n`)
    const mirror = await stage.open({ env: { ...GIT_ENV, GIT_CONFIG_GLOBAL: config } }, guardedUrl())
    expect(await mirror.ensure('main')).toBe(stage.first)
    const second = await stage.work.commit()
    await stage.push('main')
    expect(await mirror.ensure('main')).toBe(second)
  })

  it('is read with the credentials in its URL, which reach no file, report or error', async () => {
    const { username, password } = credentials
    const withSecret = guardedUrl().replace('://', `://${username}:${encodeURIComponent(password)}@`)
    const mirror = await stage.open({}, withSecret)
    expect(await mirror.ensure('main')).toBe(stage.first)
    expect(mirror.url).toBe(guardedUrl())
    const config = await readFile(join(mirror.directory, 'config'), 'utf8')
    expect(config).toContain(`url = ${guardedUrl()}`)
    expect(config).not.toMatch(/s:cr|s%3A/)
    const wrong = withSecret.replace('s%3A', 'wrong%3A')
    const failure = await stage
      .open({ cacheDirectory: stage.at(`other-${stage.count}`) }, wrong)
      .catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
      why: expect.stringContaining('Authentication failed'),
    })
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/wrong|cr@t|cr%40t/)
  })

  it('is never asked for with the settings of the repository one happens to stand in', async () => {
    const marker = stage.at(`executed-${stage.count}`)
    const trap = await TestRepository.create(stage.at(`trap-${stage.count}`))
    await trap.git('config', 'credential.helper', `!touch ${marker}; true`)
    await trap.git('config', 'core.sshCommand', `touch ${marker}; false`)
    stage.cacheDirectory = join(trap.path, 'cache')
    await expect(stage.open({}, guardedUrl())).rejects.toMatchObject({ code: 'REPOSITORY_UNREACHABLE' })
    await expect(stage.open({}, 'ssh://git@127.0.0.1:1/x')).rejects.toMatchObject({
      code: 'REPOSITORY_UNREACHABLE',
    })
    await expect(stat(marker)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('ssh', () => {
  async function fakeSsh(name: string): Promise<string> {
    const bin = stage.at(`${name}-${stage.count}`)
    await mkdir(bin)
    // Stands in for ssh: writes down how it was called, then serves the repository itself.
    const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> ${bin}/calls\nfor last; do :; done\nexec sh -c "$last"\n`
    await writeFile(join(bin, 'ssh'), script)
    await chmod(join(bin, 'ssh'), 0o755)
    return bin
  }

  it('runs in batch mode, so that it never asks, whatever the repository one stands in says', async () => {
    const bin = await fakeSsh('plain')
    const env = { ...GIT_ENV, PATH: `${bin}:${GIT_ENV.PATH ?? ''}` }
    const trap = await TestRepository.create(stage.at(`trap-${stage.count}`))
    await trap.git('config', 'core.sshCommand', 'ssh -o Trap=yes')
    const before = process.cwd()
    process.chdir(trap.path)
    const mirror = await stage.open({ env }, `ssh://git@git.example${stage.bare.path}`).finally(() => {
      process.chdir(before)
    })
    expect(await mirror.ensure('main')).toBe(stage.first)
    expect(await readFile(join(bin, 'calls'), 'utf8')).toContain('-o BatchMode=yes')
  })

  it.each(['GIT_SSH_COMMAND', 'core.sshCommand'])(
    'is the user’s own command where %s names one',
    async (where) => {
      const bin = await fakeSsh('own')
      const config = join(bin, 'config')
      await writeFile(
        config,
        where === 'core.sshCommand' ? `[core]\n\tsshCommand = ${bin}/ssh -o Own=yes\n` : '',
      )
      const env = {
        ...GIT_ENV,
        GIT_CONFIG_GLOBAL: config,
        ...(where === 'GIT_SSH_COMMAND' ? { GIT_SSH_COMMAND: `${bin}/ssh -o Own=yes` } : {}),
      }
      const mirror = await stage.open({ env }, `git@git.example:${stage.bare.path}`)
      expect(await mirror.ensure('main')).toBe(stage.first)
      const calls = await readFile(join(bin, 'calls'), 'utf8')
      expect([calls.includes('-o Own=yes'), calls.includes('BatchMode')]).toEqual([true, false])
    },
  )
})
