import { formatJson } from '../json.js'
import { isRecord } from '../object.js'
import type { Path, PathElement } from '../pointer.js'
import { keyElement } from './merge-key.js'
import { typeBelow, type FieldType, type ListKey } from './schema.js'

/** A list item, and the step that leads to it. */
export interface FoundItem {
  readonly item: unknown
  readonly element: PathElement
}

/** A field of its own, never one that JavaScript gives to all objects. */
export const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** The first list item with these merge keys; a key that the item leaves out is the schema's default. */
export function itemByKeys(list: unknown, type: FieldType, keys: unknown): FoundItem | undefined {
  if (!isRecord(keys)) return undefined
  const stated =
    type.kind === 'list' && type.keys.length > 0 ? type.keys : Object.keys(keys).map(withoutSchema)
  return findItem(list, (item, index) => {
    const element = keyElement(item, stated, index)
    const same =
      element !== undefined &&
      Object.entries(keys).every(([name, value]) => sameJson(element.keys[name], value))
    return same ? element : undefined
  })
}

/** The first list item that is this value. */
export function itemByValue(list: unknown, value: unknown): FoundItem | undefined {
  return findItem(list, (item, index) =>
    sameJson(item, value) ? { kind: 'value', value: item, index } : undefined,
  )
}

function findItem(
  list: unknown,
  match: (item: unknown, index: number) => PathElement | undefined,
): FoundItem | undefined {
  if (!Array.isArray(list)) return undefined
  for (const [index, item] of list.entries()) {
    const element = match(item, index)
    if (element !== undefined) return { item, element }
  }
  return undefined
}

/** What stands at a path, wherever its list items are; undefined where nothing does. */
export function valueAt(object: unknown, path: Path, root: FieldType): unknown {
  let value = object
  let type = root
  for (const element of path) {
    value = oneDown(value, type, element)
    if (value === undefined) return undefined
    type = typeBelow(type, element)
  }
  return value
}

function oneDown(value: unknown, type: FieldType, element: PathElement): unknown {
  switch (element.kind) {
    case 'field':
      return own(value, element.name)
    case 'key':
      return itemByKeys(value, type, element.keys)?.item
    case 'value':
      return itemByValue(value, element.value)?.item
    case 'index':
      return Array.isArray(value) ? (value[element.index] as unknown) : undefined
  }
}

/** The one merge key with a default among the built-in kinds: the protocol of a port. */
const withoutSchema = (name: string): ListKey => (name === 'protocol' ? { name, default: 'TCP' } : { name })

const sameJson = (a: unknown, b: unknown): boolean => formatJson(a) === formatJson(b)
