import { GitOpsError } from '../../errors.js'
import type { ByteText } from './byte-text.js'
import { Cursor } from './cursor.js'
import { substitutionFailure } from './failure.js'
import type { Piece, VariablePiece } from './template.js'

/** Which escapes a place knows. Outside of `${...}` a backslash is a backslash. */
const NO_ESCAPES = { dollar: false, backslash: '' }
const TEXT_ESCAPES = { dollar: true, backslash: '' }
const PATTERN_ESCAPES = { dollar: true, backslash: '/\\' }

/** Deeper templates are nobody's intent. */
const DEPTH_LIMIT = 200

const BAD = 'bad substitution'
const WORD = 'unable to parse substitution within function'

/** What follows the name of a variable, by its first byte. */
type Form = (cursor: Cursor, name: ByteText, depth: number) => VariablePiece

const FORMS: Readonly<Record<string, Form>> = {
  ':': colon,
  '=': fallback,
  ',': casing,
  '^': casing,
  '/': replacement,
  '#': trim,
  '%': trim,
}

/**
 * Reads a template with the grammar of fluxcd/pkg envsubst (parse/parse.go and parse/scan.go), the fork of
 * drone/envsubst that kustomize-controller uses; it accepts and refuses exactly what that one does.
 * @throws GitOpsError BUILD_FAILED with the controller's words, LIMIT_EXCEEDED
 */
export function parseTemplate(bytes: ByteText): readonly Piece[] {
  const cursor = new Cursor(bytes)
  const pieces: Piece[] = []
  while (cursor.next !== '') {
    if (cursor.accept('${')) pieces.push(variable(cursor, 0))
    else pieces.push({ kind: 'text', text: cursor.takeText('', TEXT_ESCAPES) })
  }
  return pieces
}

function variable(cursor: Cursor, depth: number): VariablePiece {
  if (depth > DEPTH_LIMIT) {
    throw new GitOpsError('LIMIT_EXCEEDED', {
      what: `variables are nested more than ${DEPTH_LIMIT} deep in one another`,
    })
  }
  if (cursor.accept('#')) return length(cursor)
  const name = cursor.takeName()
  if (name === '') throw substitutionFailure('unable to parse variable name')
  const form = FORMS[cursor.next]
  if (form !== undefined) return form(cursor, name, depth)
  if (!cursor.accept('}')) throw substitutionFailure('missing closing brace')
  return { kind: 'variable', name, operator: '', words: [] }
}

/** `${#name}` */
function length(cursor: Cursor): VariablePiece {
  const name = cursor.takeName()
  if (name === '') throw substitutionFailure(BAD)
  return close(cursor, { kind: 'variable', name, operator: '#', words: [] })
}

/** `${name:-word}` and its like, or `${name:offset}`. */
function colon(cursor: Cursor, name: ByteText, depth: number): VariablePiece {
  if ([':=', ':-', ':?', ':+'].includes(cursor.peek(2))) return fallback(cursor, name, depth)
  // The controller's scanner steps back by the width of the rune it peeked at, not by that of the colon.
  if (cursor.widthAfterNext !== 1) throw substitutionFailure(BAD)
  return substring(cursor, name, depth)
}

/** `${name:offset}`, `${name:offset:length}` */
function substring(cursor: Cursor, name: ByteText, depth: number): VariablePiece {
  cursor.accept(':')
  const offset = word(cursor, ':}', NO_ESCAPES, depth)
  if (cursor.accept('}')) return { kind: 'variable', name, operator: ':', words: [offset] }
  expectRun(cursor, ':')
  const count = word(cursor, '}', NO_ESCAPES, depth)
  return close(cursor, { kind: 'variable', name, operator: ':', words: [offset, count] })
}

/** `${name=word}`, `${name:=word}`, `${name:-word}`, `${name:?word}`, `${name:+word}`; the word has any number of pieces. */
function fallback(cursor: Cursor, name: ByteText, depth: number): VariablePiece {
  const operator = cursor.takeRun(':', 1) + cursor.takeRun('=-?+', 1)
  const words: Piece[] = []
  while (cursor.next !== '}') words.push(word(cursor, '}', NO_ESCAPES, depth))
  return close(cursor, { kind: 'variable', name, operator, words })
}

/** `${name,}`, `${name,,}`, `${name^}`, `${name^^}` */
function casing(cursor: Cursor, name: ByteText): VariablePiece {
  return close(cursor, { kind: 'variable', name, operator: cursor.takeRun(',^', 2), words: [] })
}

/** `${name#pattern}`, `${name##pattern}`, `${name%pattern}`, `${name%%pattern}` */
function trim(cursor: Cursor, name: ByteText, depth: number): VariablePiece {
  const operator = cursor.takeRun(cursor.next, 2)
  const words = [word(cursor, '}', NO_ESCAPES, depth)]
  return close(cursor, { kind: 'variable', name, operator, words })
}

/** `${name/old/new}`, `${name//old/new}`, `${name/#old/new}`, `${name/%old/new}`; `new` may be left out. */
function replacement(cursor: Cursor, name: ByteText, depth: number): VariablePiece {
  const operator = cursor.takeRun('/', 1) + cursor.takeRun('/#%', 1)
  const words = [word(cursor, '/', PATTERN_ESCAPES, depth)]
  expectRun(cursor, '/')
  if (cursor.next !== '}') words.push(word(cursor, '}', PATTERN_ESCAPES, depth))
  return close(cursor, { kind: 'variable', name, operator, words })
}

function word(cursor: Cursor, stops: string, escapes: typeof NO_ESCAPES, depth: number): Piece {
  if (cursor.accept('${')) return variable(cursor, depth + 1)
  const text = cursor.takeText(stops, escapes)
  if (text === '') throw substitutionFailure(WORD)
  return { kind: 'text', text }
}

/** A delimiter may be repeated. */
function expectRun(cursor: Cursor, delimiter: string): void {
  if (cursor.takeRun(delimiter, Number.POSITIVE_INFINITY) === '') throw substitutionFailure(BAD)
}

function close(cursor: Cursor, piece: VariablePiece): VariablePiece {
  if (!cursor.accept('}')) throw substitutionFailure(BAD)
  return piece
}
