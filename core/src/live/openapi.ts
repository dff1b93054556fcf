import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GitOpsError } from '../errors.js'
import { groupVersion, isRecord } from '../object.js'
import type { Cluster } from './cluster.js'

type Source = Pick<Cluster, 'get' | 'text'>

const HASH = /^[0-9A-F]{128}$/

/**
 * The OpenAPI v3 documents of group versions (`apps/v1`, `v1`), from the cache folder where they are there.
 * A group version that the server does not describe or fails to is left out; a server without OpenAPI v3
 * gives an empty map. The folder may be deleted at any time. Throws what `Cluster.get` throws for the index.
 *
 * The hash in the index is the SHA-512 of the document, so a file is named by what it holds: documents are
 * shared between clusters, and neither a broken file nor a lying server can put a wrong one there.
 * Source: kube-openapi pkg/handler3/handler.go, computeETag.
 */
export async function openApiDocuments(
  cluster: Source,
  apiVersions: readonly string[],
  cacheDirectory: string,
): Promise<ReadonlyMap<string, unknown>> {
  const paths = await index(cluster)
  if (paths === undefined) return new Map()
  const wanted = [...new Set(apiVersions)].filter((apiVersion) => paths[indexName(apiVersion)] !== undefined)
  const documents = await Promise.all(
    wanted.map(async (apiVersion): Promise<[string, unknown]> => {
      const entry = paths[indexName(apiVersion)]
      return [apiVersion, await oneDocument(cluster, indexName(apiVersion), hashOf(entry), cacheDirectory)]
    }),
  )
  return new Map(documents.filter(([, document]) => isRecord(document)))
}

async function index(cluster: Source): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const document = await cluster.get('/openapi/v3')
    return isRecord(document) && isRecord(document.paths) ? document.paths : {}
  } catch (thrown) {
    if (thrown instanceof GitOpsError && thrown.code === 'NOT_FOUND') return undefined
    throw thrown
  }
}

function indexName(apiVersion: string): string {
  const { group, version } = groupVersion(apiVersion)
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

function hashOf(entry: unknown): string | undefined {
  const url = isRecord(entry) ? entry.serverRelativeURL : undefined
  const hash = /[?&]hash=([0-9A-Fa-f]+)(?:&|$)/.exec(typeof url === 'string' ? url : '')?.[1]?.toUpperCase()
  return hash !== undefined && HASH.test(hash) ? hash : undefined
}

async function oneDocument(
  cluster: Source,
  name: string,
  hash: string | undefined,
  cacheDirectory: string,
): Promise<unknown> {
  const file = hash === undefined ? undefined : path.join(cacheDirectory, `openapi-${hash}.json`)
  const cached = file === undefined ? undefined : await readCached(file, hash)
  if (cached !== undefined) return JSON.parse(cached) as unknown
  try {
    // Asked for without the hash: when the document has changed since, the new one is wanted.
    const text = await cluster.text(`/openapi/v3/${name}`)
    if (file !== undefined && digest(text) === hash) await writeCached(file, text)
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

async function readCached(file: string, hash: string | undefined): Promise<string | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    return digest(text) === hash ? text : undefined
  } catch {
    return undefined
  }
}

/** A cache that cannot be written costs time, not the answer. */
async function writeCached(file: string, text: string): Promise<void> {
  const directory = path.dirname(file)
  let scratch: string | undefined
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    scratch = await mkdtemp(path.join(directory, 'writing-'))
    await writeFile(path.join(scratch, 'document'), text, { mode: 0o600 })
    await rename(path.join(scratch, 'document'), file)
  } catch {
    return
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true })
  }
}

function digest(text: string): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}
