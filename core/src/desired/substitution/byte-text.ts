import { isUtf8 } from 'node:buffer'

/**
 * Text as Go sees it: one character for each byte of its UTF-8 form (`é` is two). Lengths, offsets and
 * cuts are those of bytes, so that a cut may leave text that is no UTF-8 any more.
 */
export type ByteText = string

/** A code point and the number of bytes it takes. */
export interface Rune {
  readonly codePoint: number
  readonly width: number
}

const REPLACEMENT = 0xfffd

/** The bytes of a text. */
export function toByteText(text: string): ByteText {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** The text of bytes; undefined where they are not UTF-8. */
export function fromByteText(bytes: ByteText): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1')
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined
}

const CHARACTER = /[\0-\x7f]+|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}/y

/** What Go's reader of YAML says of bytes that a cut has left without some of theirs (go.yaml.in/yaml/v2 readerc.go). */
export function brokenCharacter(bytes: ByteText): string {
  let at = 0
  CHARACTER.lastIndex = 0
  while (CHARACTER.test(bytes)) at = CHARACTER.lastIndex
  const isStart = /^[\xc0-\xf7]/.test(bytes.slice(at, at + 1))
  return isStart ? 'invalid trailing UTF-8 octet' : 'invalid leading UTF-8 octet'
}

/** The rune at an offset: a byte that begins none is U+FFFD of width 1 (Go unicode/utf8, DecodeRune). */
export function runeAt(bytes: ByteText, offset: number): Rune {
  const first = bytes.charCodeAt(offset)
  if (first < 0x80) return { codePoint: first, width: 1 }
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  const part = bytes.slice(offset, offset + width)
  const text = part.length === width ? fromByteText(part) : undefined
  const codePoint = text?.codePointAt(0)
  return codePoint === undefined ? { codePoint: REPLACEMENT, width: 1 } : { codePoint, width }
}

/** All code points of a text. */
export function codePoints(bytes: ByteText): readonly number[] {
  const found: number[] = []
  for (let at = 0; at < bytes.length;) {
    const rune = runeAt(bytes, at)
    found.push(rune.codePoint)
    at += rune.width
  }
  return found
}

/** The bytes of one code point. */
export function ofCodePoint(codePoint: number): ByteText {
  return codePoint < 0x80 ? String.fromCharCode(codePoint) : toByteText(String.fromCodePoint(codePoint))
}
