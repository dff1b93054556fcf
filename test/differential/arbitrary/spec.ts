import fc from 'fast-check'
import { seldom } from './chance.js'
import type { Contribution, Feature, Surroundings } from './contribution.js'
import { image } from './manifest.js'
import { patch, withoutRaw } from './patch.js'

/** The objects beside every Kustomization that variables come from; Secrets as plain text. */
export const PROVIDED = {
  ConfigMap: {
    settings: { a: 'settings', b: 'yes', lines: 'x\ny\n', yaml: '{x: 1}' },
    empty: {},
    misnamed: { 'not-a-name': 'x' },
  },
  Secret: {
    credentials: { a: 'swordfish', port: '0644', quote: '"' },
  },
} as const

const fixed = (...all: readonly Contribution['fields'][]): fc.Arbitrary<Feature> =>
  fc.constantFrom(...all).map((fields) => () => ({ fields }))

const patches = patch.map((choose) => (around: Surroundings) => {
  const { patch: text, target } = choose(around)
  return { fields: { patches: [{ patch: withoutRaw(text), ...(target === undefined ? {} : { target }) }] } }
})

const images = fc
  .record(
    {
      name: image,
      newName: fc.constantFrom('flux', 'local/flux'),
      newTag: fc.constantFrom('9', '1.10', ''),
      digest: fc.constantFrom('sha256:ff', ''),
    },
    { requiredKeys: ['name'] },
  )
  .map((entry) => () => ({ fields: { images: [entry] } }))

const variable = fc.constantFrom('a', 'b', 'port', 'lines', 'quote', 'yaml', '_x')
const value = fc.constantFrom(
  'inline',
  '0644',
  'yes',
  '',
  '"',
  "'",
  'a: b',
  'two\nlines',
  '8080',
  '1e3',
  '~',
  '{a: 1}',
  'é',
  '# x',
  '${b}',
  '*x',
  '"quoted"',
  ' x ',
)
const reference = fc.record(
  {
    kind: fc.constantFrom('ConfigMap', 'Secret'),
    name: fc.constantFrom('settings', 'settings', 'credentials', 'empty', 'absent', 'absent', 'misnamed'),
    optional: fc.boolean(),
  },
  { requiredKeys: ['kind', 'name'] },
)
/** References that exist, so that most builds get as far as substitution. */
const present = fc.constantFrom(
  { kind: 'ConfigMap', name: 'settings' },
  { kind: 'Secret', name: 'credentials' },
)

const SETTINGS = { kind: 'ConfigMap', name: 'settings' }

const substituteFrom = fc
  .array(fc.oneof({ weight: 4, arbitrary: present }, { weight: 1, arbitrary: reference }), { maxLength: 2 })
  .map((found) => [SETTINGS, ...found])

const substitute = fc.oneof(
  { weight: 12, arbitrary: fc.dictionary(variable, value, { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom({ '1a': 'x' }, { 'a-b': 'x' }) },
)

const substituteStrategy = fc.constantFrom('Always', 'WithVariables')

const postBuild = fc.oneof(
  { weight: 3, arbitrary: fc.record({ substituteFrom }) },
  { weight: 3, arbitrary: fc.record({ substituteFrom, substitute }) },
  { weight: 3, arbitrary: substitute.map((own) => ({ substitute: { a: 'inline', ...own } })) },
  { weight: 2, arbitrary: fc.record({ substitute, substituteStrategy }, { requiredKeys: [] }) },
)

const withVariables = postBuild.map((fields) => () => ({ fields: { postBuild: fields } }))

const PARTS: readonly Contribution['fields'][] = [
  { components: ['../parts'] },
  { components: ['../parts', '../missing'], ignoreMissingComponents: true },
  { components: ['./missing/', '../parts/'], ignoreMissingComponents: true },
]
const WRONG_PARTS: readonly Contribution['fields'][] = [
  { components: ['../missing'] },
  { components: ['../base'] },
  { components: ['https://example.com/parts'] },
  { components: ['/parts'] },
  { components: ['one.yaml'], ignoreMissingComponents: true },
  { components: [] },
]
const components = fc
  .tuple(fc.constantFrom(...PARTS), seldom(fc.constantFrom(...WRONG_PARTS), 12))
  .map(([usual, wrong]) => ({ hasParts }: Surroundings) => ({ fields: wrong ?? (hasParts ? usual : {}) }))

/** One field of a Flux Kustomization's spec. */
export const specField: fc.Arbitrary<Feature> = fc.oneof(
  { weight: 3, arbitrary: patches },
  { weight: 2, arbitrary: images },
  { weight: 4, arbitrary: withVariables },
  {
    weight: 2,
    arbitrary: fixed({ targetNamespace: 'team' }, { targetNamespace: 'prod' }, { targetNamespace: 'x.y' }),
  },
  { weight: 2, arbitrary: fixed({ namePrefix: 'flux-' }, { nameSuffix: '-flux' }, { namePrefix: 'F_' }) },
  {
    weight: 2,
    arbitrary: components,
  },
  {
    weight: 1,
    arbitrary: fixed({ commonMetadata: { labels: { common: 'yes' }, annotations: { common: '0644' } } }),
  },
  {
    weight: 1,
    arbitrary: fixed(
      { buildMetadata: ['originAnnotations'] },
      { buildMetadata: ['transformerAnnotations'] },
      { buildMetadata: ['originAnnotations', 'transformerAnnotations'] },
      { buildMetadata: [] },
    ),
  },
  { weight: 1, arbitrary: fixed({ force: true }, { deletionPolicy: 'Orphan' }, { wait: true }) },
)
