import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bootstrapObjects } from '../../../demo/repository/bootstrap.js'
import type { DemoRepositories } from '../../../demo/repository/create.js'
import { createDemoRepositories, demoFiles, pushBreakingCommit } from '../../../demo/repository/create.js'
import { facesHistory } from '../../../demo/repository/faces/commits.js'
import { git } from '../../../demo/repository/git.js'
import { platformHistory } from '../../../demo/repository/platform/commits.js'
import { playStep } from '../../../demo/repository/player.js'

const urls = { platform: 'http://127.0.0.1:1/platform.git', faces: 'http://127.0.0.1:1/faces.git' }
let directory: string
const elsewhere = { platform: 'http://127.0.0.1:2/p.git', faces: 'http://127.0.0.1:2/f.git' }
let demo: DemoRepositories
let again: DemoRepositories

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'demo-'))
  demo = await createDemoRepositories(join(directory, 'one'), urls)
  again = await createDemoRepositories(join(directory, 'two'), elsewhere)
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

const lines = async (...args: string[]): Promise<string[]> =>
  (await git(demo.platform.bare, args)).split('\n').filter((line) => line !== '')

describe('the repositories of the demo', () => {
  it('have the same commit ids every time, wherever they are served', () => {
    expect([again.platform.head, again.faces.head]).toEqual([demo.platform.head, demo.faces.head])
  })

  it('are served with main as their only branch, and checked out clean beside it', async () => {
    for (const { bare, worktree, head } of [demo.platform, demo.faces]) {
      expect(await git(bare, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main')
      expect(await git(bare, ['for-each-ref', '--format=%(refname) %(objectname)'])).toBe(
        `refs/heads/main ${head}`,
      )
      expect(await git(worktree, ['status', '--porcelain=v2', '--branch'])).toBe(
        [
          `# branch.oid ${head}`,
          '# branch.head main',
          '# branch.upstream origin/main',
          '# branch.ab +0 -0',
        ].join('\n'),
      )
    }
  })

  it('are found by the URL that Flux clones', async () => {
    expect(await git(demo.platform.worktree, ['remote', 'get-url', 'origin'])).toBe(urls.platform)
    expect(await git(demo.faces.worktree, ['remote', 'get-url', 'origin'])).toBe(urls.faces)
  })

  it('refuse a directory that holds them already', async () => {
    await expect(createDemoRepositories(join(directory, 'one'), urls)).rejects.toMatchObject({
      code: 'EEXIST',
    })
  })

  it('hold every folder of files that a step names, and no other', async () => {
    for (const [name, steps] of [
      ['platform', platformHistory],
      ['faces', facesHistory],
    ] as const) {
      const entries = await readdir(join(demoFiles, name), { withFileTypes: true })
      const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
      const named = steps.flatMap((step) => (step.kind === 'commit' && step.files ? [step.slug] : []))
      expect(folders.sort()).toEqual(named)
    }
  })
})

describe('the history of the platform', () => {
  it('is written by four roles', async () => {
    const people = await lines('log', '--format=%an <%ae>%n%cn <%ce>', 'main')
    expect([...new Set(people)].sort()).toEqual([
      'App Team <apps@example.com>',
      'Platform Team <platform@example.com>',
      'Release Bot <release-bot@example.com>',
      'Security Team <security@example.com>',
    ])
  })

  it('has three merges, each of a branch that main had left behind', async () => {
    expect(await lines('log', '--merges', '--format=%cn: %s', 'main')).toEqual([
      "Security Team: Merge branch 'production-services'",
      "Release Bot: Merge branch 'autoscaling'",
      "Release Bot: Merge branch 'flagger'",
    ])
  })

  it('has squashed pull requests, written by one role and landed by another', async () => {
    expect(await lines('log', '--grep=(#', '--fixed-strings', '--format=%an, %cn: %s', 'main')).toEqual([
      'Platform Team, Release Bot: Accept uploads of eight megabytes (#31)',
      'Platform Team, Release Bot: Split the ingress controller into base and overlay (#12)',
    ])
  })

  it('has a revert that names what it takes back, and leaves nothing of it', async () => {
    const [revert] = await lines('log', '--grep=^Revert', '--format=%H', 'main')
    const body = await git(demo.platform.bare, ['show', '--no-patch', '--format=%b', revert!])
    const reverted = /^This reverts commit ([0-9a-f]{40})\.$/m.exec(body)?.[1]
    expect(await lines('diff', '--name-only', `${reverted!}^`, revert!)).toEqual([])
    expect(await lines('diff', '--name-only', `${reverted!}^`, reverted!)).toEqual([
      'apps/faces/overlays/production/autoscaler.yaml',
    ])
  })

  it('has a folder that was renamed without a change to its files', async () => {
    const renames = await lines(
      'log',
      '--diff-filter=R',
      '-M100%',
      '--name-status',
      '--format=',
      'main',
      '--',
      'infrastructure',
    )
    expect(renames).toEqual(
      expect.arrayContaining([
        'R100\tinfrastructure/nginx/release.yaml\tinfrastructure/ingress-nginx/release.yaml',
      ]),
    )
  })

  it('ends before November 2026, in the order of its dates along main', async () => {
    const dates = (await lines('log', '--first-parent', '--reverse', '--format=%cI', 'main')).map((date) =>
      Date.parse(date),
    )
    expect(dates).toEqual([...dates].sort((a, b) => a - b))
    expect(dates.every((date) => date < Date.parse('2026-11-01T00:00:00Z'))).toBe(true)
  })
})

describe('a step', () => {
  it('fails where the text it edits is not there', async () => {
    const step = {
      kind: 'commit',
      slug: 'x',
      author: { name: 'App Team', email: 'apps@example.com' },
      date: '2026-10-30T00:00:00+00:00',
      message: 'x',
      edits: [{ path: 'README.md', from: 'no such text', to: '' }],
    } as const
    const { worktree } = demo.platform
    await expect(playStep({ worktree, files: demoFiles }, step)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'README.md holds this text not exactly once: no such text',
    })
  })

  it("fails with git's own words where git refuses", async () => {
    await expect(git(demo.platform.bare, ['rev-parse', '--verify', 'nowhere'])).rejects.toMatchObject({
      code: 'GIT_FAILED',
      why: 'fatal: Needed a single revision',
    })
  })
})

describe('the breaking commit', () => {
  it('lands on main of the served repository, one commit ahead of the history', async () => {
    const { platform } = again
    const commit = await pushBreakingCommit(platform)
    expect(await git(platform.bare, ['rev-list', `${platform.head}..main`])).toBe(commit)
    expect(await git(platform.worktree, ['status', '--porcelain'])).toBe('')
  })
})

describe('the bootstrap', () => {
  it('hands the run-time addresses to the cluster, not to Git', () => {
    const spec = Object.fromEntries(bootstrapObjects(urls).map((o) => [o.kind, o.spec ?? o.data ?? {}]))
    expect(spec).toEqual({
      Namespace: {},
      ConfigMap: { cluster_domain: 'my-cluster.example', faces_repository: urls.faces },
      GitRepository: { interval: '1m', url: urls.platform, ref: { branch: 'main' } },
      Kustomization: {
        interval: '10m',
        path: './clusters/my-cluster',
        prune: true,
        wait: false,
        sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      },
    })
  })
})
