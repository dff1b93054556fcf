import { formatJson } from '../json.js'
import { isRecord } from '../object.js'
import type { PathElement } from '../pointer.js'
import type { ListKey } from './schema.js'

/** One item of a list whose items correspond by merge keys. */
export interface KeyedItem {
  readonly value: unknown
  readonly element: KeyElement
}

export type KeyElement = Extract<PathElement, { readonly kind: 'key' }>

/** Names a list item by its merge keys, defaults filled in; undefined where it has none. */
export function keyElement(item: unknown, keys: readonly ListKey[], index: number): KeyElement | undefined {
  if (!isRecord(item)) return undefined
  const entries = keys.flatMap((key): (readonly [string, unknown])[] => {
    const value = item[key.name] ?? key.default
    return value === undefined ? [] : [[key.name, value]]
  })
  return entries.length === 0 ? undefined : { kind: 'key', keys: Object.fromEntries(entries), index }
}

/** Indexes list items by merge key; undefined where an item lacks one or two items share one. */
export function indexByKeys(
  items: readonly unknown[],
  keys: readonly ListKey[],
): ReadonlyMap<string, KeyedItem> | undefined {
  return indexBy(items, (item, index) => keyElement(item, keys, index))
}

/** The same by keys of any making. */
export function indexBy(
  items: readonly unknown[],
  elementOf: (item: unknown, index: number) => KeyElement | undefined,
): ReadonlyMap<string, KeyedItem> | undefined {
  const index = new Map<string, KeyedItem>()
  for (const [position, value] of items.entries()) {
    const element = elementOf(value, position)
    if (element === undefined) return undefined
    const identity = formatJson(element.keys)
    if (index.has(identity)) return undefined
    index.set(identity, { value, element })
  }
  return index
}

/** The first item that has the merge key of an earlier one. */
export function repeatedKey(items: readonly unknown[], keys: readonly ListKey[]): KeyElement | undefined {
  const seen = new Set<string>()
  return items
    .flatMap((item, index) => keyElement(item, keys, index) ?? [])
    .find((element) => {
      const identity = formatJson(element.keys)
      const isRepeated = seen.has(identity)
      seen.add(identity)
      return isRepeated
    })
}
