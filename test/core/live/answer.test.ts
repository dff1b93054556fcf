import { afterEach, describe, expect, it } from '@jest/globals'
import { failureOf, json, startFaultServer, status, type FaultServer, type Handler } from './http-server.js'

let running: FaultServer | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(handler: Handler): Promise<FaultServer> {
  running = await startFaultServer(handler)
  return running
}

const PODS = '/api/v1/pods'

describe('answers that are errors', () => {
  const forbidden = 'pods is forbidden: User "jo" cannot list resource "pods"'
  it.each<[number, string, object | string, Record<string, unknown>]>([
    [
      401,
      'application/json',
      status(401, 'Unauthorized', 'Unauthorized'),
      { code: 'UNAUTHORIZED', message: 'You must be logged in to the server (Unauthorized)' },
    ],
    [
      401,
      'text/html',
      '<p>login</p>',
      { code: 'UNAUTHORIZED', message: 'You must be logged in to the server (Unauthorized)' },
    ],
    [
      403,
      'application/json',
      status(403, 'Forbidden', forbidden),
      { code: 'FORBIDDEN', message: 'Error from server (Forbidden): GET /api/v1/pods', why: forbidden },
    ],
    [
      404,
      'application/json',
      status(404, 'NotFound', 'pods "x" not found', { name: 'x' }),
      {
        code: 'NOT_FOUND',
        message: 'Error from server (NotFound): GET /api/v1/pods',
        why: 'pods "x" not found',
      },
    ],
    [404, 'text/plain', '404 page not found\n', { code: 'NOT_FOUND', why: '404 page not found' }],
    [
      404,
      'text/html; charset=utf-8',
      '<h1>Nothing here</h1>',
      {
        code: 'SERVER_ERROR',
        message: 'the server answered GET /api/v1/pods with text/html that is not Kubernetes JSON (HTTP 404)',
        why: '<h1>Nothing here</h1>',
      },
    ],
    [
      500,
      'application/json',
      status(500, 'InternalError', 'conversion webhook failed\u001b[31m\n'),
      {
        code: 'SERVER_ERROR',
        message: 'Error from server (InternalError): GET /api/v1/pods',
        why: 'conversion webhook failed [31m',
      },
    ],
    [302, 'text/html', '<a href="https://login.example">Found</a>', { code: 'SERVER_ERROR' }],
    [
      200,
      'text/html',
      `<!DOCTYPE html>\u0007${'x'.repeat(200)}`,
      {
        code: 'SERVER_ERROR',
        message: 'the server answered GET /api/v1/pods with text/html that is not Kubernetes JSON (HTTP 200)',
        why: `<!DOCTYPE html> ${'x'.repeat(64)}`,
      },
    ],
    [
      200,
      'application/json',
      '{"kind":"Secret","data":{"p":"czNjcmV0"',
      { code: 'SERVER_ERROR', why: 'the JSON is broken or breaks off' },
    ],
    [200, 'application/json', '', { code: 'SERVER_ERROR', why: 'the answer is empty' }],
  ])('%d %s', async (code, type, body, expected) => {
    const server = await start((_request, response) => {
      response
        .writeHead(code, { 'content-type': type })
        .end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    const cluster = await server.connect()
    const failure = await failureOf(cluster.get(PODS, { continue: 'page-token' }))
    expect(failure).toEqual(expect.objectContaining(expected))
    expect(JSON.stringify(failure)).not.toMatch(/the-token|page-token/)
  })

  it('does not follow a redirect, so the token goes nowhere else', async () => {
    const server = await start((_request, response) => {
      response.writeHead(301, { location: '/api/v1/elsewhere' }).end()
    })
    const cluster = await server.connect()
    expect(await failureOf(cluster.get(PODS))).toMatchObject({
      code: 'SERVER_ERROR',
      why: 'the answer is empty',
    })
    expect(server.requests.length).toBe(1)
  })
})

describe('a busy server', () => {
  it.each([429, 503])('is asked again after %d when it says when', async (code) => {
    const server = await start((_request, response, count) => {
      if (count < 4) json(response, status(code, 'Busy', 'later'), code, { 'retry-after': '0' })
      else json(response, { ok: true })
    })
    expect(await (await server.connect()).get(PODS)).toEqual({ ok: true })
  })

  it('is left alone after three retries, or when it says nothing or asks for too long', async () => {
    const server = await start((request, response) => {
      const wait = { '/api/v1/a': '0', '/api/v1/b': '31', '/api/v1/c': 'Wed, 21 Oct 2065 07:28:00 GMT' }[
        request.url ?? ''
      ]
      json(
        response,
        status(429, 'TooManyRequests', 'slow down'),
        429,
        wait === undefined ? {} : { 'retry-after': wait },
      )
    })
    const cluster = await server.connect()
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(await failureOf(cluster.get(`/api/v1/${name}`))).toMatchObject({
        code: 'SERVER_ERROR',
        why: 'slow down',
      })
    }
    expect(server.requests.map(({ url }) => url.slice(-1)).join('')).toBe('aaaabcd')
  })
})
