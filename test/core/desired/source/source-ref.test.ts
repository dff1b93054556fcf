import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { resolveSourceRef, type SourceRef } from '@kubectl-gitops/core/desired/source/source-ref.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import type { TestRepository } from '../../../support/git-repository.js'
import { refusal, Stage } from '../stage.js'

let stage: Stage
let made: TestRepository
let repository: Repository
const commits: Record<string, string> = {}

beforeAll(async () => {
  stage = await Stage.create()
  made = await stage.repository({ a: '1' })
  const commit = async (name: string, committed: string, ...tags: readonly string[]) => {
    commits[name] = await made.commit({ files: { a: name }, committed })
    for (const tag of tags) await made.git('tag', '-m', tag, tag)
  }
  await commit('one', '2024-01-01T00:00:00Z', '1.0.0', 'v1.2.0+b')
  await commit('two', '2024-03-01T00:00:00Z', 'v1.2.0+a')
  await commit('three', '2024-02-01T00:00:00Z', 'v1.2.0+c', '2.0.0-rc.1', 'latest')
  await made.git('branch', 'master', commits.two ?? '')
  await made.git('update-ref', 'refs/pull/7/head', commits.one ?? '')
  repository = await stage.checkout(made.path)
})

afterAll(async () => {
  await stage.remove()
})

const resolved = async (ref: SourceRef) => {
  const revision = await resolveSourceRef(repository, ref)
  const name = Object.entries(commits).find(([, id]) => revision.endsWith(`sha1:${id}`))?.[0] ?? 'none'
  return revision.replace(/sha1:.*/, name)
}

describe('the ref of a source', () => {
  it.each<[SourceRef, string]>([
    [{ branch: 'main' }, 'main@three'],
    [{}, 'master@two'],
    [{ tag: 'v1.2.0+b', branch: 'main' }, 'v1.2.0+b@one'],
    [{ semver: '1.0.x', branch: 'main' }, '1.0.0@one'],
    [{ semver: '>=1.0.0' }, 'v1.2.0+a@two'],
    [{ semver: '>=1.0.0-0' }, '2.0.0-rc.1@three'],
    [{ name: 'refs/pull/7/head', tag: '1.0.0' }, 'refs/pull/7/head@one'],
    [{ name: 'refs/heads/master' }, 'refs/heads/master@two'],
    [{ name: 'refs/tags/2.0.0-rc.1^{}' }, 'refs/tags/2.0.0-rc.1^{}@three'],
  ])('%j is %s', async (ref, expected) => {
    expect(await resolved(ref)).toBe(expected)
  })

  it('that is a commit goes before all else, and keeps the branch', async () => {
    const commit = commits.one ?? ''
    expect(await resolved({ commit, name: 'refs/heads/main' })).toBe('one')
    expect(await resolved({ commit, branch: 'main' })).toBe('main@one')
  })

  it('that is a branch is what was fetched of it, unless the checkout went on', async () => {
    await made.git('update-ref', 'refs/remotes/origin/master', commits.three ?? '')
    await made.git('update-ref', 'refs/remotes/origin/main', commits.one ?? '')
    await made.git('update-ref', 'refs/remotes/origin/far', commits.one ?? '')
    expect(await resolved({ branch: 'master' })).toBe('master@three')
    expect(await resolved({ branch: 'main' })).toBe('main@three')
    expect(await resolved({ branch: 'far' })).toBe('far@one')
  })

  it('that means nothing here says so', async () => {
    expect((await refusal(resolved({ branch: 'gone' }))).code).toBe('REVISION_NOT_FOUND')
    expect((await refusal(resolved({ tag: 'gone' }))).code).toBe('REVISION_NOT_FOUND')
    expect((await refusal(resolved({ branch: '--upload-pack=x:' }))).code).toBe('REVISION_INVALID')
    expect(await refusal(resolved({ semver: '>=3' }))).toEqual({
      code: 'REVISION_NOT_FOUND',
      what: `no tag of ${made.path} lies in ">=3"`,
      why: 'no match found for semver: >=3',
    })
    expect(await refusal(resolved({ semver: 'newest' }))).toEqual({
      code: 'REVISION_INVALID',
      what: '"newest" is not a range of versions',
      why: 'semver parse error: improper constraint: "newest"',
    })
  })
})
