import { codePoints, ofCodePoint, runeAt, type ByteText } from './byte-text.js'

export type LetterCase = 'lower' | 'upper'

/** Changes every letter (Go strings.ToLower, strings.ToUpper). */
export function changeCase(text: ByteText, to: LetterCase): ByteText {
  return codePoints(text)
    .map((codePoint) => ofCodePoint(simpleCase(codePoint, to)))
    .join('')
}

/** Changes the first letter alone. */
export function changeFirst(text: ByteText, to: LetterCase): ByteText {
  if (text === '') return text
  const { codePoint, width } = runeAt(text, 0)
  return ofCodePoint(simpleCase(codePoint, to)) + text.slice(width)
}

/**
 * Go maps one code point to one (the simple mappings of UnicodeData.txt); JavaScript has the full
 * mappings, where `ß` becomes `SS`.
 */
function simpleCase(codePoint: number, to: LetterCase): number {
  const letter = String.fromCodePoint(codePoint)
  const changed = Array.from(to === 'lower' ? letter.toLowerCase() : letter.toUpperCase())
  if (changed.length === 1) return changed[0]?.codePointAt(0) ?? codePoint
  if (to === 'lower') return codePoint === 0x130 ? 0x69 : codePoint
  return withIotaBelow(codePoint)
}

/** Greek letters with an iota below are two letters in full upper case; the simple one lies 8 or 9 further on. */
function withIotaBelow(codePoint: number): number {
  for (const distance of [8, 9]) {
    const upper = String.fromCodePoint(codePoint + distance)
    if (upper.toLowerCase() === String.fromCodePoint(codePoint)) return codePoint + distance
  }
  return codePoint
}
