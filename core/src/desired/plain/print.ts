import { needsQuotes } from './scalar.js'

/** Texts break at the first space behind this column (yaml.v2 emitterc.go, best_width). */
const WIDTH = 80
/** A longer key is printed in another form. */
const LONGEST_KEY = 100

/** What Go's printer makes of these values is not certain enough. */
export class Doubtful extends Error {}

/**
 * Prints a value as kustomize does (sigs.k8s.io/yaml JSONToYAML: yaml.v2 with keys sorted).
 * Source: yaml.v2 encode.go, emitterc.go.
 * @throws Doubtful where the form is not certain
 */
export function printResource(resource: Readonly<Record<string, unknown>>): string {
  return `${mapLines(resource, 0).join('\n')}\n`
}

/** Lines of a mapping; the first one starts at `indent` too. */
function mapLines(map: Readonly<Record<string, unknown>>, indent: number): readonly string[] {
  return Object.keys(map)
    .sort(compareKeys)
    .flatMap((key) => fieldLines(key, map[key], indent))
}

function fieldLines(key: string, value: unknown, indent: number): readonly string[] {
  const name = `${' '.repeat(indent)}${keyText(key)}:`
  if (Array.isArray(value) && value.length > 0) return [name, ...listLines(value, indent)]
  if (isMap(value) && Object.keys(value).length > 0) return [name, ...mapLines(value, indent + 2)]
  return scalarLines(`${name} `, value, indent)
}

function listLines(list: readonly unknown[], indent: number): readonly string[] {
  const dash = `${' '.repeat(indent)}- `
  return list.flatMap((item) => {
    const lines = itemLines(item, indent)
    return lines === undefined
      ? scalarLines(dash, item, indent)
      : [dash + (lines[0] ?? '').slice(indent + 2), ...lines.slice(1)]
  })
}

/** Undefined for an item on one line. */
function itemLines(item: unknown, indent: number): readonly string[] | undefined {
  if (Array.isArray(item) && item.length > 0) return listLines(item, indent + 2)
  return isMap(item) && Object.keys(item).length > 0 ? mapLines(item, indent + 2) : undefined
}

/** A scalar or an empty collection behind `before`; further lines stand two columns behind `indent`. */
function scalarLines(before: string, value: unknown, indent: number): readonly string[] {
  if (typeof value === 'string') return textLines(before, value, ' '.repeat(indent + 2))
  return [before + simpleText(value)]
}

function simpleText(value: unknown): string {
  if (Array.isArray(value)) return '[]'
  if (isMap(value)) return '{}'
  if (value === null || typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  throw new Doubtful('a value that is no plain JSON')
}

function textLines(before: string, text: string, margin: string): readonly string[] {
  if (/[^\n\x20-\x7e]/.test(text)) throw new Doubtful('a text that is not printable ASCII')
  if (text.includes('\n')) return literalLines(before, text, margin)
  const quotes = needsQuotes(text)
  if (quotes === undefined) throw new Doubtful('a text that could be a number')
  if (quotes) return [`${before}"${text}"`]
  if (/^ | $/.test(text)) throw new Doubtful('a text whose blanks matter')
  return isPlain(text)
    ? folded(before, text, margin)
    : folded(`${before}'`, `${text.replaceAll("'", "''")}'`, margin)
}

function literalLines(before: string, text: string, margin: string): readonly string[] {
  if (/^[ \n]| (?:\n|$)|\n\n$/.test(text)) throw new Doubtful('a text whose blanks matter')
  const hint = text.endsWith('\n') ? '|' : '|-'
  const lines = text.replace(/\n$/, '').split('\n')
  return [before + hint, ...lines.map((line) => (line === '' ? '' : margin + line))]
}

/** Breaks a text at single spaces behind the width; what is doubled or quoted counts as it is printed. */
function folded(before: string, text: string, margin: string): readonly string[] {
  const lines: string[] = []
  let line = before
  for (let at = 0; at < text.length; at++) {
    const isBreak =
      text[at] === ' ' && line.length > WIDTH && text[at - 1] !== ' ' && text[at + 1] !== ' ' && at > 0
    if (isBreak) {
      lines.push(line)
      line = margin
    } else line += text[at] ?? ''
  }
  return [...lines, line]
}

/** Source: yaml.v2 emitterc.go yaml_emitter_analyze_scalar, block_plain_allowed. */
const isPlain = (text: string): boolean =>
  !/^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@` ]|[?:-](?: |$))|:(?: |$)| #| $/.test(text)

function keyText(key: string): string {
  const isCertain = key.length <= LONGEST_KEY && /^[\x21-\x7e]+$/.test(key) && needsQuotes(key) === false
  if (!isCertain || !isPlain(key)) throw new Doubtful('a key of an odd form')
  return key
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The order of yaml.v2's keys: letters behind everything else, numbers by size. Source: yaml.v2 sorter.go. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    if (left[at] !== right[at]) return compareAt(left, right, at)
  }
  return left.length - right.length
}

function compareAt(left: string, right: string, at: number): number {
  const [a = '', b = ''] = [left[at], right[at]]
  const letters = [a, b].filter((char) => /[A-Za-z]/.test(char)).length
  if (letters === 1) return /[A-Za-z]/.test(b) ? -1 : 1
  if (letters === 0 && (/\d/.test(a) || /\d/.test(b))) return compareNumbers(left, right, at)
  return a < b ? -1 : 1
}

function compareNumbers(left: string, right: string, at: number): number {
  const [a, b] = [digitsAt(left, at), digitsAt(right, at)]
  const hasZero = left[at] === '0' || right[at] === '0'
  const lead = hasZero && /[1-9]\d*$/.test(left.slice(0, at)) ? '1' : '0'
  const size = Number(lead + a) - Number(lead + b)
  if (size !== 0) return size
  if (a.length !== b.length) return a.length - b.length
  return left.slice(at) < right.slice(at) ? -1 : 1
}

const digitsAt = (key: string, at: number): string => /^\d*/.exec(key.slice(at))?.[0] ?? ''
