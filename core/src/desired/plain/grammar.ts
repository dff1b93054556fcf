import { meaningOf } from './scalar.js'

/**
 * YAML that leaves no room for interpretation: block style with plain keys, one-line scalars, literal blocks, and
 * lists or maps of words on one line. No anchors, tags, merge keys, folded text, tabs, and only ASCII.
 */
const KEY = /^[A-Za-z/_][A-Za-z0-9/_.-]*$/
const LINE = /^( *)((?:- )*)(?:([^\s"'#:{}[\],&*!|>%@`?-][^\s"'#{}[\],:]*):(?: +(\S.*))?|(\S.*))$/
const DOUBLE = /"(?:[^"\\]|\\["\\n])*"/.source
const SINGLE = /'(?:[^']|'')*'/.source
const COMMENT = / +#.*/.source
const ITEM = `(?:${DOUBLE}|${SINGLE}|[A-Za-z0-9/_.-]+)`
const PAIR = `[A-Za-z/_][A-Za-z0-9/_.-]*: ${ITEM}`
const QUOTED_VALUE = new RegExp(`^(?:${DOUBLE}|${SINGLE})(?:${COMMENT})?$`)
const LIST_VALUE = new RegExp(`^\\[(?: *(${ITEM}(?:, ${ITEM})*))? *\\](?:${COMMENT})?$`)
const MAP_VALUE = new RegExp(`^\\{(?: *(${PAIR}(?:, ${PAIR})*))? *\\}(?:${COMMENT})?$`)
const BLOCK_HEADER = /^\|-?$/
const WORDS = /[A-Za-z0-9/_.-]+|"(?:[^"\\]|\\["\\n])*"|'(?:[^']|'')*'/g

/** Is every line of a manifest of that kind? Whether it is well-formed, a reader of YAML has to tell. */
export function isUnambiguous(text: string): boolean {
  if (/[^\n\x20-\x7e]/.test(text)) return false
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line === '' || line === '---' || /^ *#/.test(line)) continue
    const header = blockIndent(line)
    if (header !== undefined) {
      const end = blockEnd(lines, at + 1, header)
      if (end === undefined) return false
      at = end - 1
    } else if (!isUnambiguousLine(line)) return false
  }
  return true
}

function isUnambiguousLine(line: string): boolean {
  const [, , dashes = '', key, value, item] = LINE.exec(line) ?? []
  if (key !== undefined) return isKey(key) && (value === undefined || isValue(value))
  return item !== undefined && dashes !== '' && isValue(item)
}

const isKey = (key: string): boolean => KEY.test(key) && meaningOf(key) === 'text'

function isValue(value: string): boolean {
  if (/^["']/.test(value)) return QUOTED_VALUE.test(value)
  if (value.startsWith('[')) return isFlow(LIST_VALUE.exec(value))
  if (value.startsWith('{')) return isFlow(MAP_VALUE.exec(value))
  const plain = value.replace(/ +#.*$/, '')
  return !/:(?: |$)|\s$/.test(plain) && plain !== '' && meaningOf(plain) !== undefined
}

function isFlow(found: RegExpExecArray | null): boolean {
  if (found === null) return false
  const words = (found[1] ?? '').match(WORDS) ?? []
  return words.every((word) => /^["']/.test(word) || meaningOf(word) !== undefined)
}

/** The indentation of the collection that a literal block belongs to; undefined where a line starts none. */
function blockIndent(line: string): number | undefined {
  const [, indent = '', dashes = '', key, value, item] = LINE.exec(line) ?? []
  if (!BLOCK_HEADER.test(value ?? item ?? '')) return undefined
  if (key === undefined ? dashes === '' : !isKey(key)) return undefined
  return key === undefined ? indent.length + dashes.length - 2 : indent.length + dashes.length
}

/** The line behind a literal block; undefined where the block is of a doubtful shape. */
function blockEnd(lines: readonly string[], start: number, parent: number): number | undefined {
  const first = lines[start] ?? ''
  const indent = indentOf(first)
  if (indent <= parent || first.trim() === '') return undefined
  const behind = lines.findIndex((line, at) => at >= start && line !== '' && indentOf(line) < indent)
  const end = behind < 0 ? lines.length : behind
  const isClear = lines.slice(start, end).every((line) => !line.endsWith(' '))
  // A line that is left of the block but right of its parent is somebody's mistake.
  return isClear && (behind < 0 || indentOf(lines[behind] ?? '') <= parent) ? end : undefined
}

const indentOf = (line: string): number => line.length - line.trimStart().length
