import { GitOpsError } from '../../errors.js'
import { codePoints, ofCodePoint, runeAt, type ByteText } from './byte-text.js'
import { substitutionFailure } from './failure.js'
import { changeCase, changeFirst } from './letter-case.js'
import { matchPattern } from './pattern.js'

/** What an operator makes of a value and its words. */
type Operator = (value: ByteText, words: readonly ByteText[]) => ByteText

/** Trimming tries every length: bytes a value may have. */
const TRIM_LIMIT = 65_536

const OPERATORS: Readonly<Record<string, Operator>> = {
  ',': (value) => changeFirst(value, 'lower'),
  ',,': (value) => changeCase(value, 'lower'),
  '^': (value) => changeFirst(value, 'upper'),
  '^^': (value) => changeCase(value, 'upper'),
  '#': (value, [pattern]) =>
    pattern === undefined ? String(value.length) : trimStart(value, pattern, 'shortest'),
  '##': (value, [pattern = '']) => trimStart(value, pattern, 'longest'),
  '%': (value, [pattern = '']) => trimEnd(value, pattern, 'shortest'),
  '%%': (value, [pattern = '']) => trimEnd(value, pattern, 'longest'),
  ':': substring,
  '/': (value, [old = '', replacement = '']) => replaceFirst(value, old, replacement),
  '//': (value, [old = '', replacement = '']) => replaceAll(value, old, replacement),
  // Without a replacement these two do nothing: `${name/#old/}` is the value.
  '/#': (value, [old = '', replacement]) =>
    replacement !== undefined && value.startsWith(old) ? replacement + value.slice(old.length) : value,
  '/%': (value, [old = '', replacement]) =>
    replacement !== undefined && value.endsWith(old)
      ? value.slice(0, value.length - old.length) + replacement
      : value,
}

/** Operators that stand in for a variable that is not set, so that strict mode lets it pass. */
export const FALLBACK_OPERATORS: ReadonlySet<string> = new Set(['=', ':=', ':-', ':?', ':+'])

/**
 * Applies an operator (fluxcd/pkg envsubst, funcs.go). Operators without a meaning of their own, `:+` and
 * `:?` among them, answer the value, or the words where it is empty.
 * @throws GitOpsError BUILD_FAILED where the controller panics, LIMIT_EXCEEDED
 */
export function applyOperator(operator: string, value: ByteText, words: readonly ByteText[]): ByteText {
  const apply = OPERATORS[operator]
  if (apply !== undefined) return apply(value, words)
  return value === '' ? words.join('') : value
}

function substring(value: ByteText, [offset = '', count]: readonly ByteText[]): ByteText {
  const position = parseInteger(offset)
  if (position === undefined) return value
  const length = BigInt(value.length)
  const start = position < 0n ? max(length + position, 0n) : position
  if (count === undefined) return value.slice(Number(start))
  const size = parseInteger(count)
  if (size === undefined) return value
  const end = BigInt.asIntN(64, start + size)
  if (end >= length) return value.slice(Number(start))
  if (end >= start) return value.slice(Number(start), Number(end))
  const bounds = end < 0n ? `:${end}` : `${start}:${end}`
  throw substitutionFailure(`runtime error: slice bounds out of range [${bounds}]`)
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** Go strconv.Atoi; undefined for what is no integer of 64 bits. */
function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

function replaceFirst(value: ByteText, old: ByteText, replacement: ByteText): ByteText {
  const at = value.indexOf(old)
  return at < 0 ? value : value.slice(0, at) + replacement + value.slice(at + old.length)
}

/** An empty `old` stands before and after every rune (Go strings.Replace). */
function replaceAll(value: ByteText, old: ByteText, replacement: ByteText): ByteText {
  if (old !== '') return value.split(old).join(replacement)
  return (
    replacement +
    runeTexts(value)
      .map((rune) => rune + replacement)
      .join('')
  )
}

function runeTexts(value: ByteText): readonly ByteText[] {
  const found: ByteText[] = []
  for (let at = 0; at < value.length;) {
    const { width } = runeAt(value, at)
    found.push(value.slice(at, at + width))
    at += width
  }
  return found
}

type Reach = 'shortest' | 'longest'

/** Takes off the start that a pattern matches; the empty one never does. */
function trimStart(value: ByteText, pattern: ByteText, reach: Reach): ByteText {
  refuseHuge(value)
  let rest = value
  for (let end = value.length; end > 0; end -= 1) {
    const match = matchPattern(pattern, value.slice(0, end))
    if (match === 'malformed') return value
    if (match === 'no') continue
    rest = value.slice(end)
    if (reach === 'longest') return rest
  }
  return rest
}

/** The end is matched from behind: value and pattern are turned round, brackets and escapes as well. */
function trimEnd(value: ByteText, pattern: ByteText, reach: Reach): ByteText {
  return reverse(trimStart(reverse(value), reverse(pattern), reach))
}

function reverse(text: ByteText): ByteText {
  return codePoints(text).toReversed().map(ofCodePoint).join('')
}

function refuseHuge(value: ByteText): void {
  if (value.length <= TRIM_LIMIT) return
  throw new GitOpsError('LIMIT_EXCEEDED', {
    what: `a value of ${value.length} bytes is too long to be trimmed by a pattern`,
    why: `at most ${TRIM_LIMIT} bytes are`,
  })
}
