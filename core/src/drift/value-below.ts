import { formatJson } from '../json.js'
import { isRecord } from '../object.js'
import type { Path, PathElement } from '../pointer.js'

/** The value that a path leads to; undefined where there is none. */
export const valueAt = (object: unknown, path: Path): unknown => path.reduce(valueBelow, object)

/** One step down: list items go by merge key or by value, for live and Git keep them at different positions. */
export function valueBelow(value: unknown, element: PathElement): unknown {
  if (element.kind === 'field')
    return isRecord(value) && Object.hasOwn(value, element.name) ? value[element.name] : undefined
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  switch (element.kind) {
    case 'key':
      return items.find((item) => hasKeys(item, element.keys))
    case 'value':
      return items.find((item) => formatJson(item) === formatJson(element.value))
    case 'index':
      return items[element.index]
  }
}

/** A key that is left out has its default, which the path has filled in. */
const hasKeys = (item: unknown, keys: Readonly<Record<string, unknown>>): boolean =>
  isRecord(item) &&
  Object.entries(keys).every(([name, value]) => item[name] === undefined || item[name] === value)
