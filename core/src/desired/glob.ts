/**
 * Go's `filepath.Match` on one path segment: `*`, `?`, `[a-z]`, `[^a]`, `\x`.
 * Answers undefined for a malformed pattern (Go's ErrBadPattern).
 * Source: Go path/filepath/match.go.
 */
export function globMatches(pattern: string, name: string): boolean | undefined {
  const expression = compile(pattern)
  return expression?.test(name)
}

const compiled = new Map<string, RegExp | undefined>()

function compile(pattern: string): RegExp | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, translate(pattern))
  return compiled.get(pattern)
}

function translate(pattern: string): RegExp | undefined {
  let source = ''
  for (let i = 0; i < pattern.length;) {
    const piece = translatePiece(pattern, i)
    if (piece === undefined) return undefined
    source += piece.source
    i = piece.next
  }
  return new RegExp(`^${source}$`, 'su')
}

interface Piece {
  readonly source: string
  readonly next: number
}

function translatePiece(pattern: string, i: number): Piece | undefined {
  const character = String.fromCodePoint(pattern.codePointAt(i) ?? 0)
  switch (character) {
    case '*':
      return { source: '[^/]*', next: i + 1 }
    case '?':
      return { source: '[^/]', next: i + 1 }
    case '[':
      return translateClass(pattern, i)
    case '\\':
      return i + 1 < pattern.length ? literal(pattern, i + 1) : undefined
    default:
      return literal(pattern, i)
  }
}

function literal(pattern: string, i: number): Piece {
  const character = String.fromCodePoint(pattern.codePointAt(i) ?? 0)
  return { source: character.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'), next: i + character.length }
}

function translateClass(pattern: string, start: number): Piece | undefined {
  let i = start + 1
  const negated = pattern[i] === '^'
  if (negated) i++
  let source = ''
  for (let ranges = 0; pattern[i] !== ']' || ranges === 0; ranges++) {
    const low = classCharacter(pattern, i)
    if (low === undefined) return undefined
    i = low.next
    let high = low
    if (pattern[i] === '-') {
      const upper = classCharacter(pattern, i + 1)
      if (upper === undefined) return undefined
      high = upper
      i = upper.next
    }
    if (low.code <= high.code) source += `\\u{${low.code.toString(16)}}-\\u{${high.code.toString(16)}}`
  }
  if (source === '') return { source: negated ? '[^/]' : '[]', next: i + 1 }
  return { source: `[${negated ? '^' : ''}${source}]`, next: i + 1 }
}

function classCharacter(
  pattern: string,
  i: number,
): { readonly code: number; readonly next: number } | undefined {
  const first = pattern[i]
  if (first === undefined || first === '-' || first === ']') return undefined
  const at = first === '\\' ? i + 1 : i
  const code = pattern.codePointAt(at)
  if (code === undefined) return undefined
  const next = at + String.fromCodePoint(code).length
  return next < pattern.length ? { code, next } : undefined
}
