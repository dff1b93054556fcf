import fc from 'fast-check'
import yaml from 'js-yaml'
import { rarely } from './chance.js'
import { RAW } from './scalar.js'

/** How a text is laid out: the same objects, written by different people. */
export interface Spelling {
  readonly form: 'yaml' | 'json' | 'list'
  readonly indent: 2 | 4
  readonly flowLevel: number
  readonly compactLists: boolean
  readonly doubleQuotes: boolean
  readonly width: number
  readonly before: string
  readonly between: string
  readonly after: string
  readonly lineEnd: 'lf' | 'crlf' | 'cr'
  readonly byteOrderMark: boolean
  readonly comments: boolean
}

export const spelling: fc.Arbitrary<Spelling> = fc.record({
  form: fc.oneof({ weight: 14, arbitrary: fc.constant('yaml' as const) }, fc.constantFrom('json', 'list')),
  indent: fc.constantFrom(2, 4),
  flowLevel: rarely(9, -1, 0, 1, 2, 3),
  compactLists: fc.boolean(),
  doubleQuotes: fc.boolean(),
  width: rarely(9, 80, -1, 20),
  before: fc.oneof(
    {
      weight: 80,
      arbitrary: rarely(9, '', '---\n', '# head\n---\n', '\n\n', '--- # start\n', '---\n---\n', '# only\n'),
    },
    { weight: 1, arbitrary: fc.constant('%YAML 1.1\n---\n') },
  ),
  between: rarely(
    9,
    '---\n',
    '---\n# between\n---\n',
    '---\n\n---\n',
    '...\n---\n',
    '--- \n',
    '---\n~\n---\n',
    '---\t\n',
  ),
  after: rarely(9, '', '---\n', '...\n', '# foot\n', '\n\n', '---\n# nothing\n', '---\n{}\n', '  \n'),
  lineEnd: fc.oneof(
    { weight: 20, arbitrary: fc.constant('lf' as const) },
    fc.constantFrom('crlf', 'crlf', 'cr'),
  ),
  byteOrderMark: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, fc.constant(true)),
  comments: rarely(9, false, true),
})

export const PLAIN: Spelling = {
  form: 'yaml',
  indent: 2,
  flowLevel: -1,
  compactLists: true,
  doubleQuotes: false,
  width: 80,
  before: '',
  between: '---\n',
  after: '',
  lineEnd: 'lf',
  byteOrderMark: false,
  comments: false,
}

/** Prints documents; a text among them stands for itself. */
export function spell(documents: readonly unknown[], how: Spelling): string {
  const text = `${how.before}${documents.map((one) => printOne(one, how)).join(how.between)}${how.after}`
  const ended = how.lineEnd === 'lf' ? text : text.replaceAll('\n', how.lineEnd === 'cr' ? '\r' : '\r\n')
  return how.byteOrderMark ? `\ufeff${ended}` : ended
}

function printOne(document: unknown, how: Spelling): string {
  if (typeof document === 'string') return document.endsWith('\n') ? document : `${document}\n`
  if (how.form === 'json') return `${unmarked(JSON.stringify(document, undefined, how.indent))}\n`
  const items = how.form === 'list' ? { apiVersion: 'v1', kind: 'List', items: [document] } : document
  const printed = yaml.dump(items, {
    indent: how.indent,
    flowLevel: how.flowLevel,
    noArrayIndent: how.compactLists,
    quotingType: how.doubleQuotes ? '"' : "'",
    lineWidth: how.width,
  })
  // A long one is printed in other quotes, or none.
  const text = unraw(flat(printed, how).replace(/(?:"|[>|]-\n *)(@@[0-9a-f]*@@)"?/g, "'$1'"))
  return how.comments ? text.replace(/^( *)(\w+):(.*)$/gm, '$1# about $2\n$1$2:$3') : text
}

/** Blocks of lines cannot stand in brackets: there they are quoted. */
const flat = (printed: string, { flowLevel }: Spelling): string =>
  flowLevel < 0
    ? printed
    : printed.replace(/@@(?:7c|3e)[0-9a-f]*@@/g, (marked) => encode(`"${unmarked(marked)}"`))

/** Puts raw texts in place, further lines indented as deep as the line they begin in. */
function unraw(text: string): string {
  const lines = text.split('\n').map((line) => {
    const depth = ' '.repeat(/^[ -]*/.exec(line)?.[0].length ?? 0)
    return line.replace(RAW, (_, hex: string) => decode(hex).replaceAll('\n', `\n${depth}`))
  })
  return lines.join('\n')
}

/** JSON has no odd scalars: there the text is a string. */
const unmarked = (text: string): string =>
  text.replace(/@@([0-9a-f]*)@@/g, (_, hex: string) => JSON.stringify(decode(hex)).slice(1, -1))

const encode = (text: string): string => `@@${Buffer.from(text).toString('hex')}@@`
const decode = (hex: string): string => Buffer.from(hex, 'hex').toString()
