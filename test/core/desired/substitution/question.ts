import fc from 'fast-check'
import type { Question } from './oracle.js'

/** The grammar's own pieces, whole and broken, and text that its scanner has opinions on. */
const PIECES = [
  ...['${', '${', '${', '}', '}', '}', '$', '$$', '$${', '${#', '{', '\\', '\\/', '\\\\', '\\}'],
  ...[
    'a',
    'b',
    'empty',
    'missing',
    'ünï',
    'n1',
    '_x',
    'long',
    '-',
    '.',
    ' ',
    '\n',
    '\u0000',
    '0',
    '1',
    '3',
    '-2',
    '+1',
  ],
  ...[
    ':',
    '::',
    ':-',
    ':=',
    ':?',
    ':+',
    '=',
    '-',
    '?',
    '+',
    ',',
    ',,',
    '^',
    '^^',
    ',^',
    '#',
    '##',
    '###',
    '%',
    '%%',
  ],
  ...[
    '/',
    '//',
    '/#',
    '/%',
    '*',
    '?',
    '[a-z]',
    '[^b]',
    '[',
    ']',
    '*.',
    '.*',
    '*/',
    'é',
    '€',
    '😀',
    'ß',
    'ı',
    'ǆ',
  ],
  ...[
    '${a}',
    '${missing}',
    '${empty:-x}',
    '${b:1:2}',
    '${long//a/b}',
    '${long%%/*}',
    '9223372036854775807',
    '99999999999999999999',
  ],
]

const VALUES = [
  '',
  'abc',
  'abc.def.ghi',
  '/path/to/file',
  'aXbXc',
  'grüße aus Köln',
  '😀€é',
  'ǆ ß ı İ',
  '$a',
  '${b}',
  '$$',
  'a*b',
  '3',
  '-1',
  '[x]',
  '\\',
]

const word = fc
  .array(fc.constantFrom(...PIECES), { minLength: 0, maxLength: 4 })
  .map((parts) => parts.join(''))
const name = fc.constantFrom('a', 'b', 'long', 'empty', 'missing', 'ünï')
const operator = fc.constantFrom(
  '',
  '^',
  '^^',
  ',',
  ',,',
  '#',
  '##',
  '%',
  '%%',
  ':',
  '/',
  '//',
  '/#',
  '/%',
  '=',
  ':=',
  ':-',
  ':?',
  ':+',
)
const between = fc.constantFrom('', '/', ':', '//', '::')

/** A variable that is mostly well formed, so that evaluation is reached as often as the parser's errors. */
const variable = fc.oneof(
  name.map((one) => `\${#${one}}`),
  fc
    .tuple(name, operator, word, between, word)
    .map(([one, sign, left, middle, right]) => `\${${one}${sign}${left}${middle}${right}}`),
  fc
    .tuple(
      name,
      fc.constantFrom('-4', '-1', '0', '1', '2', '+2', '9'),
      fc.constantFrom('', ':0', ':1', ':3', ':-1', ':9'),
    )
    .map(([one, from, count]) => `\${${one}:${from}${count}}`),
  fc
    .tuple(
      name,
      fc.constantFrom('#', '##', '%', '%%'),
      fc.array(fc.constantFrom('*', '?', 'a', 'c', '/', '.', '[a-c]', '[^a]', '\\*', 'ü', '[ä-ü]'), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([one, sign, parts]) => `\${${one}${sign}${parts.join('')}}`),
)

const text = fc.array(fc.oneof(variable, word), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
const value = fc.constantFrom(...VALUES)

/** A template with its variables; about half of them are refused. */
export const question: fc.Arbitrary<Question> = fc.record({
  text,
  vars: fc.record(
    { a: value, b: value, long: value, ünï: value, empty: fc.constant('') },
    { requiredKeys: ['empty'] },
  ),
  strict: fc.boolean(),
})
