import { describe, expect, it } from '@jest/globals'
import { entryPaths, spreadPoints } from './point.js'

const log = (count: number) => () =>
  Promise.resolve(
    Array.from({ length: count }, (_, i) => `${`${i + 1}`.padStart(40, '0')} c${i + 1} 2024-01-01`).join(
      '\n',
    ),
  )

const labels = async (length: number, count: number) =>
  (await spreadPoints(log(length), count)).map(({ label }) => label)

describe('the points of a history', () => {
  it('are spread evenly, the oldest first, the newest always among them', async () => {
    expect(await labels(100, 4)).toEqual(['c25', 'c50', 'c75', 'c100'])
    expect(await labels(100, 1)).toEqual(['c100'])
  })

  it('are all commits, each once, of a history that has fewer', async () => {
    expect(await labels(3, 21)).toEqual(['c1', 'c2', 'c3'])
  })
})

describe('where a commit is read from', () => {
  const paths = (...files: readonly string[]) => entryPaths(() => Promise.resolve(files.join('\n')), 'main')

  it('is each cluster', async () => {
    const files = ['apps/a.yaml', 'clusters/two/apps.yaml', 'clusters/one/a/b.yaml', 'clusters/README.md']
    expect(await paths(...files)).toEqual(['clusters/one', 'clusters/two'])
  })

  it('is each folder that holds manifests itself, where there are no clusters', async () => {
    expect(await paths('LICENSE', 'x.yaml', 'apps/b/c.yml', 'apps/a/d.yaml', 'docs/x.md')).toEqual([
      'apps/a',
      'apps/b',
    ])
  })
})
