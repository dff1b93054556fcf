import { isRecord, type ManagedFieldsEntry } from '../object.js'
import type { Path, PathElement } from '../pointer.js'

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
export function holds(fields: FieldsV1 | undefined, path: Path): boolean {
  let at = fields
  for (const element of path) {
    if (at === undefined) return false
    if (at !== fields && isLeaf(at)) return true
    at = childOf(at, element)
  }
  return at !== undefined
}

/** The entries that hold a path. */
export function holdersOf(entries: readonly ManagedFieldsEntry[], path: Path): readonly ManagedFieldsEntry[] {
  return entries.filter((entry) => holds(entry.fieldsV1, path))
}

/** A set with nothing below it owns the whole value that stands there. */
export const isLeaf = (fields: FieldsV1): boolean => Object.keys(fields).every((key) => key === '.')

export const asFields = (value: unknown): FieldsV1 | undefined => (isRecord(value) ? value : undefined)

/** Reads the JSON of a `k:` or `v:` name; undefined for what no server writes. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function canonical(value: unknown): string {
  if (!isRecord(value)) return JSON.stringify(value) ?? ''
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
