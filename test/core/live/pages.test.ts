import { describe, expect, it } from '@jest/globals'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { listPages, type ObjectPage, type PageAnswer, type Query } from '@kubectl-gitops/core/live/pages.js'
import { failureOf } from './http-server.js'

function list(names: readonly string[], next = ''): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'DeploymentList',
    metadata: { resourceVersion: '7', ...(next === '' ? {} : { continue: next }) },
    items: names.map((name) => ({ metadata: { name, namespace: 'shop' } })),
  }
}

function expired(): GitOpsError {
  return new GitOpsError('SERVER_ERROR', {
    what: 'expired',
    cause: { code: 410, reason: 'Expired', name: '' },
  })
}

/** Answers one after another; an error among them is thrown. */
async function read(
  answers: readonly unknown[],
  query: Query = {},
): Promise<{ pages: ObjectPage[]; asked: Query[] }> {
  const asked: Query[] = []
  const left = [...answers]
  const pages: ObjectPage[] = []
  const ask = (page: Query): Promise<PageAnswer> => {
    asked.push(page)
    const answer = left.shift()
    return answer instanceof GitOpsError ? Promise.reject(answer) : Promise.resolve({ read: () => answer })
  }
  for await (const page of listPages(ask, query)) pages.push(page)
  return { pages, asked }
}

function names(pages: readonly ObjectPage[]): readonly (readonly string[])[] {
  return pages.map(({ items }) => items.map(({ metadata }) => metadata.name))
}

describe('listPages', () => {
  it('follows the continue token, keeps the query, and fills in apiVersion and kind', async () => {
    const { pages, asked } = await read([list(['a'], 'more'), list(['b'])], { labelSelector: 'x' })
    expect(asked).toEqual([
      { limit: 500, labelSelector: 'x', continue: undefined },
      { limit: 500, labelSelector: 'x', continue: 'more' },
    ])
    expect(pages[0]).toEqual({
      resourceVersion: '7',
      items: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'shop' } }],
    })
    expect(names(pages)).toEqual([['a'], ['b']])
  })

  it('keeps what an item says of itself, and every field of it', async () => {
    const item = {
      apiVersion: 'v1',
      kind: 'Odd',
      metadata: { name: 'a', extra: [1] },
      spec: null,
      other: { x: 1.5 },
    }
    const { pages } = await read([{ apiVersion: 'v1', kind: 'List', metadata: {}, items: [item] }])
    expect(pages).toEqual([{ resourceVersion: '', items: [item] }])
  })

  it('starts again after 410 and hands nothing over twice', async () => {
    const { pages, asked } = await read([
      list(['a', 'b'], 'old'),
      expired(),
      list(['a', 'c'], 'new'),
      list(['b', 'd']),
    ])
    expect(names(pages)).toEqual([['a', 'b'], ['c'], ['d']])
    expect(asked.map((query) => query.continue)).toEqual([undefined, 'old', undefined, 'new'])
  })

  it('gives up when the list expires again and again', async () => {
    const round = [list(['a'], 'more'), expired()]
    expect(await failureOf(read([...round, ...round, ...round, ...round]))).toEqual({
      code: 'SERVER_ERROR',
      message: 'expired',
    })
  })

  it('does not start again for a first page that is expired, nor for another error', async () => {
    const denied = new GitOpsError('FORBIDDEN', { what: 'no' })
    expect([
      await failureOf(read([expired(), list(['a'])])),
      await failureOf(read([list(['a'], 'more'), denied, list(['a'])])),
    ]).toEqual([
      { code: 'SERVER_ERROR', message: 'expired' },
      { code: 'FORBIDDEN', message: 'no' },
    ])
  })

  it('takes null items for none, as Go writes an empty list', async () => {
    const { pages } = await read([{ apiVersion: 'v1', kind: 'PodList', metadata: {}, items: null }])
    expect(pages).toEqual([{ items: [], resourceVersion: '' }])
  })

  it.each([
    ['no list', { kind: 'Pod' }, 'the answer has no items'],
    ['no kind', { items: [] }, 'the list has no apiVersion and kind'],
    [
      'an item without a name',
      { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: {} }] },
      'an object has no name',
    ],
    [
      'an item that is text',
      { apiVersion: 'v1', kind: 'PodList', items: ['x'] },
      'an object is not a mapping',
    ],
    [
      'a namespace that is a number',
      { apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'x', namespace: 1 } }] },
      'a namespace is not a string',
    ],
  ])('refuses %s', async (_what, answer, why) => {
    expect(await failureOf(read([answer]))).toEqual({
      code: 'SERVER_ERROR',
      message: 'the server answered with something Kubernetes does not send',
      why,
    })
  })

  it('asks for the next page before it parses one, where the token can be told', async () => {
    const order: string[] = []
    const answers: PageAnswer[] = [
      { next: 'more', read: () => (order.push('parsed a'), list(['a'], 'more')) },
      { next: '', read: () => (order.push('parsed b'), list(['b'])) },
    ]
    const ask = ({ continue: token = '' }: Query): Promise<PageAnswer> => {
      order.push(`asked ${token}`)
      return Promise.resolve(answers[token === '' ? 0 : 1]!)
    }
    const pages: ObjectPage[] = []
    for await (const page of listPages(ask, {})) pages.push(page)
    expect([order, names(pages)]).toEqual([
      ['asked ', 'asked more', 'parsed a', 'parsed b'],
      [['a'], ['b']],
    ])
  })

  it('tells of a failure of the next page after the page before it', async () => {
    const seen: (readonly string[])[] = []
    const ask = ({ continue: token }: Query): Promise<PageAnswer> =>
      token === undefined
        ? Promise.resolve({ next: 'more', read: () => list(['a'], 'more') })
        : Promise.reject(new GitOpsError('FORBIDDEN', { what: 'no' }))
    const all = async (): Promise<void> => {
      for await (const page of listPages(ask, {})) seen.push(...names([page]))
    }
    expect(await failureOf(all())).toEqual({ code: 'FORBIDDEN', message: 'no' })
    expect(seen).toEqual([['a']])
  })

  it('does not follow a continue token that leads to itself', async () => {
    expect(await failureOf(read([list(['a'], 'x'), list(['b'], 'x'), list(['c'])]))).toMatchObject({
      code: 'SERVER_ERROR',
      why: 'the list does not get past one page',
    })
  })
})
