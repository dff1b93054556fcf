import { formatJson, parseJson } from '../json.js'
import { isRecord, type ManagedFieldsEntry } from '../object.js'
import type { Path, PathElement } from '../pointer.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'

/** One set of fields in `fieldsV1` form: `f:name`, `k:{…}`, `v:…`, `i:N`, `.`. */
export type FieldsV1 = Readonly<Record<string, unknown>>

/** Finds the child of a field set that an element names. Source: structured-merge-diff fieldpath/serialize-pe.go. */
export function childOf(fields: FieldsV1, element: PathElement): FieldsV1 | undefined {
  if (element.kind === 'field') return asFields(fields[`f:${element.name}`])
  if (element.kind === 'index') return asFields(fields[`i:${element.index}`])
  const prefix = element.kind === 'key' ? 'k:' : 'v:'
  const wanted = canonical(element.kind === 'key' ? element.keys : element.value)
  const name = Object.keys(fields).find(
    (key) => key.startsWith(prefix) && canonical(parse(key.slice(2))) === wanted,
  )
  return name === undefined ? undefined : asFields(fields[name])
}

/** Does a field set hold a path: the path itself, something below it, or a whole value that contains it? */
export function holds(fields: FieldsV1 | undefined, path: Path, root: FieldType = UNKNOWN_TYPE): boolean {
  let at = fields
  let type = root
  for (const element of path) {
    if (at === undefined) return false
    if (at !== fields && isLeaf(at)) return !isGranular(type)
    at = childOf(at, element)
    type = typeBelow(type, element)
  }
  return at !== undefined
}

/** The entries that hold a path. */
export function holdersOf(
  entries: readonly ManagedFieldsEntry[],
  path: Path,
  type?: FieldType,
): readonly ManagedFieldsEntry[] {
  return entries.filter((entry) => holds(entry.fieldsV1, path, type))
}

/** A set with nothing below it owns what stands there: the whole of it, or an empty map or list. */
export const isLeaf = (fields: FieldsV1): boolean => Object.keys(fields).every((key) => key === '.')

/** Is each field or item below owned on its own, so that a leaf stands for an empty value? */
export function isGranular(type: FieldType): boolean {
  return (type.kind === 'map' && !type.atomic) || (type.kind === 'list' && type.relation !== 'atomic')
}

export const asFields = (value: unknown): FieldsV1 | undefined => (isRecord(value) ? value : undefined)

/** Reads the JSON of a `k:` or `v:` name; undefined for what no server writes. */
export function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function canonical(value: unknown): string | undefined {
  if (!isRecord(value)) return formatJson(value)
  return formatJson(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
