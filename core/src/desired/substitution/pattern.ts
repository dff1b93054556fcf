import { runeAt, type ByteText } from './byte-text.js'

/** Does a pattern match a whole name, or is it malformed as far as it had to be read? */
export type PatternMatch = 'yes' | 'no' | 'malformed'

type ChunkMatch = { readonly kind: 'yes'; readonly rest: ByteText } | { readonly kind: 'no' | 'malformed' }

const NO: ChunkMatch = { kind: 'no' }
const MALFORMED: ChunkMatch = { kind: 'malformed' }

/**
 * Matches a shell pattern against the whole of a name: `*` any run (of `/` too), `?` one rune, `[a-z]` and
 * `[^a-z]` classes, a backslash before a literal. Source: fluxcd/pkg envsubst, path/match.go: the pattern
 * is only found malformed where matching gets that far.
 */
export function matchPattern(pattern: ByteText, name: ByteText): PatternMatch {
  let [left, remaining] = [pattern, name]
  while (left !== '') {
    const { star, chunk, rest } = nextChunk(left)
    if (star && chunk === '') return 'yes'
    const found = matchSomewhere(chunk, remaining, star, rest === '')
    if (found.kind !== 'yes') return found.kind
    ;[left, remaining] = [rest, found.rest]
  }
  return remaining === '' ? 'yes' : 'no'
}

/** At the start of the name, or after a star anywhere; the last chunk has to reach the end. */
function matchSomewhere(chunk: ByteText, name: ByteText, star: boolean, isLast: boolean): ChunkMatch {
  const lastStart = star ? name.length : 0
  for (let start = 0; start <= lastStart; start += 1) {
    const found = matchChunk(chunk, name.slice(start))
    if (found.kind === 'malformed') return found
    if (found.kind === 'yes' && (!isLast || found.rest === '')) return found
  }
  return NO
}

interface Chunk {
  readonly star: boolean
  readonly chunk: ByteText
  readonly rest: ByteText
}

/** Everything up to the next star; a star inside brackets is a character. */
function nextChunk(pattern: ByteText): Chunk {
  const start = /^\*+/.exec(pattern)?.[0].length ?? 0
  let inBrackets = false
  let at = start
  for (; at < pattern.length; at += 1) {
    const character = pattern.charAt(at)
    if (character === '*' && !inBrackets) break
    if (character === '\\' && at + 1 < pattern.length) at += 1
    else if (character === '[') inBrackets = true
    else if (character === ']') inBrackets = false
  }
  return { star: start > 0, chunk: pattern.slice(start, at), rest: pattern.slice(at) }
}

function matchChunk(chunk: ByteText, name: ByteText): ChunkMatch {
  let [at, left] = [0, name]
  while (at < chunk.length) {
    if (left === '') return NO
    if (chunk.charAt(at) === '[') {
      const { width, codePoint } = runeAt(left, 0)
      const found = matchClass(chunk.slice(at + 1), codePoint)
      if (found.kind !== 'yes') return found
      ;[at, left] = [chunk.length - found.rest.length, left.slice(width)]
    } else if (chunk.charAt(at) === '?') {
      ;[at, left] = [at + 1, left.slice(runeAt(left, 0).width)]
    } else {
      if (chunk.charAt(at) === '\\') at += 1
      if (at === chunk.length) return MALFORMED
      if (chunk.charAt(at) !== left.charAt(0)) return NO
      ;[at, left] = [at + 1, left.slice(1)]
    }
  }
  return { kind: 'yes', rest: left }
}

/** A class without its opening bracket; `rest` is what follows the closing one. */
function matchClass(text: ByteText, codePoint: number): ChunkMatch {
  const negated = text.startsWith('^')
  let [left, matched] = [negated ? text.slice(1) : text, false]
  do {
    const range = nextRange(left)
    if (range === undefined) return MALFORMED
    if (range.low <= codePoint && codePoint <= range.high) matched = true
    left = range.rest
  } while (!left.startsWith(']'))
  return matched === negated ? NO : { kind: 'yes', rest: left.slice(1) }
}

/** `a` or `a-z` at the start of a class. */
function nextRange(text: ByteText): { low: number; high: number; rest: ByteText } | undefined {
  const low = classMember(text)
  if (low === undefined) return undefined
  const high = low.rest.startsWith('-') ? classMember(low.rest.slice(1)) : low
  return high && { low: low.codePoint, high: high.codePoint, rest: high.rest }
}

interface ClassMember {
  readonly codePoint: number
  /** Never empty: a class has to be closed. */
  readonly rest: ByteText
}

function classMember(text: ByteText): ClassMember | undefined {
  if (/^(?:[\]-]|$)/.test(text)) return undefined
  const escaped = text.startsWith('\\') ? text.slice(1) : text
  if (escaped === '') return undefined
  const { codePoint, width } = runeAt(escaped, 0)
  const isBroken = codePoint === 0xfffd && width === 1
  const rest = escaped.slice(width)
  return isBroken || rest === '' ? undefined : { codePoint, rest }
}
