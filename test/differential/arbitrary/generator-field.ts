import fc from 'fast-check'
import type { Case } from '../case.js'
import { rarely } from './chance.js'
import type { Feature } from './contribution.js'

const ENTRIES = [
  'a=1',
  'b=two words',
  'c="quoted"',
  "d='single'",
  'e=',
  'f=x=y',
  'g=0644',
  'h=é',
  'i=yes',
  'j=$a',
  'k=a: b',
]

/** Data files of generators: text that is data, whatever it looks like. */
const DATA: Case['files'] = {
  'data/one.txt': 'one\ntwo\n',
  'data/yaml.yaml': 'replicas: 0644\nlist: [a, yes]\n',
  'data/crlf.txt': 'one\r\ntwo\r\n',
  'data/tabs.txt': '\tone\n  two   \n\n',
  'data/empty': '',
  'data/binary.bin': Uint8Array.of(0, 1, 255, 128),
  'data/unicode.txt': 'é 日本語 😀\n',
  'data/bom.txt': '\ufeffone\n',
  'data/control.txt': 'a\u0001b\u007f\u0085c',
  'data/long.txt': `${'long line '.repeat(100)}\n`,
  'data/env.env': 'A=1\nB="two"\n# comment\n\n C=3\nD\nE==x\n',
  'data/crlf.env': 'E=1\r\nF=2\r\n',
  'data/broken.env': '1A=1\nno spaces=2\n',
}

const file = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.constantFrom(
      ...Object.keys(DATA).filter((path) => !path.endsWith('.env')),
      ...['key=data/one.txt', 'other.yaml=data/yaml.yaml', './data/one.txt'],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('data/missing.txt', '=data/one.txt', 'a=b=data/one.txt') },
)
const envFile = fc.oneof(
  { weight: 15, arbitrary: fc.constantFrom('data/env.env', 'data/crlf.env') },
  { weight: 1, arbitrary: fc.constantFrom('data/broken.env', 'data/missing.env', 'data/one.txt') },
)
const literal = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...ENTRIES) },
  { weight: 1, arbitrary: fc.constantFrom('none', '=x', 'a b=c', 'key/x=1') },
)

const options = fc.record(
  {
    disableNameSuffixHash: fc.boolean(),
    labels: fc.constantFrom({ generated: 'yes' }, {}, { app: '1' }),
    annotations: fc.constantFrom({ note: 'generated' }, { a: '0644' }),
    immutable: fc.boolean(),
  },
  { requiredKeys: [] },
)

const entry = fc.record(
  {
    name: fc.constantFrom('settings', 'credentials', 'extra'),
    namespace: fc.constantFrom('team', 'prod'),
    behavior: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('create', 'unspecified') },
      { weight: 1, arbitrary: fc.constantFrom('merge', 'replace', 'upsert') },
    ),
    literals: fc.uniqueArray(literal, { minLength: 1, maxLength: 4, selector: (text) => text.split('=')[0] }),
    files: fc.uniqueArray(file, { minLength: 1, maxLength: 3 }),
    envs: fc.array(envFile, { minLength: 1, maxLength: 2 }),
    options,
  },
  { requiredKeys: ['name'] },
)

const usual = fc.record({
  name: fc.constantFrom('settings', 'extra'),
  literals: fc.constantFrom(['a=1'], ['a=1', 'b=0644']),
})

/** The entry alone is often refused (a behaviour without a base), so half of them are plain. */
const item = fc.oneof<fc.Arbitrary<object>[]>(usual, entry)

const named = (field: string, extra: object = {}): fc.Arbitrary<Feature> =>
  item.map((one) => () => ({ fields: { [field]: [{ ...extra, ...one }] }, files: DATA }))

/** ConfigMap and Secret generators, and what holds for all of them. */
export const generatorField: fc.Arbitrary<Feature> = fc.oneof(
  { weight: 4, arbitrary: named('configMapGenerator') },
  { weight: 2, arbitrary: named('secretGenerator') },
  { weight: 1, arbitrary: named('secretGenerator', { type: 'kubernetes.io/tls' }) },
  { weight: 1, arbitrary: options.map((fields) => () => ({ fields: { generatorOptions: fields } })) },
  {
    weight: 1,
    arbitrary: rarely(6, 'data/env.env', ' data/env.env').map((env) => () => ({
      fields: { configMapGenerator: [{ name: 'extra', env }] },
      files: DATA,
    })),
  },
)
