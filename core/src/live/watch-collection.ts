import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { asGitOpsError, GitOpsError } from '../errors.js'
import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { statusOf } from './answer.js'
import type { Cluster } from './cluster.js'
import { listPages, readObject } from './pages.js'

/** One object of a collection that is new, or not as it was, or gone. */
export interface Change {
  readonly namespace: string
  readonly name: string
  /** Undefined where it is gone, or out of the selector's reach. */
  readonly object: KubernetesObject | undefined
}

/** Which collection is followed, and who wants to know. */
export interface Following {
  /** Of a LIST. */
  readonly path: string
  readonly labelSelector?: string
  /** `metadata`: contents never leave the server. */
  readonly part: 'metadata' | 'whole'
  /** What of an object matters: nothing is told while it stays the same. */
  readonly digest: (object: KubernetesObject) => string
  readonly changed: (change: Change) => void
  /** Told once when it cannot be followed, and once with undefined when it can be again. */
  readonly trouble: (error: GitOpsError | undefined) => void
  readonly signal: AbortSignal
  /** Milliseconds between two LISTs where watching is not allowed; 15,000 unless given. */
  readonly pollMs?: number
}

/** A server that is offered a list of metadata for a watch as well ends it at the first event. */
const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`

const ACCEPT = {
  whole: { list: 'application/json', watch: 'application/json' },
  metadata: { list: partial('PartialObjectMetadataList'), watch: partial('PartialObjectMetadata') },
} as const

const PARTIAL = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' }

/** Seconds until the server ends a watch by itself; a bookmark comes about every minute. */
const WATCH_SECONDS = 300
const SILENCE_MS = (WATCH_SECONDS + 30) * 1000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** How often to list where watching is not allowed. */
const POLL_MS = 15_000
/** After so many failures in a row the server may have forgotten what the watch goes on from. */
const PATIENCE = 3

/**
 * Follows a collection until the signal is aborted: lists it, then watches on from there. A watch that ends is resumed
 * where it was; after 410 Gone the collection is listed again and compared with what was known. Keeps of each object
 * a digest alone. Answers as soon as the first LIST is there, and goes on by itself.
 * Source: client-go tools/cache/reflector.go.
 * @throws GitOpsError what the first LIST throws
 */
export async function follow(cluster: Pick<Cluster, 'get' | 'lines'>, following: Following): Promise<void> {
  const follower = new Follower(cluster, following)
  await follower.list()
  void follower.run()
}

class Follower {
  readonly #cluster: Pick<Cluster, 'get' | 'lines'>
  readonly #it: Following
  /** Undefined before the first LIST, whose objects are no changes. */
  #known: Map<string, string> | undefined
  /** Empty where it has to be listed anew. */
  #version = ''
  #failures = 0
  #mayWatch = true

  constructor(cluster: Pick<Cluster, 'get' | 'lines'>, following: Following) {
    this.#cluster = cluster
    this.#it = following
  }

  async list(): Promise<void> {
    const { path, labelSelector, part, digest } = this.#it
    const found = new Map<string, string>()
    const news: KubernetesObject[] = []
    const list = async (query: Parameters<Cluster['get']>[1]): Promise<{ read(): unknown }> => {
      const body = await this.#cluster.get(path, query, ACCEPT[part].list)
      return { read: () => body }
    }
    let version = ''
    for await (const page of listPages(list, { labelSelector })) {
      version = page.resourceVersion
      for (const item of page.items) {
        found.set(nameOf(item), digest(item))
        if (this.#known !== undefined && this.#known.get(nameOf(item)) !== digest(item)) news.push(item)
      }
    }
    const gone = [...(this.#known?.keys() ?? [])].filter((name) => !found.has(name))
    this.#known = found
    this.#version = version
    for (const object of news) this.#tell(nameOf(object), object)
    for (const name of gone) this.#tell(name, undefined)
  }

  async run(): Promise<void> {
    const { signal } = this.#it
    while (!signal.aborted) {
      const pause = await this.#turn()
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** One LIST or watch; answers the milliseconds to wait before the next. */
  async #turn(): Promise<number> {
    const began = Date.now()
    try {
      if (this.#version === '') await this.list()
      if (!this.#mayWatch) {
        this.#version = ''
        return this.#succeeded(this.#it.pollMs ?? POLL_MS)
      }
      await this.#watch()
      // A server that ends every watch at once is not asked in a tight loop.
      return Date.now() - began > FIRST_PAUSE_MS ? 0 : FIRST_PAUSE_MS
    } catch (thrown) {
      return this.#it.signal.aborted ? 0 : this.#failed(asGitOpsError(thrown))
    }
  }

  async #watch(): Promise<void> {
    const { path, labelSelector, part, signal } = this.#it
    const query = {
      watch: 1,
      allowWatchBookmarks: true,
      resourceVersion: this.#version,
      timeoutSeconds: WATCH_SECONDS,
      labelSelector,
    }
    const lines = this.#cluster.lines(path, query, {
      accept: ACCEPT[part].watch,
      signal,
      silenceMs: SILENCE_MS,
    })
    for await (const line of lines) {
      this.#take(JSON.parse(line) as unknown)
      this.#succeeded(0)
    }
  }

  #take(event: unknown): void {
    const { type, object } = isRecord(event) ? event : {}
    if (type === 'ERROR') throw watchError(object)
    // A bookmark is no object: it has a version and no name.
    const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {}
    if (type !== 'BOOKMARK') this.#see(readObject(object, PARTIAL), type === 'DELETED')
    if (typeof metadata.resourceVersion === 'string') this.#version = metadata.resourceVersion
  }

  #see(object: KubernetesObject, isGone: boolean): void {
    const name = nameOf(object)
    const digest = this.#it.digest(object)
    if (isGone) this.#known?.delete(name)
    else if (this.#known?.get(name) === digest) return
    else this.#known?.set(name, digest)
    this.#tell(name, isGone ? undefined : object)
  }

  #tell(identity: string, object: KubernetesObject | undefined): void {
    const [namespace = '', name = ''] = identity.split('/')
    this.#it.changed({ namespace, name, object })
  }

  #succeeded(pause: number): number {
    if (this.#failures >= PATIENCE) this.#it.trouble(undefined)
    this.#failures = 0
    return pause
  }

  #failed(error: GitOpsError): number {
    const code = statusOf(error)?.code
    if (code === 410) {
      this.#version = ''
      return FIRST_PAUSE_MS
    }
    if (error.code === 'FORBIDDEN' && this.#version !== '') {
      this.#mayWatch = false
      return 0
    }
    this.#failures++
    if (this.#failures === PATIENCE) this.#it.trouble(error)
    if (this.#failures >= PATIENCE) this.#version = ''
    return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10), LONGEST_PAUSE_MS)
  }
}

/** As the server would have answered a request. */
function watchError(status: unknown): GitOpsError {
  const { code, reason, message } = isRecord(status) ? status : {}
  const cause = { code: typeof code === 'number' ? code : 0, reason: String(reason), name: '' }
  return new GitOpsError('SERVER_ERROR', {
    what: `the server ended a watch (${cause.reason})`,
    why: typeof message === 'string' ? message : undefined,
    cause,
  })
}

const nameOf = ({ metadata: { namespace = '', name } }: KubernetesObject): string => `${namespace}/${name}`

/** A digest of values that can be written as JSON. */
export const digestOf = (...values: readonly unknown[]): string =>
  createHash('sha256').update(formatJson(values)).digest('base64').slice(0, 22)

/**
 * What of an object's metadata can change its verdict. Where the server counts generations, a status that is written
 * every second does not.
 */
export function metadataDigest({ metadata }: KubernetesObject): string {
  const { uid, generation, resourceVersion, labels, annotations, finalizers, ownerReferences } = metadata
  if (generation === undefined) return digestOf(uid, resourceVersion)
  const managers = metadata.managedFields?.filter(({ subresource }) => subresource !== 'status')
  return digestOf(
    ...[uid, generation, labels, annotations, finalizers, ownerReferences],
    ...[metadata.deletionTimestamp, managers],
  )
}
