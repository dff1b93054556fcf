import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckout, remotes } from '@kubectl-gitops/core/git/checkout.js'
import { ObjectReader } from '@kubectl-gitops/core/git/objects.js'
import { runGit } from '@kubectl-gitops/core/git/process.js'
import { readerOf } from '@kubectl-gitops/core/git/reader.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

let folder: TemporaryFolder
const opened: Repository[] = []

beforeAll(async () => {
  folder = await temporaryFolder('hostile')
})

afterAll(async () => {
  for (const repository of opened) await repository.close()
  await folder.remove()
})

const at = (name: string): string => join(folder.path, name)

async function open(path: string, env: Readonly<Record<string, string>> = GIT_ENV): Promise<Repository> {
  const repository = await openCheckout(path, { env })
  opened.push(repository)
  return repository
}

async function everything(repository: Repository, revision: string): Promise<readonly unknown[]> {
  const commit = await repository.resolve(revision)
  const entries = await repository.tree(commit)
  return [
    commit,
    entries,
    await repository.read(entries.map(({ id }) => id)),
    await repository.log(commit, { paths: ['a.yaml'], max: 10 }),
    await repository.commit(commit),
    await repository.isAncestor(commit, commit),
  ]
}

describe('a checkout whose settings run programs', () => {
  it('is read without running one of them, and its answers stay the same', async () => {
    const trap = await TestRepository.create(at('trap'))
    await trap.commit({ files: { 'a.yaml': 'one\n', '.gitattributes': '*.yaml diff=evil filter=evil\n' } })
    await trap.git('mv', 'a.yaml', 'b.yaml')
    await trap.commit({ files: { 'a.yaml': 'two\n' } })
    const before = await everything(await open(trap.path), 'main')

    const marker = at('executed')
    const program = at('evil.sh')
    await writeFile(program, `#!/bin/sh\ntouch ${marker}\nexit 0\n`)
    await chmod(program, 0o755)
    const hooks = join(trap.path, '.git', 'hooks')
    await mkdir(hooks, { recursive: true })
    for (const hook of [
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'fsmonitor-watchman',
    ]) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${marker}\n`)
      await chmod(join(hooks, hook), 0o755)
    }
    await writeFile(at('included'), `[diff]\n\texternal = ${program}\n[log]\n\tfollow = true\n`)
    const settings = {
      'include.path': at('included'),
      'core.fsmonitor': program,
      'core.hooksPath': hooks,
      'core.pager': program,
      'pager.log': program,
      'pager.rev-list': program,
      'core.sshCommand': program,
      'core.alternateRefsCommand': program,
      'credential.helper': `!${program}`,
      'diff.evil.textconv': program,
      'diff.evil.command': program,
      'filter.evil.smudge': program,
      'gpg.program': program,
      'log.showSignature': 'true',
      'log.mailmap': 'true',
      'alias.rev-parse': `!${program}`,
      'remote.origin.url': 'ext::' + program,
      'remote.origin.uploadpack': program,
    }
    for (const [key, value] of Object.entries(settings))
      await writeFile(join(trap.path, '.git', 'config'), `[${section(key)}]\n\t${last(key)} = "${value}"\n`, {
        flag: 'a',
      })

    await trap.git('status')
    expect(existsSync(marker)).toBe(true)
    await rm(marker)
    expect(await everything(await open(trap.path), 'main')).toEqual(before)
    expect(await remotes(trap.path, { env: GIT_ENV })).toEqual([{ name: 'origin', url: 'ext::' + program }])
    expect(existsSync(marker)).toBe(false)
  })
})

function section(key: string): string {
  const [first = '', ...rest] = key.split('.')
  const middle = rest.slice(0, -1).join('.')
  return middle === '' ? first : `${first} "${middle}"`
}

function last(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

describe('a repository that lies about history', () => {
  it('is read without its replace refs and grafts', async () => {
    const liar = await TestRepository.create(at('liar'))
    const one = await liar.commit({ files: { 'a.yaml': 'true\n' } })
    const two = await liar.commit({ files: { 'a.yaml': 'also true\n' } })
    await liar.switchTo('lies')
    const lie = await liar.commit({ files: { 'a.yaml': 'false\n' } })
    await liar.git('replace', two, lie)
    await mkdir(join(liar.path, '.git', 'info'), { recursive: true })
    await writeFile(join(liar.path, '.git', 'info', 'grafts'), `${two}\n`)
    const repository = await open(liar.path)
    const [entry] = await repository.tree(two)
    expect(Buffer.from((await repository.read([entry!.id])).get(entry!.id)!).toString()).toBe('also true\n')
    expect((await repository.log(two, { paths: ['a.yaml'], max: 9 })).map(({ id }) => id)).toEqual([two, one])
    expect(await repository.isAncestor(one, two)).toBe(true)
  })

  it('cannot be confused by variables that point git elsewhere', async () => {
    const here = await TestRepository.create(at('here'))
    const commit = await here.commit({ files: { 'a.yaml': 'here\n' } })
    const elsewhere = await TestRepository.create(at('elsewhere'))
    await elsewhere.commit({ files: { 'a.yaml': 'elsewhere\n' } })
    const repository = await open(here.path, {
      ...GIT_ENV,
      GIT_DIR: join(elsewhere.path, '.git'),
      GIT_WORK_TREE: elsewhere.path,
      GIT_OBJECT_DIRECTORY: join(elsewhere.path, '.git', 'objects'),
      GIT_NAMESPACE: 'evil',
      GIT_TRACE: at('trace'),
      GIT_EXTERNAL_DIFF: at('evil.sh'),
    })
    expect(await repository.resolve('main')).toBe(commit)
    expect((await repository.tree(commit)).map(({ path }) => path)).toEqual(['a.yaml'])
    expect(existsSync(at('trace'))).toBe(false)
  })
})

describe('a tree made by hand', () => {
  let repository: TestRepository
  let blob: string

  beforeAll(async () => {
    repository = await TestRepository.create(at('by-hand'))
    blob = repository.gitWithInput('x', 'hash-object', '-w', '--stdin')
  })

  function treeOf(...entries: readonly (readonly [mode: string, name: string, id: string])[]): string {
    const raw = entries.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
    )
    return repository.gitWithInput(
      Buffer.concat(raw),
      'hash-object',
      '-t',
      'tree',
      '-w',
      '--stdin',
      '--literally',
    )
  }

  it.each(['..', '.git', '/etc'])('with the entry %j is refused', async (name) => {
    const commit = await repository.git('commit-tree', treeOf(['100644', name, blob]), '-m', 'x')
    await expect((await open(repository.path)).tree(commit)).rejects.toMatchObject({ code: 'PATH_ESCAPES' })
  })

  it('with a link that is a folder too is refused', async () => {
    const inner = treeOf(['100644', 'passwd', blob])
    const commit = await repository.git(
      'commit-tree',
      treeOf(['120000', 'a', blob], ['40000', 'a', inner]),
      '-m',
      'x',
    )
    await expect((await open(repository.path)).tree(commit)).rejects.toMatchObject({ code: 'PATH_ESCAPES' })
  })

  it('that unfolds to millions of files is given up, not listed', async () => {
    let tree = treeOf(['100644', 'f', blob])
    for (let level = 0; level < 10; level += 1) {
      const inner = tree
      tree = treeOf(...Array.from('0123456789', (name) => ['40000', name, inner] as const))
    }
    const commit = await repository.git('commit-tree', tree, '-m', 'x')
    const reader = readerOf({
      kind: 'checkout',
      directory: repository.path,
      gitDirectory: join(repository.path, '.git'),
      url: repository.path,
      boundary: new Set(),
      partial: false,
      env: GIT_ENV,
      timeoutMs: 60_000,
      limits: { object: 100, call: 100, listing: 100_000 },
    })
    await expect(reader.tree(commit)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      why: 'more than 100000 bytes',
    })
  })
})

describe('a file', () => {
  it('that is too large is refused by its size, and so are too many of them; the next read works', async () => {
    const large = await TestRepository.create(at('large'))
    const ids = [100, 101, 99].map((size) =>
      large.gitWithInput('x'.repeat(size), 'hash-object', '-w', '--stdin'),
    )
    const reader = new ObjectReader({
      gitDirectory: join(large.path, '.git'),
      env: GIT_ENV,
      timeoutMs: 10_000,
      limits: { object: 100, call: 150, listing: 100 },
    })
    await expect(reader.read([ids[1]!])).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      why: '101 bytes, and the limit is 100',
    })
    await expect(reader.read([ids[0]!, ids[2]!])).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect((await reader.read([ids[0]!])).get(ids[0]!)!.content).toHaveLength(100)
    await reader.close()
  })

  it('that is damaged fails in git’s words, and the reader goes on', async () => {
    const damaged = await TestRepository.create(at('damaged'))
    await damaged.commit({ files: { good: 'good\n', bad: 'bad\n' } })
    const [bad, good] = await (await open(damaged.path)).tree(await damaged.git('rev-parse', 'HEAD'))
    const object = join(damaged.path, '.git', 'objects', bad!.id.slice(0, 2), bad!.id.slice(2))
    await chmod(object, 0o644)
    await writeFile(object, 'not zlib')
    const repository = await open(damaged.path)
    await expect(repository.read([bad!.id])).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: `${bad!.id} cannot be read`,
      why: expect.stringMatching(/inflate: data stream error/),
    })
    expect(Buffer.from((await repository.read([good!.id])).get(good!.id)!).toString()).toBe('good\n')
  })
})

describe('git', () => {
  it('that is not installed is said so', async () => {
    const env = { ...GIT_ENV, PATH: at('no-such-folder') }
    await expect(openCheckout(folder.path, { env })).rejects.toMatchObject({ code: 'GIT_NOT_FOUND' })
  })

  it('that does not end is stopped with everything it started', async () => {
    const bin = at('slow-bin')
    await mkdir(bin)
    await writeFile(
      join(bin, 'git'),
      `#!/bin/sh\n(sleep 60; touch ${at('survived')}) &\necho $! > ${at('pid')}\nwait\n`,
    )
    await chmod(join(bin, 'git'), 0o755)
    const env = { ...GIT_ENV, PATH: `${bin}:${GIT_ENV.PATH ?? ''}` }
    await expect(runGit({ args: ['rev-parse'], env, timeoutMs: 500 })).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: 'git rev-parse took too long',
      why: 'no end within 0.5 s',
    })
    const pid = Number(await readFile(at('pid'), 'utf8'))
    const isGone = (): boolean => {
      try {
        process.kill(pid, 0)
        return false
      } catch {
        return true
      }
    }
    for (let waited = 0; waited < 5_000 && !isGone(); waited += 50)
      await new Promise((go) => setTimeout(go, 50))
    expect(isGone()).toBe(true)
  })
})
