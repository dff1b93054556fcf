import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { describeWith } from '../../../support/describe-with.js'
import { ask, askController, type Question } from './oracle.js'

const CASES = 10_000

/** Letters whose case mappings came with Unicode 16 and 17; the Go of the oracle has Unicode 15. */
const NEWER_THAN_GO =
  /[\u{19b}\u{264}\u{1c89}-\u{1c8a}\u{a7cb}-\u{a7dc}\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u

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

const question: fc.Arbitrary<Question> = fc.record({
  text,
  vars: fc.record(
    { a: value, b: value, long: value, ünï: value, empty: fc.constant('') },
    { requiredKeys: ['empty'] },
  ),
  strict: fc.boolean(),
})

describeWith(['envsubst'], 'substitution, beside the controller itself', () => {
  it(`agrees on ${CASES} generated templates, refusals and their words included`, async () => {
    const seed = Date.now()
    const questions = fc.sample(question, { numRuns: CASES, seed })
    const theirs = await askController(questions)
    const disagreements = questions
      .map((asked, i) => ({ asked, ours: ask(asked), theirs: theirs[i] }))
      .filter(({ ours, theirs: other }) => JSON.stringify(ours) !== JSON.stringify(other))
    expect({ seed, disagreements: disagreements.slice(0, 3) }).toEqual({ seed, disagreements: [] })
    const refused = theirs.filter((outcome) => 'error' in outcome).length
    expect([refused > CASES / 10, refused < (CASES * 9) / 10]).toEqual([true, true])
  })

  it('changes the case of every letter as Go does', async () => {
    const all = Array.from({ length: 0x1fb00 }, (_, i) => String.fromCodePoint(i))
    const letters = all.filter((letter) => /\p{L}/u.test(letter) && !NEWER_THAN_GO.test(letter))
    const vars = { v: letters.join(' ') }
    const questions = ['${v^^}', '${v,,}'].map((template) => ({ text: template, vars, strict: true }))
    expect(questions.map(ask)).toEqual(await askController(questions))
  })
})
