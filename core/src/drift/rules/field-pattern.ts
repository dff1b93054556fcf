import { isRecord } from '../../object.js'
import { fieldPath, type Path, type PathElement } from '../../pointer.js'
import { keyElement } from '../merge-key.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from '../schema.js'
import { valueBelow } from '../value-below.js'

/** One step of a pattern: a name in which `*` stands for any letters, or items of a list that have a value. */
export type Segment =
  | { readonly kind: 'name'; readonly glob: Glob }
  | { readonly kind: 'item'; readonly key: string; readonly glob: Glob }

type Glob = readonly string[]

export type FieldPattern = readonly Segment[]

/**
 * Reads an RFC 6901 pointer in which a step may be `*` or hold one (`linkerd.io~1*`), and a list item may be named by
 * one of its fields (`[name=web]`) or by its own value (`[=a]`). Throws a SyntaxError that says what is wrong.
 */
export function parseFieldPattern(text: string): FieldPattern {
  if (text === '') return []
  if (!text.startsWith('/')) throw new SyntaxError('a path begins with / (RFC 6901)')
  return text.slice(1).split('/').map(readSegment)
}

function readSegment(text: string): Segment {
  if (/~(?![01])/.test(text)) throw new SyntaxError('~ is written ~0, and / in a name ~1 (RFC 6901)')
  const step = text.replaceAll('~1', '/').replaceAll('~0', '~')
  const item = /^\[([^=[\]]*)=(.*)\]$/.exec(step)
  if (item !== null) return { kind: 'item', key: item[1] ?? '', glob: readGlob(item[2] ?? '') }
  if (step.startsWith('[')) throw new SyntaxError(`${text} is no list item: write [name=value]`)
  return { kind: 'name', glob: readGlob(step) }
}

const readGlob = (text: string): Glob => text.split(/\*+/)

/** Takes the first place where each part fits, which is enough for globs and cannot be slow. */
function matchesGlob([first = '', ...parts]: Glob, text: string): boolean {
  if (parts.length === 0) return text === first
  const last = parts.at(-1) ?? ''
  const end = text.length - last.length
  if (!text.startsWith(first) || end < first.length || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(0, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** Does a pattern cover a field: what it names, or something below that? `object` is where the path leads. */
export function coversField(pattern: FieldPattern, path: Path, object: unknown): boolean {
  if (pattern.length > path.length) return false
  let at: unknown = object
  for (const [index, segment] of pattern.entries()) {
    const element = path[index]
    if (element === undefined) return false
    at = valueBelow(at, element)
    if (!matchesElement(segment, element, at)) return false
  }
  return true
}

function matchesElement(segment: Segment, element: PathElement, value: unknown): boolean {
  if (segment.kind === 'item') {
    if (element.kind === 'field') return false
    return matchesItem(segment, element.kind === 'key' ? { ...record(value), ...element.keys } : value)
  }
  return matchesGlob(segment.glob, element.kind === 'field' ? element.name : String(element.index))
}

function matchesItem({ key, glob }: Extract<Segment, { readonly kind: 'item' }>, value: unknown): boolean {
  const found = key === '' ? value : record(value)[key]
  return isScalar(found) && matchesGlob(glob, String(found))
}

/** Every place of an object that a pattern names, with list items named as the server's schema says. */
export function fieldsMatching(
  pattern: FieldPattern,
  object: unknown,
  type: FieldType | undefined,
): readonly Path[] {
  let places: readonly Place[] = [{ value: object, type: type ?? UNKNOWN_TYPE, path: [] }]
  for (const segment of pattern)
    places = places.flatMap((place) =>
      children(place).filter(({ path, value }) => {
        const element = path.at(-1)
        return element !== undefined && matchesElement(segment, element, value)
      }),
    )
  return places.map(({ path }) => path)
}

interface Place {
  readonly value: unknown
  readonly type: FieldType
  readonly path: Path
}

function children({ value, type, path }: Place): readonly Place[] {
  if (isRecord(value))
    return Object.entries(value).map(([name, below]) => {
      const here = fieldPath(path, name)
      return { value: below, type: typeBelow(type, here.at(-1) ?? NOWHERE), path: here }
    })
  if (!Array.isArray(value)) return []
  const items: readonly unknown[] = value
  return items.map((item, index) => {
    const element = elementOf(item, index, type)
    return { value: item, type: typeBelow(type, element), path: [...path, element] }
  })
}

const NOWHERE: PathElement = { kind: 'index', index: 0 }

function elementOf(item: unknown, index: number, type: FieldType): PathElement {
  if (type.kind === 'list' && type.relation === 'map')
    return keyElement(item, type.keys, index) ?? { kind: 'index', index }
  if (type.kind === 'list' && type.relation === 'set') return { kind: 'value', value: item, index }
  return { kind: 'index', index }
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
