import { afterEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openApiDocuments } from '@kubectl-gitops/core/live/openapi.js'
import { failureOf, json, startFaultServer, status, type FaultServer } from './http-server.js'

let running: FaultServer | undefined
afterEach(() => running?.stop())

const APPS = JSON.stringify({ openapi: '3.0.0', components: { schemas: { Deployment: {} } } })
const CORE = JSON.stringify({ openapi: '3.0.0', components: { schemas: { Pod: { text: '\u2603' } } } })

function hash(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}

/** Serves documents by the name the index has for them; each under the hash given, or its own. */
async function serving(
  documents: Readonly<Record<string, string>>,
  hashes: Readonly<Record<string, string>> = {},
): Promise<FaultServer> {
  running = await startFaultServer((request, response) => {
    const name = request.url!.split('?')[0]!.slice('/openapi/v3/'.length)
    const text = documents[name]
    if (request.url === '/openapi/v3') {
      const paths = Object.entries(documents).map(([name, text]) => [
        name,
        { serverRelativeURL: `/openapi/v3/${name}?hash=${hashes[name] ?? hash(text)}` },
      ])
      json(response, { paths: Object.fromEntries(paths) as unknown })
    } else if (text === undefined || text === 'fails') json(response, status(503, 'Down', 'down'), 503)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  })
  return running
}

function asked(server: FaultServer): readonly string[] {
  return server.requests.map(({ url }) => url).filter((url) => url !== '/openapi/v3')
}

describe('openApiDocuments', () => {
  it('reads the group versions asked for, and the second time from files only the user can read', async () => {
    const server = await serving({ 'api/v1': CORE, 'apis/apps/v1': APPS, 'apis/batch/v1': APPS })
    const cluster = await server.connect()
    const cache = path.join(server.folder, 'a/cache')
    const wanted = ['apps/v1', 'v1', 'apps/v1', 'example.com/v1']
    const first = await openApiDocuments(cluster, wanted, cache)
    const second = await openApiDocuments(cluster, wanted, cache)
    expect(first).toEqual(
      new Map([
        ['apps/v1', JSON.parse(APPS) as unknown],
        ['v1', JSON.parse(CORE) as unknown],
      ]),
    )
    expect(second).toEqual(first)
    expect([...asked(server)].sort()).toEqual(['/openapi/v3/api/v1', '/openapi/v3/apis/apps/v1'])
    const file = path.join(cache, `openapi-${hash(APPS)}.json`)
    expect((await readdir(cache)).sort()).toEqual(
      [`openapi-${hash(APPS)}.json`, `openapi-${hash(CORE)}.json`].sort(),
    )
    expect([(await stat(cache)).mode & 0o777, (await stat(file)).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it('fetches again what is broken on disk', async () => {
    const server = await serving({ 'apis/apps/v1': APPS })
    const cluster = await server.connect()
    await openApiDocuments(cluster, ['apps/v1'], server.folder)
    const file = path.join(server.folder, `openapi-${hash(APPS)}.json`)
    await writeFile(file, '{"openapi":"3.0.0"}')
    expect(await openApiDocuments(cluster, ['apps/v1'], server.folder)).toEqual(
      new Map([['apps/v1', JSON.parse(APPS) as unknown]]),
    )
    expect([asked(server).length, await readFile(file, 'utf8')]).toEqual([2, APPS])
  })

  it('keeps no document under a hash that is not its own, so one server cannot lie to another', async () => {
    const server = await serving({ 'apis/apps/v1': CORE }, { 'apis/apps/v1': hash(APPS) })
    const documents = await openApiDocuments(await server.connect(), ['apps/v1'], server.folder)
    expect(documents).toEqual(new Map([['apps/v1', JSON.parse(CORE) as unknown]]))
    expect(await readdir(server.folder)).toEqual(['config'])
  })

  it.each(['../../../etc/passwd', 'short', ''])('makes no file name of the hash %j', async (claimed) => {
    const server = await serving({ 'apis/apps/v1': APPS }, { 'apis/apps/v1': claimed })
    const documents = await openApiDocuments(await server.connect(), ['apps/v1'], server.folder)
    expect([documents.size, await readdir(server.folder)]).toEqual([1, ['config']])
  })

  it('leaves out the one group version that fails', async () => {
    const server = await serving({ 'api/v1': 'fails', 'apis/apps/v1': APPS })
    const documents = await openApiDocuments(await server.connect(), ['v1', 'apps/v1'], server.folder)
    expect([...documents.keys()]).toEqual(['apps/v1'])
  })

  it('answers all the same when the cache cannot be written', async () => {
    const server = await serving({ 'apis/apps/v1': APPS })
    const file = path.join(server.folder, 'not-a-folder')
    await writeFile(file, '')
    await chmod(file, 0o400)
    const documents = await openApiDocuments(await server.connect(), ['apps/v1'], path.join(file, 'cache'))
    expect([...documents.keys()]).toEqual(['apps/v1'])
  })

  it('is empty for a server that is too old for it, and throws when the index cannot be read', async () => {
    running = await startFaultServer((_request, response, count) => {
      if (count === 1) response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n')
      else json(response, status(403, 'Forbidden', 'no'), 403)
    })
    const cluster = await running.connect()
    expect(await openApiDocuments(cluster, ['v1'], running.folder)).toEqual(new Map())
    expect(await failureOf(openApiDocuments(cluster, ['v1'], running.folder))).toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})
