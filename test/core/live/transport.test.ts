import { afterEach, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import { gzipSync } from 'node:zlib'
import { send, type Wire } from '@kubectl-gitops/core/live/transport.js'
import { failureOf, startFaultServer, type FaultServer, type Handler } from './http-server.js'

let running: FaultServer | undefined
const agent = new http.Agent()
afterEach(async () => {
  await running?.stop()
})

async function wire(handler: Handler): Promise<Wire> {
  running = await startFaultServer(handler)
  const closed = new AbortController().signal
  return { server: new URL(running.url), agent, timeoutMs: 5_000, maxBytes: 1000, closed }
}

const REQUEST = { method: 'GET', target: '/api', headers: {} }

describe('send', () => {
  it.each([
    ['a body', (response: http.ServerResponse) => response.end('x'.repeat(1001))],
    [
      'a body that is small until it is decompressed',
      (response: http.ServerResponse) =>
        response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(100_000))),
    ],
    [
      'a body without an end',
      (response: http.ServerResponse) => {
        const more = setInterval(() => response.write('x'.repeat(400)), 1)
        response.on('close', () => {
          clearInterval(more)
        })
      },
    ],
  ])('stops reading %s at the limit', async (_what, answer) => {
    const to = await wire((_request, response) => {
      answer(response)
    })
    expect(await failureOf(send(to, REQUEST))).toEqual({
      code: 'LIMIT_EXCEEDED',
      message: "the server's answer is larger than 1000 bytes",
      why: 'answers are read whole, so their size is bounded',
    })
  })

  it('reads a body of exactly the limit', async () => {
    const to = await wire((_request, response) => {
      response.setHeader('retry-after', '7').end('x'.repeat(1000))
    })
    expect(await send(to, REQUEST)).toEqual({
      status: 200,
      contentType: '',
      retryAfter: 7,
      text: 'x'.repeat(1000),
    })
  })

  it('does not repeat a POST that met a closed connection', async () => {
    const keep = new http.Agent({ keepAlive: true })
    const to = {
      ...(await wire((request, response, count) => {
        if (count === 1) response.end('{}')
        else request.socket.resetAndDestroy()
      })),
      agent: keep,
    }
    await send(to, { ...REQUEST, method: 'POST', body: '{}' })
    expect(await failureOf(send(to, { ...REQUEST, method: 'POST', body: '{}' }))).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
    })
    expect(running?.requests.length).toBe(2)
    keep.destroy()
  })
})
