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

interface RawPage extends ObjectPage {
  readonly next: string
}

const PAGE_SIZE = 500
const RESTARTS = 3

/**
 * Follows a LIST from page to page. When the server says 410 Expired half-way, it starts again and leaves
 * out what was already handed over, so no object comes twice. Throws what `list` throws, and SERVER_ERROR
 * for an answer that is no list.
 * Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
 */
export async function* listPages(
  list: (query: Query) => Promise<unknown>,
  query: Query,
): AsyncGenerator<ObjectPage, void, undefined> {
  const seen = new Set<string>()
  let next = ''
  let restarts = 0
  for (;;) {
    const page = await pageOrExpired(list, {
      limit: PAGE_SIZE,
      ...query,
      continue: next === '' ? undefined : next,
    })
    if ('expired' in page) {
      if (next === '' || restarts === RESTARTS) throw page.expired
      restarts++
      next = ''
      continue
    }
    if (page.next !== '' && page.next === next) throw notAList('the list does not get past one page')
    next = page.next
    yield { items: page.items.filter((item) => isNew(item, seen)), resourceVersion: page.resourceVersion }
    if (next === '') return
  }
}

async function pageOrExpired(
  list: (query: Query) => Promise<unknown>,
  query: Query,
): Promise<RawPage | { readonly expired: unknown }> {
  try {
    return readPage(await list(query))
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
