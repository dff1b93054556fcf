import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { follow, metadataDigest, type Change } from '@kubectl-gitops/core/live/watch-collection.js'
import { eventually } from '../../support/eventually.js'
import { startFaultServer, type FaultServer } from './http-server.js'

/** A server of one collection, whose watches a test writes into, ends and breaks. */
class Collection {
  readonly watches: { readonly response: ServerResponse; readonly from: string | null }[] = []
  lists = 0
  items: object[] = []
  version = '1'
  refuse: { readonly code: number; readonly reason: string } | undefined
  server!: FaultServer

  async start(): Promise<void> {
    this.server = await startFaultServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost')
      if (searchParams.get('watch') === '1') this.#watch(response, searchParams.get('resourceVersion'))
      else this.#list(response)
    })
  }

  #list(response: ServerResponse): void {
    this.lists++
    this.#json(response, 200, {
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadataList',
      metadata: { resourceVersion: this.version },
      items: this.items,
    })
  }

  #watch(response: ServerResponse, from: string | null): void {
    const { refuse } = this
    if (refuse !== undefined) {
      this.#json(response, refuse.code, { kind: 'Status', status: 'Failure', message: 'no', ...refuse })
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    this.watches.push({ response, from })
  }

  #json(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async watch(count: number): Promise<ServerResponse> {
    const found = await eventually(() => Promise.resolve(this.watches[count - 1]), {
      timeoutMs: 30_000,
      complaint: () => `there were ${this.watches.length} watches`,
    })
    return found.response
  }
}

const object = (name: string, resourceVersion: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', resourceVersion, ...more },
})

const event = (type: string, item: object) => `${JSON.stringify({ type, object: item })}\n`

describe('a collection that is followed', () => {
  let collection: Collection
  let controller: AbortController
  let changes: Change[]
  let troubles: (string | undefined)[]

  const start = async (items: object[], refuse?: Collection['refuse']) => {
    collection = new Collection()
    collection.items = items
    collection.refuse = refuse
    await collection.start()
    controller = new AbortController()
    changes = []
    troubles = []
    await follow(await collection.server.connect(), {
      path: '/api/v1/configmaps',
      labelSelector: 'app',
      part: 'metadata',
      digest: metadataDigest,
      changed: (change) => changes.push(change),
      trouble: (error: GitOpsError | undefined) => troubles.push(error?.code),
      signal: controller.signal,
      pollMs: 50,
    })
  }

  afterEach(async () => {
    controller.abort()
    await collection.server.stop()
  })

  const seen = (count: number) =>
    eventually(
      () =>
        Promise.resolve(
          changes.length >= count
            ? changes.map(({ name, object: now }) => (now === undefined ? `${name} gone` : name))
            : undefined,
        ),
      { timeoutMs: 30_000, complaint: () => JSON.stringify(changes) },
    )

  it('tells what changes after the first LIST, and nothing of that', async () => {
    await start([object('a', '1'), object('b', '1')])
    const watch = await collection.watch(1)
    expect(changes).toEqual([])
    watch.write(event('MODIFIED', object('a', '2')))
    watch.write(event('ADDED', object('c', '3')) + event('DELETED', object('b', '4')))
    expect(await seen(3)).toEqual(['a', 'c', 'b gone'])
  })

  it('puts lines together that come in pieces, in the middle of a letter too', async () => {
    await start([])
    const watch = await collection.watch(1)
    const bytes = Buffer.from(event('ADDED', object('ä', '2')))
    const middle = bytes.indexOf(0xc3) + 1
    watch.write(bytes.subarray(0, middle))
    await new Promise((resolve) => setTimeout(resolve, 50))
    watch.write(bytes.subarray(middle))
    expect(await seen(1)).toEqual(['ä'])
  })

  it('does not tell a change of the status, where the server counts generations', async () => {
    const status = { manager: 'controller', operation: 'Update', subresource: 'status' }
    const at = (time: string) => ({ generation: 1, managedFields: [{ ...status, time }] })
    await start([object('a', '1', at('one'))])
    const watch = await collection.watch(1)
    watch.write(event('MODIFIED', object('a', '2', at('two'))))
    watch.write(event('MODIFIED', object('a', '3', { ...at('three'), generation: 2 })))
    expect(await seen(1)).toEqual(['a'])
  })

  it('goes on where it was after a watch has ended or broken off', async () => {
    await start([object('a', '1')])
    ;(await collection.watch(1)).end(event('MODIFIED', object('a', '7')))
    ;(await collection.watch(2)).write(event('BOOKMARK', { metadata: { resourceVersion: '9' } }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    ;(await collection.watch(2)).destroy()
    const third = await collection.watch(3)
    third.write(event('MODIFIED', object('a', '10')))
    expect(await seen(2)).toEqual(['a', 'a'])
    expect(collection.watches.map(({ from }) => from)).toEqual(['1', '7', '9'])
    expect(collection.lists).toBe(1)
    expect(troubles).toEqual([])
  })

  it.each(['an event', 'an answer'])(
    'lists anew after 410 Gone as %s, and tells what was missed',
    async (form) => {
      await start([object('a', '1'), object('b', '1'), object('same', '1')])
      const watch = await collection.watch(1)
      collection.items = [object('a', '5'), object('c', '6'), object('same', '1')]
      collection.version = '6'
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' }
      if (form === 'an event') watch.write(event('ERROR', status))
      else {
        collection.refuse = { code: 410, reason: 'Expired' }
        watch.end()
        await eventually(() => Promise.resolve(collection.lists >= 2 ? true : undefined), {
          timeoutMs: 30_000,
          complaint: () => `${collection.lists} LISTs`,
        })
        collection.refuse = undefined
      }
      expect(await seen(3)).toEqual(['a', 'c', 'b gone'])
      await collection.watch(2)
      expect(collection.watches[1]?.from).toBe('6')
    },
  )

  it('is listed again and again where watching is not allowed', async () => {
    await start([object('a', '1')], { code: 403, reason: 'Forbidden' })
    collection.items = [object('a', '2')]
    expect(await seen(1)).toEqual(['a'])
    collection.items = []
    expect(await seen(2)).toEqual(['a', 'a gone'])
    expect(troubles).toEqual([])
  })

  it('says that it cannot be followed, once, and when it can again', async () => {
    await start([object('a', '1')], { code: 500, reason: 'InternalError' })
    await eventually(() => Promise.resolve(troubles.length > 0 ? true : undefined), {
      timeoutMs: 30_000,
      complaint: () => 'no trouble',
    })
    collection.refuse = undefined
    ;(await collection.watch(1)).write(event('MODIFIED', object('a', '2')))
    expect(await seen(1)).toEqual(['a'])
    expect(troubles).toEqual(['SERVER_ERROR', undefined])
  })

  it('throws what the first LIST is refused with', async () => {
    const server = await startFaultServer((_, response) => {
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"kind":"Status","reason":"Forbidden"}')
    })
    const cluster = await server.connect()
    await expect(
      follow(cluster, {
        path: '/api/v1/configmaps',
        part: 'whole',
        digest: metadataDigest,
        changed: () => undefined,
        trouble: () => undefined,
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await server.stop()
    await start([])
  })

  it('is a GET that the guard lets through, with a selector and bookmarks', async () => {
    await start([])
    await collection.watch(1)
    const [, watch] = collection.server.requests
    expect(watch?.method).toBe('GET')
    expect(watch?.url).toBe(
      '/api/v1/configmaps?watch=1&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=300&labelSelector=app',
    )
  })
})
