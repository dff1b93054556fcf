import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

let folder: TemporaryFolder
const opened: Repository[] = []

beforeAll(async () => {
  folder = await temporaryFolder('contents')
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

describe('contents', () => {
  it('come back byte by byte for odd names, binary files, symlinks, and ids asked twice', async () => {
    const odd = await TestRepository.create(at('odd'))
    const binary = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
    const names = ['with space', 'ü/ß.yaml', '"quoted"', 'new\nline', '-rf', '*', ':(top)x', "it's"]
    const commit = await odd.commit({
      files: {
        ...Object.fromEntries(names.map((name) => [name, `${name}!`])),
        empty: '',
        binary,
        link: { link: '/etc/hostname' },
        run: { executable: '#!/bin/sh\n' },
      },
    })
    const repository = await open(odd.path)
    const entries = await repository.tree(commit)
    const contents = await repository.read(entries.flatMap(({ id }) => [id, id]))
    const text = (path: string): string =>
      Buffer.from(contents.get(entries.find((entry) => entry.path === path)!.id)!).toString()
    expect(entries.map(({ path, mode }) => `${mode} ${path}`).sort()).toEqual(
      [...names, 'empty', 'binary', 'link', 'run']
        .map((path) => `${path === 'link' ? '120000' : path === 'run' ? '100755' : '100644'} ${path}`)
        .sort(),
    )
    expect(names.map(text)).toEqual(names.map((name) => `${name}!`))
    expect([text('empty'), text('link'), text('run')]).toEqual(['', '/etc/hostname', '#!/bin/sh\n'])
    expect(contents.get(entries.find(({ path }) => path === 'binary')!.id)).toEqual(binary)
    for (const path of names)
      expect((await repository.log(commit, { paths: [path], max: 2 })).map(({ id }) => id)).toEqual([commit])
    expect(await repository.log(commit, { paths: ['*.yaml'], max: 2 })).toEqual([])
  })

  it('come back in full for calls that overlap', async () => {
    const many = await TestRepository.create(at('many'))
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `${n}\n`.repeat(n)]))
    const commit = await many.commit({ files })
    const repository = await open(many.path)
    const entries = await repository.tree(commit)
    const answers = await Promise.all(entries.map(({ id }) => repository.read([id])))
    const texts = entries.map(({ path, id }, index) => [
      path,
      Buffer.from(answers[index]!.get(id)!).toString(),
    ])
    expect(Object.fromEntries(texts)).toEqual(files)
  })

  it('can no longer be read once the repository is closed', async () => {
    const repository = await openCheckout(at('many'), { env: GIT_ENV })
    const [first] = await repository.tree(await repository.resolve('main'))
    await repository.read([first!.id])
    await repository.close()
    await repository.close()
    await expect(repository.read([first!.id])).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('of a SHA-256 repository have ids of 64 digits', async () => {
    const sha256 = await TestRepository.create(at('sha256'), { objectFormat: 'sha256' })
    const commit = await sha256.commit({ files: { a: 'a\n' } })
    const repository = await open(sha256.path)
    expect(await repository.resolve(`main@sha256:${commit}`)).toBe(commit)
    expect(await readText(repository, commit, 'a')).toBe('a\n')
    expect((await repository.log(commit, { paths: ['a'], max: 1 })).map(({ id }) => id)).toEqual([commit])
  })

  it('of an empty tree are none', async () => {
    const empty = await TestRepository.create(at('empty'))
    const commit = await empty.commit()
    const repository = await open(empty.path)
    expect(await repository.tree(commit)).toEqual([])
    expect(await repository.read([])).toEqual(new Map())
  })
})
