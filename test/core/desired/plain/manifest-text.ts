import fc from 'fast-check'

/** Texts that readers of YAML could take for something else, and such that Go's printer folds or quotes. */
const ODD = [
  ...[
    'yes',
    'no',
    'on',
    'off',
    'y',
    'N',
    'true',
    'True',
    'false',
    'null',
    'Null',
    '~',
    '',
    'nan',
    '.inf',
    '-inf',
    '<<',
  ],
  ...[
    '0',
    '-1',
    '007',
    '0644',
    '0o644',
    '0x1F',
    '1e3',
    '1E+3',
    '12e4567',
    '1_000',
    '1:30',
    '190:20:30',
    '3.14',
    '1.10',
  ],
  ...[
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '2024.11.1',
    '1.2.3',
    'v1.2.3',
    '10Mi',
    '100m',
    '30s',
    '1h30m',
    '5d',
    '1d',
  ],
  ...[
    'a b',
    'a: b',
    'a:b',
    'a #b',
    'a#b',
    '#a',
    '- a',
    '-a',
    '--flag=x',
    '? a',
    '?a',
    ': a',
    ':a',
    'a:',
    '---',
    '...',
  ],
  ...[
    '[a]',
    '{a}',
    'a,b',
    '*a',
    '&a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a`',
    "it's",
    "'a'",
    '"a"',
    'a"b',
    'a\\b',
    '\\n',
  ],
  ...[
    '$(VAR)',
    '${VAR}',
    '$a',
    '/etc/x',
    './x',
    '../x',
    '(a)',
    '=',
    '=a',
    ';',
    '<a>',
    'a  b',
    'http://x:80/y?z=1&a',
  ],
  ...[
    'x '.repeat(50).trim(),
    'word '.repeat(16).trim(),
    `${'y'.repeat(90)} z`,
    `${'ab '.repeat(30)} two  blanks and on`,
  ],
  ...[
    `it's ${'long and quoted: '.repeat(8)}end`,
    `${'-'.repeat(85)} a b`,
    '9007199254740993',
    '123456789012345',
  ],
]

const WORDS = fc.array(fc.constantFrom('a', 'bc', 'Word', 'x-y', '10', 'e.g.', "don't", '"q"', 'k:', '#h'), {
  minLength: 1,
  maxLength: 40,
})

const text = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }) },
  { weight: 1, arbitrary: WORDS.map((words) => words.join(' ')) },
  { weight: 5, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{2,12}$/) },
)

const lines = fc
  .array(
    fc.oneof(fc.constantFrom('', 'key: value', '  indented', '# no comment', '- a', '---x', 'end'), text),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((all) => all.map((line) => line.replaceAll('\n', ' ')))

/** As one writes a value behind a key: some of it is no valid YAML. */
const scalar = fc.oneof(
  text,
  text,
  text.map((value) => JSON.stringify(value)),
  text.map((value) => `'${value.replaceAll("'", "''")}'`),
  fc.constantFrom(
    '{}',
    '[]',
    '[a, b]',
    '{a: b, c: "d"}',
    '["1", \'x\']',
    '[1, true]',
    '{ a: 1 }',
    '[ a ]',
    '5',
    'true',
  ),
)

const key = fc.oneof(
  fc.stringMatching(/^[a-z][A-Za-z0-9]{3,8}$/),
  fc.stringMatching(/^[a-z]+[A-Z0-9]{1,3}$/),
  fc.stringMatching(/^[a-z0-9]{1,3}[-._/]?[A-Z0-9]{0,4}$/),
  fc.constantFrom(
    'a1',
    'a10',
    'a2',
    'a02',
    'a-b',
    'a.b',
    'aB',
    'example.com/x',
    'y',
    'no',
    '5',
    'a_b',
    'x0',
    'x00',
    'x010',
  ),
)

const comment = fc.option(fc.constantFrom(' # why', '  #x', ' #: y'), { nil: '', freq: 4 })
const above = fc.option(fc.constantFrom('# above', '#', ''), { nil: undefined, freq: 5 })

type Block = (indent: string) => readonly string[]

const { value } = fc.letrec<{ value: Block; map: Block; list: Block; leaf: Block }>((tie) => ({
  leaf: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(scalar, comment).map(([written, note]): Block => () => [` ${written}${note}`]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('|', '|-', '|', '>', '|+'), lines, fc.nat(2))
        .map(([header, all, more]): Block => (indent) => [
          ` ${header}`,
          ...all.map((line) => (line === '' ? '' : `${indent}${' '.repeat(more)}${line}`)),
        ]),
    },
  ),
  map: fc
    .array(fc.tuple(key, tie('value'), above), { minLength: 1, maxLength: 3 })
    .map((fields): Block => (indent) => [
      '',
      ...fields.flatMap(([name, block, note]) => {
        const [first = '', ...rest] = block(`${indent}  `)
        return [...(note === undefined ? [] : [`${indent}${note}`]), `${indent}${name}:${first}`, ...rest]
      }),
    ]),
  list: fc
    .tuple(fc.array(tie('value'), { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([items, isFlush]): Block => (indent) => {
      const margin = isFlush ? indent.slice(2) : indent
      return ['', ...items.flatMap((block) => listItem(block(`${margin}  `), margin))]
    }),
  value: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('map'), tie('list')),
}))

/** A block that starts on the next line starts behind the dash instead. */
function listItem([first = '', second = '', ...rest]: readonly string[], margin: string): readonly string[] {
  if (first !== '') return [`${margin}-${first}`, ...(second === '' ? [] : [second]), ...rest]
  return second.startsWith(`${margin}  `) && second.trim() !== ''
    ? [`${margin}- ${second.slice(margin.length + 2)}`, ...rest]
    : [`${margin}-`, second, ...rest]
}

/** Manifests as people write them, and a little worse; `NAME` stands where the name belongs. */
export const manifestText = fc
  .record({ fields: fc.array(fc.tuple(key, value), { maxLength: 2 }), spec: value, note: comment })
  .map(({ fields, spec, note }) => {
    const all: readonly (readonly [string, Block])[] = [['spec', spec], ...fields]
    const written = all.flatMap(([name, block]) => {
      const [first = '', ...rest] = block('  ')
      return [`${name}:${first}`, ...rest]
    })
    return `apiVersion: v1${note}\nkind: Thing\nmetadata:\n  name: NAME\n${written.join('\n')}\n`
  })
