import { GitOpsError } from './errors.js'

type Labels = Readonly<Record<string, string>>

/** One condition on labels; a selector is met where all of its conditions are. */
export type Requirement =
  | { readonly key: string; readonly operator: 'exists' | 'absent' }
  | { readonly key: string; readonly operator: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'above' | 'below'; readonly value: bigint }

export interface LabelSelector {
  /** As it was typed. */
  readonly text: string
  readonly requirements: readonly Requirement[]
}

/**
 * Reads a selector as `kubectl -l` does: `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a>1`,
 * `a<1`, joined by commas; nothing at all selects everything.
 * Source: apimachinery pkg/labels/selector.go, Parse.
 * @throws GitOpsError USAGE with the place that cannot be read
 */
export function parseLabelSelector(text: string): LabelSelector {
  const cursor = new Cursor(text)
  const requirements: Requirement[] = []
  if (cursor.peek().text === '') return { text, requirements }
  for (;;) {
    requirements.push(requirement(cursor))
    if (cursor.peek().text === '') return { text, requirements }
    cursor.expect([','], "',' or the end")
    if (cursor.peek().text === '') throw cursor.failure(cursor.peek(), "a label after ','")
  }
}

/** Does a set of labels meet a selector? Source: apimachinery pkg/labels/selector.go, Requirement.Matches. */
export function matchesLabels({ requirements }: LabelSelector, labels: Labels = {}): boolean {
  return requirements.every((one) => meets(one, Object.hasOwn(labels, one.key) ? labels[one.key] : undefined))
}

function meets(requirement: Requirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
    case 'in':
      return value !== undefined && requirement.values.includes(value)
    case 'notin':
      return value === undefined || !requirement.values.includes(value)
    default: {
      const number = value === undefined ? undefined : integer(value)
      if (number === undefined) return false
      return requirement.operator === 'above' ? number > requirement.value : number < requirement.value
    }
  }
}

const integer = (text: string): bigint | undefined => (/^[+-]?\d+$/.test(text) ? BigInt(text) : undefined)

interface Token {
  /** Empty at the end. */
  readonly text: string
  /** Characters before it. */
  readonly at: number
  readonly isWord: boolean
}

const TOKEN = /\s*(?:(==|!=|[=!(),<>])|([^\s=!(),<>]+)|$)/y

/** Goes through the tokens of a selector, one to look at. */
class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  peek(): Token {
    TOKEN.lastIndex = this.#at
    const [all = '', symbol, word] = TOKEN.exec(this.#text) ?? []
    const text = symbol ?? word ?? ''
    return { text, at: this.#at + all.length - text.length, isWord: word !== undefined }
  }

  take(): Token {
    const token = this.peek()
    this.#at = token.at + token.text.length
    return token
  }

  expect(symbols: readonly string[], expected: string): Token {
    const token = this.take()
    if (token.isWord || !symbols.includes(token.text)) throw this.failure(token, expected)
    return token
  }

  failure({ text, at }: Pick<Token, 'text' | 'at'>, expected: string): GitOpsError {
    const found = text === '' ? 'the end' : `'${text}'`
    return new GitOpsError('USAGE', {
      what: `--selector ${JSON.stringify(this.#text)} cannot be read at character ${at + 1}`,
      why: `found ${found}, expected ${expected}`,
      tryThis: "-l app=web,tier!=cache, -l 'env in (test,prod)' or -l '!canary'",
    })
  }
}

function requirement(cursor: Cursor): Requirement {
  const isNegated = cursor.peek().text === '!'
  if (isNegated) cursor.take()
  const key = keyOf(cursor)
  if (isNegated) return { key, operator: 'absent' }
  const { text } = cursor.peek()
  return text === '' || text === ',' ? { key, operator: 'exists' } : condition(key, cursor)
}

const EQUALITY = { '=': 'in', '==': 'in', '!=': 'notin' } as const
const SET = { in: 'in', notin: 'notin' } as const
const ORDER = { '>': 'above', '<': 'below' } as const

function condition(key: string, cursor: Cursor): Requirement {
  const token = cursor.take()
  const { text } = token
  if (isOf(EQUALITY, text)) return { key, operator: EQUALITY[text], values: [valueOf(cursor)] }
  if (isOf(SET, text)) return { key, operator: SET[text], values: valuesOf(cursor) }
  if (isOf(ORDER, text)) return { key, operator: ORDER[text], value: numberOf(cursor) }
  throw cursor.failure(token, '=, ==, !=, in, notin, > or <')
}

const isOf = <T extends object>(table: T, text: string): text is string & keyof T =>
  Object.hasOwn(table, text)

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const PREFIX = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** Source: apimachinery pkg/util/validation, IsQualifiedName. */
function keyOf(cursor: Cursor): string {
  const token = cursor.take()
  if (!token.isWord) throw cursor.failure(token, 'a label')
  const parts = token.text.split('/')
  const [prefix, name = ''] = parts.length === 1 ? [undefined, parts[0]] : parts
  const isKey = parts.length < 3 && NAME.test(name) && (prefix === undefined || PREFIX.test(prefix))
  if (!isKey) throw cursor.failure(token, 'the name of a label')
  return token.text
}

/** Nothing stands for the empty value. Source: apimachinery pkg/util/validation, IsValidLabelValue. */
function valueOf(cursor: Cursor): string {
  const next = cursor.peek()
  if (!next.isWord) {
    if (next.text === '' || next.text === ',' || next.text === ')') return ''
    throw cursor.failure(next, 'a value')
  }
  cursor.take()
  if (!NAME.test(next.text)) throw cursor.failure(next, 'a value that a label can have')
  return next.text
}

function valuesOf(cursor: Cursor): readonly string[] {
  cursor.expect(['('], "'('")
  if (cursor.peek().text === ')') throw cursor.failure(cursor.peek(), 'a value')
  const values = [valueOf(cursor)]
  while (cursor.expect([',', ')'], "',' or ')'").text === ',') values.push(valueOf(cursor))
  return values
}

function numberOf(cursor: Cursor): bigint {
  const token = cursor.take()
  const value = token.isWord ? integer(token.text) : undefined
  if (value === undefined) throw cursor.failure(token, 'an integer')
  return value
}
