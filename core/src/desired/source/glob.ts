/** One character of a pattern, or the run of them behind a `*`. */
interface Character {
  readonly negated: boolean
  /** Pairs of first and last code point; `?` is the negation of none. */
  readonly ranges: readonly (readonly [number, number])[]
}

interface Chunk {
  /** True when anything may stand before it. */
  readonly star: boolean
  readonly characters: readonly Character[]
}

/** A pattern that was read once, for many names. */
export type Glob = readonly Chunk[]

/** A name as code points, for many patterns. */
export type Name = readonly number[]

/**
 * Reads a pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]`, `\x`.
 * Answers undefined for a malformed one (Go's ErrBadPattern). Source: Go path/filepath/match.go.
 */
export function parseGlob(pattern: string): Glob | undefined {
  const points = codePoints(pattern)
  const chunks: Chunk[] = []
  for (let i = 0; i < points.length;) {
    let star = false
    for (; points[i] === STAR; i++) star = true
    const characters: Character[] = []
    while (i < points.length && points[i] !== STAR) {
      const piece = readCharacter(points, i)
      if (piece === undefined) return undefined
      characters.push(piece.character)
      i = piece.next
    }
    chunks.push({ star, characters })
  }
  return chunks
}

/**
 * Does the whole name match? Each chunk takes its leftmost place, as in Go: never more than pattern times
 * name steps, so that no pattern can be written that takes forever. A name holds no `/`.
 */
export function matchesGlob(glob: Glob, name: Name): boolean {
  let at = 0
  for (const [i, chunk] of glob.entries()) {
    const found = placeOf(chunk, name, at, i === glob.length - 1)
    if (found === undefined) return false
    at = found + chunk.characters.length
  }
  return at === name.length
}

/** The code points of a text. */
export const codePoints = (text: string): Name =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0)

const [STAR, QUESTION, OPEN, CLOSE, BACKSLASH, DASH, CARET] = codePoints('*?[]\\-^')

function placeOf(chunk: Chunk, name: Name, at: number, last: boolean): number | undefined {
  const end = name.length - chunk.characters.length
  if (!chunk.star) return fits(chunk, name, at) ? at : undefined
  // The last chunk has one place only: the end of the name.
  for (let place = last ? Math.max(end, at) : at; place <= end; place++) {
    if (fits(chunk, name, place)) return place
  }
  return undefined
}

function fits(chunk: Chunk, name: Name, at: number): boolean {
  return chunk.characters.every(({ negated, ranges }, i) => {
    const point = name[at + i]
    return point !== undefined && ranges.some(([low, high]) => low <= point && point <= high) !== negated
  })
}

interface Piece {
  readonly character: Character
  readonly next: number
}

function readCharacter(points: Name, i: number): Piece | undefined {
  switch (points[i]) {
    case QUESTION:
      return { character: { negated: true, ranges: [] }, next: i + 1 }
    case OPEN:
      return readClass(points, i + 1)
    case BACKSLASH:
      return literal(points, i + 1)
    default:
      return literal(points, i)
  }
}

function literal(points: Name, i: number): Piece | undefined {
  const point = points[i]
  return point === undefined
    ? undefined
    : { character: { negated: false, ranges: [[point, point]] }, next: i + 1 }
}

function readClass(points: Name, start: number): Piece | undefined {
  const negated = points[start] === CARET
  const ranges: [number, number][] = []
  let i = negated ? start + 1 : start
  while (points[i] !== CLOSE || ranges.length === 0) {
    const low = readBound(points, i)
    if (low === undefined) return undefined
    const high = points[low.next] === DASH ? readBound(points, low.next + 1) : low
    if (high === undefined) return undefined
    ranges.push([low.point, high.point])
    i = high.next
  }
  return { character: { negated, ranges }, next: i + 1 }
}

function readBound(points: Name, i: number): { readonly point: number; readonly next: number } | undefined {
  if (points[i] === DASH || points[i] === CLOSE) return undefined
  const at = points[i] === BACKSLASH ? i + 1 : i
  const point = points[at]
  return point === undefined || at + 1 >= points.length ? undefined : { point, next: at + 1 }
}
