import { parseJson } from '../json.js'
import { isRecord, type ManagedFieldsEntry } from '../object.js'
import type { ReadManagedFields } from './managed-fields-text.js'

const KEY = '"managedFields":['

/**
 * Parses the JSON of a LIST page. Half of a page is managedFields, whose names are all different and slow to parse:
 * they are cut out of the text and read when somebody asks for them. Throws SyntaxError for what is no JSON.
 */
export function parsePage(text: string, read: ReadManagedFields): unknown {
  const { rest, cuts } = cutManagedFields(text)
  const body = parseJson(rest)
  if (cuts.length === 0) return body
  const items: readonly unknown[] = isRecord(body) && Array.isArray(body.items) ? body.items : []
  const metadata = items.map((item) => (isRecord(item) ? item.metadata : undefined)).filter(isCut)
  // A field of that name stands somewhere else than in the metadata of an item.
  if (metadata.length !== cuts.length) return parseJson(text)
  for (const one of metadata) restore(one, cuts, read)
  return body
}

/** The continue token of a page, which stands before its items; undefined where it cannot be told so early. */
export function continueToken(text: string): string | undefined {
  const head = /^\{(?:"[a-zA-Z]+":"[^"\\]*",)*"metadata":(\{[^{}[\]]*\}),"items":/.exec(
    text.slice(0, 4096),
  )?.[1]
  if (head === undefined) return undefined
  try {
    const { continue: token = '' } = JSON.parse(head) as { readonly continue?: unknown }
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}

/** Metadata of which the managedFields are the number of a cut. */
interface CutMetadata {
  managedFields: number
}

const isCut = (metadata: unknown): metadata is CutMetadata =>
  isRecord(metadata) && typeof metadata.managedFields === 'number'

function restore(metadata: CutMetadata, cuts: readonly string[], read: ReadManagedFields): void {
  const text = cuts[metadata.managedFields] ?? '[]'
  const get = (): readonly ManagedFieldsEntry[] => read(text)
  Object.defineProperty(metadata, 'managedFields', { get, enumerable: true, configurable: true })
}

/** A quote within a JSON string is escaped, so the key cannot occur in one. */
function cutManagedFields(text: string): { readonly rest: string; readonly cuts: readonly string[] } {
  const parts: string[] = []
  const cuts: string[] = []
  let done = 0
  for (let at = text.indexOf(KEY); at >= 0; at = text.indexOf(KEY, done)) {
    const start = at + KEY.length - 1
    const end = endOfArray(text, start)
    if (end < 0) break
    parts.push(text.slice(done, start), String(cuts.length))
    cuts.push(text.slice(start, end))
    done = end
  }
  return { rest: parts.join('') + text.slice(done), cuts }
}

const QUOTE = 34
const BACKSLASH = 92
/** `[` and `{`, `]` and `}`. */
const OPENING = new Set([91, 123])
const CLOSING = new Set([93, 125])

/** Where the array that starts at an index ends; -1 where it does not. */
function endOfArray(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
      if (at < 0) return -1
    } else if (OPENING.has(char)) depth++
    else if (CLOSING.has(char) && --depth === 0) return at + 1
  }
  return -1
}

/** The index of the quote that closes the string which one opens; -1 where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
  }
  return -1
}
