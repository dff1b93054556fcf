import fc from 'fast-check'

/** YAML that is written as it stands: what a printer of YAML would never write. */
export const RAW = /'@@([0-9a-f]*)@@'/g

/** A value that `spelling` prints as this text. */
export const raw = (text: string): string => `@@${Buffer.from(text).toString('hex')}@@`

/** One text for each part between bars; backslashes are themselves. */
const parts = (text: TemplateStringsArray): readonly string[] =>
  String.raw(text)
    .split('¦')
    .map((part) => part.trim())

const NUMBERS = parts`0644 ¦ 0o644 ¦ 0x1F ¦ 0b11 ¦ 1_000 ¦ 1e3 ¦ 1E3 ¦ 1.0 ¦ 1.10 ¦ -0 ¦ +1 ¦ .5 ¦ 5. ¦ 0.1 ¦ 1:30
  ¦ 190:20:30 ¦ 9007199254740991 ¦ 08 ¦ 1. ¦ 12e4567 ¦ 1e21 ¦ 1000000 ¦ 1000000.0 ¦ 123456789.123456789 ¦ 1e-7
  ¦ 0.000001 ¦ 1.7976931348623157e308 ¦ -0.0 ¦ 2001-12-14 ¦ 2001-12-14t21:59:43.10-05:00 ¦ 2001-12-14 21:59:43
  ¦ 100m ¦ 1Gi ¦ 10s ¦ 1e400 ¦ 0x ¦ 0b2 ¦ 1__0 ¦ 0.10 ¦ 1.5e-3 ¦ 00 ¦ -0644 ¦ +.5 ¦ 1e+3`

const WORDS = parts`yes ¦ No ¦ on ¦ OFF ¦ y ¦ n ¦ true ¦ True ¦ TRUE ¦ false ¦ ~ ¦ null ¦ Null ¦ ¦ nil ¦ = ¦ < ¦ << ¦ unicode é
  ¦ 日本語 ¦ 😀 ¦ a#b ¦ a #b ¦ multi word ¦ -a ¦ :a ¦ ?a ¦ a:b ¦ x,y ¦ a\nb ¦ 100% ¦ a&b ¦ a*b ¦ /x/ ¦ {{x}}y`

const QUOTED = parts`'it''s' ¦ "0644" ¦ 'yes' ¦ '~' ¦ "\u00e9\n\t" ¦ "\x41" ¦ "\U0001F600" ¦ '' ¦ "" ¦ "tab\there"
  ¦ "trailing " ¦ ' leading' ¦ "\0" ¦ "\u2028" ¦ "\u0085" ¦ "a\nb\n" ¦ '#' ¦ "line\n\n  indented\n" ¦ "\ufeffbom" ¦ "$"
  ¦ '{{ x }}' ¦ "a: b" ¦ "- a" ¦ '"' ¦ "*a" ¦ "1e3" ¦ "2001-12-14" ¦ "null" ¦ "\e[0m" ¦ "\_" ¦ "a\\b" ¦ "1_000"
  ¦ "=" ¦ "<<" ¦ "0o7" ¦ "1:30" ¦ "off" ¦ ".5" ¦ "+1" ¦ "08" ¦ "0x1F" ¦ "é" ¦ "a\
    b" ¦ "%x" ¦ "@x" ¦ " " ¦ "\n" ¦ "a\r\nb"`

const TAGGED = parts`!!str 123 ¦ !!int "5" ¦ !!float 1 ¦ !!binary aGVsbG8= ¦ !!null "" ¦ ! x ¦ !x y ¦ &anchor v
  ¦ [] ¦ {} ¦ [a, 0644, yes] ¦ {a: 1, b: [~, no]} ¦ [ ] ¦ &a [1, 2] ¦ {"a":1} ¦ [a,] ¦ [{a: b}, [c]] ¦ {a, b: } ¦ !!set {a}`

const BLOCKS = [
  ...[
    '|\n  one\n  two',
    '|-\n  strip',
    '|+\n  keep\n\n',
    '>\n  folded\n  lines\n\n  here',
    '>-\n  a\n   b\n  c',
  ],
  ...[
    '|2\n    indented',
    '|\n\n  leading',
    '"multi\n  line quoted"',
    '|\n  tab\there',
    '|\n  a: b\n  - c',
    '>+\n  x\n',
  ],
  ...[
    '|\n  trailing  \n  spaces',
    '|-\n  # no comment',
    `|\n  ${'wide'.repeat(80)}`,
    `>\n  ${'word '.repeat(90)}end`,
  ],
]
const LONG = [`"${'long '.repeat(60)}"`, 'long '.repeat(400).trim(), 'x'.repeat(5000), 'multi\n  line plain']

/** What no reader of YAML, or no printer of JSON, takes: one of these spoils the whole build. */
const SPOILED = parts`.inf ¦ -.INF ¦ .nan ¦ "\ud83d\ude00" ¦ "a\ ¦ *unknown ¦ @x ¦ [a ¦ a: b ¦ !!bool "yes" ¦ "\q" ¦ "\/" ¦ %x
  ¦ 18446744073709551615 ¦ 18446744073709551616 ¦ 9007199254740993 ¦ -9223372036854775808 ¦ 123456789012345678901234567890`

/** Plain texts, mostly. */
export const word: fc.Arbitrary<string> = fc.constantFrom('web', 'api', 'a', 'b', 'one two', '1', '')

/** A scalar, sequence or map as people write them: never the plain text of a printer. */
export const oddValue: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 60, arbitrary: fc.constantFrom(...NUMBERS) },
    { weight: 60, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 40, arbitrary: fc.constantFrom(...QUOTED) },
    { weight: 40, arbitrary: fc.constantFrom(...TAGGED, ...BLOCKS, ...LONG) },
    { weight: 1, arbitrary: fc.constantFrom(...SPOILED) },
  )
  .map(raw)

/** Where only text is valid: in labels, annotations, the data of a ConfigMap. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: word },
  { weight: 3, arbitrary: fc.constantFrom(...QUOTED).map(raw) },
  { weight: 2, arbitrary: fc.constantFrom(...BLOCKS, ...LONG).map(raw) },
  { weight: 1, arbitrary: fc.constantFrom('é', '日本語', 'a: b', '# no comment', '0644', 'true', '*') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
)

const SET =
  parts`\${a} ¦ \${b:-0644} ¦ \${c:=yes} ¦ $\${a} ¦ $a ¦ \${a^^} ¦ \${#a} ¦ x-\${a}-\${b:-y} ¦ \${port:-8080} ¦ $
  ¦ \${a/x/y} ¦ \${a:0:1} ¦ \${b:-\${a}} ¦ \${a%e*} ¦ \${a//t/\\/} ¦ \${a,,}: x ¦ $$ ¦ \${a:-"q"} ¦ \${port:+x}`.map(
    (text) => text.replaceAll('\\$', '$'),
  )
const UNSET = ['${missing}', '${lines}', '${quote}', '${a', '${1}', '${yaml}', '${a-x}', '${}', '${a:x}']

/** Text in which variables stand; `a` is nearly always set. */
export const template: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...SET) },
  { weight: 1, arbitrary: fc.constantFrom(...UNSET) },
)
