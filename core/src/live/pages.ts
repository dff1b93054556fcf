import { GitOpsError } from '../errors.js'
import { isRecord, type KubernetesObject, type ObjectMeta } from '../object.js'
import { statusOf } from './answer.js'

/** Query parameters of a request; a parameter that is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** One page of a LIST; every item says its own apiVersion and kind. */
export interface ObjectPage {
  readonly items: readonly KubernetesObject[]
  readonly resourceVersion: string
}

/** One answer of a LIST, parsed no sooner than asked for. */
export interface PageAnswer {
  /** The continue token, where the text of the answer tells it before it is parsed. */
  readonly next?: string
  /** Throws what a broken answer is refused with. */
  read(): unknown
}

interface RawPage extends ObjectPage {
  readonly next: string
}

const PAGE_SIZE = 500
const RESTARTS = 3

/**
 * Follows a LIST from page to page, and parses one while the next is on its way. When the server says 410 Expired
 * half-way, it starts again and leaves out what was already handed over, so no object comes twice. Throws what `list`
 * throws, and SERVER_ERROR for an answer that is no list.
 * Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
 */
export async function* listPages(
  list: (query: Query) => Promise<PageAnswer>,
  query: Query,
): AsyncGenerator<ObjectPage, void, undefined> {
  const seen = new Set<string>()
  const walk = new Walk(list, query)
  do {
    const { items, resourceVersion } = await walk.page()
    yield { items: items.filter((item) => isNew(item, seen)), resourceVersion }
  } while (walk.next !== '')
}

/** Where a LIST has got to. */
class Walk {
  /** The continue token of the page to come; empty for the first, and after the last. */
  next = ''
  readonly #list: (query: Query) => Promise<PageAnswer>
  readonly #query: Query
  #restarts = 0
  #asked: Promise<PageAnswer | Expired>

  constructor(list: (query: Query) => Promise<PageAnswer>, query: Query) {
    this.#list = list
    this.#query = query
    this.#asked = this.#ask('')
  }

  /** Reads a page, while the one after it is asked for already. */
  async page(): Promise<RawPage> {
    const answer = await this.#answer()
    const ahead = isFurther(answer.next, this.next) ? this.#ask(answer.next) : undefined
    const page = readPage(answer.read())
    if (page.next !== '' && page.next === this.next) throw notAList('the list does not get past one page')
    this.next = page.next
    if (page.next !== '')
      this.#asked = ahead !== undefined && answer.next === page.next ? ahead : this.#ask(page.next)
    return page
  }

  async #answer(): Promise<PageAnswer> {
    for (;;) {
      const answer = await this.#asked
      if (!('expired' in answer)) return answer
      if (this.next === '' || this.#restarts === RESTARTS) throw answer.expired
      this.#restarts++
      this.next = ''
      this.#asked = this.#ask('')
    }
  }

  #ask(next: string): Promise<PageAnswer | Expired> {
    const query = { limit: PAGE_SIZE, ...this.#query, continue: next === '' ? undefined : next }
    const asked = answerOrExpired(this.#list, query)
    // A failure is told when its page's turn comes.
    asked.catch(() => undefined)
    return asked
  }
}

const isFurther = (token: string | undefined, last: string): token is string =>
  token !== undefined && token !== '' && token !== last

interface Expired {
  readonly expired: unknown
}

async function answerOrExpired(
  list: (query: Query) => Promise<PageAnswer>,
  query: Query,
): Promise<PageAnswer | Expired> {
  try {
    return await list(query)
  } catch (thrown) {
    if (statusOf(thrown)?.code === 410) return { expired: thrown }
    throw thrown
  }
}

function isNew(item: KubernetesObject, seen: Set<string>): boolean {
  const identity = JSON.stringify([item.kind, item.metadata.namespace ?? '', item.metadata.name])
  return seen.size < seen.add(identity).size
}

function readPage(body: unknown): RawPage {
  if (!isRecord(body) || !('items' in body)) throw notAList('the answer has no items')
  const { apiVersion, kind, metadata, items } = body
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw notAList('the list has no apiVersion and kind')
  const filled = { apiVersion, kind: kind.replace(/List$/, '') }
  const { continue: next, resourceVersion } = isRecord(metadata) ? metadata : {}
  return {
    items: (Array.isArray(items) ? (items as readonly unknown[]) : []).map((item) =>
      readObject(item, filled),
    ),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    next: typeof next === 'string' ? next : '',
  }
}

/**
 * Checks that an answer is an object with a name; built-in items of a list come without apiVersion and
 * kind, so `filled` gives them. Throws SERVER_ERROR.
 */
export function readObject(
  value: unknown,
  filled: { readonly apiVersion?: string; readonly kind?: string } = {},
): KubernetesObject {
  if (!isRecord(value)) throw notAList('an object is not a mapping')
  const { apiVersion = filled.apiVersion, kind = filled.kind, metadata } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw notAList('an object has no apiVersion and kind')
  return { ...value, apiVersion, kind, metadata: readMetadata(metadata) }
}

function readMetadata(metadata: unknown): ObjectMeta {
  if (!isRecord(metadata) || typeof metadata.name !== 'string') throw notAList('an object has no name')
  const { namespace } = metadata
  if (namespace !== undefined && typeof namespace !== 'string') throw notAList('a namespace is not a string')
  return metadata as unknown as ObjectMeta
}

function notAList(why: string): GitOpsError {
  return new GitOpsError('SERVER_ERROR', {
    what: 'the server answered with something Kubernetes does not send',
    why,
  })
}
