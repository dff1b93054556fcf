import { isRecord } from '../../object.js'
import { stepInto, type Path, type PathElement } from '../../pointer.js'

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
export function matchesGlob([first = '', ...parts]: Glob, text: string): boolean {
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
    at = stepInto(at, element)
    if (!matchesElement(segment, element, at)) return false
  }
  return true
}

/** Does one step of a pattern stand for this element of a path? */
export function matchesElement(segment: Segment, element: PathElement, value: unknown): boolean {
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

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

const isScalar = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
