import fc from 'fast-check'
import { seldom } from './chance.js'
import { type Contribution, type Feature, pick, type Surroundings } from './contribution.js'
import { generatorField } from './generator-field.js'
import { image } from './manifest.js'
import { patch, withoutRaw } from './patch.js'
import { pluginField } from './plugin-field.js'

const fixed = (...all: readonly Contribution['fields'][]): fc.Arbitrary<Feature> =>
  fc.constantFrom(...all).map((fields) => () => ({ fields }))

const VALUES = fc.constantFrom('web', '0644', 'yes', '1.0', 'a b', '')
const labels = fc.dictionary(fc.constantFrom('app', 'team', 'example.com/x'), VALUES, {
  minKeys: 1,
  maxKeys: 2,
})

const names = fixed(
  ...['namePrefix', 'nameSuffix'].flatMap((field) =>
    ['x-', '-x', 'UPPER-', '', 'a.b-'].map((value) => ({ [field]: value })),
  ),
)
const namespace = fixed(...['team', 'prod', '', 'default', 'UPPER'].map((value) => ({ namespace: value })))

const labelField = fc
  .record(
    {
      pairs: labels,
      includeSelectors: fc.boolean(),
      includeTemplates: fc.boolean(),
      fields: fc.constantFrom([{ path: 'spec/labels', create: true, kind: 'Widget' }], []),
    },
    { requiredKeys: ['pairs'] },
  )
  .map((entry) => () => ({ fields: { labels: [entry] } }))

const images = fc
  .record(
    {
      name: image,
      newName: fc.constantFrom('other', 'local/web'),
      newTag: fc.constantFrom<unknown>('2', '1.10', 1.1, 7, ''),
      digest: fc.constantFrom('sha256:dd', 'abc'),
      tagSuffix: fc.constant('-s'),
    },
    { requiredKeys: ['name'] },
  )
  .map((entry) => () => ({ fields: { images: [entry] } }))

const replicas = fc
  .tuple(fc.nat(20), fc.constantFrom<unknown>(0, 3, '5', -1, 2.5))
  .map(([at, count]) => (around: Surroundings) => ({
    fields: { replicas: [{ name: pick(around, at).name, count }] },
  }))

const inPatches = fc
  .record({ patch, inFile: fc.boolean() })
  .map((choice) => (around: Surroundings): Contribution => {
    const { patch: text, target } = choice.patch(around)
    const aim = target === undefined ? {} : { target }
    if (!choice.inFile) return { fields: { patches: [{ patch: withoutRaw(text), ...aim }] } }
    return { fields: { patches: [{ path: 'patch.yaml', ...aim }] }, files: { 'patch.yaml': text } }
  })
const oldPatches = fc
  .record({ patch, form: fc.nat(2) })
  .map(({ patch: choose, form }) => (around: Surroundings): Contribution => {
    const { patch: text, target = {} } = choose(around)
    if (form === 0) return { fields: { patchesStrategicMerge: [withoutRaw(text)] } }
    if (form === 1)
      return { fields: { patchesStrategicMerge: ['old-patch.yaml'] }, files: { 'old-patch.yaml': text } }
    return {
      fields: { patchesJson6902: [{ path: 'json-patch.yaml', target }] },
      files: { 'json-patch.yaml': text },
    }
  })

const FIELD_PATHS = [
  'metadata.name',
  'metadata.annotations.note',
  'spec.replicas',
  'data.a',
  'spec.a',
  'spec.template.spec.containers.0.image',
  'spec.template.spec.containers.[name=app].image',
  'metadata.annotations.[example.com/a]',
  'spec.*',
]
const replacement = fc
  .record({
    from: fc.nat(20),
    to: fc.nat(20),
    source: fc.constantFrom(...FIELD_PATHS, undefined),
    target: fc.constantFrom(...FIELD_PATHS),
    options: fc.constantFrom(
      undefined,
      { create: true },
      { delimiter: ':', index: 0 },
      { delimiter: '/', index: 9 },
    ),
    literal: seldom(fc.constantFrom('text', '0644'), 5),
    inFile: fc.boolean(),
  })
  .map((choice) => (around: Surroundings): Contribution => {
    const { kind, name } = pick(around, choice.from)
    const other = pick(around, choice.to)
    const source =
      choice.literal === undefined
        ? { source: { kind, name, fieldPath: choice.source } }
        : { sourceValue: choice.literal }
    const target = {
      select: { kind: other.kind, name: other.name },
      fieldPaths: [choice.target],
      options: choice.options,
    }
    const entry = JSON.parse(JSON.stringify({ ...source, targets: [target] })) as object
    if (!choice.inFile) return { fields: { replacements: [entry] } }
    return {
      fields: { replacements: [{ path: 'replacement.yaml' }] },
      files: { 'replacement.yaml': `${JSON.stringify([entry])}\n` },
    }
  })

const variable = fc
  .tuple(fc.nat(20), fc.constantFrom('metadata.name', 'spec.replicas', 'nowhere', undefined))
  .map(([at, fieldpath]) => (around: Surroundings) => {
    const { kind, apiVersion, name } = pick(around, at)
    const reference = fieldpath === undefined ? {} : { fieldref: { fieldpath } }
    return { fields: { vars: [{ name: 'A', objref: { kind, apiVersion, name }, ...reference }] } }
  })

const order = fixed(
  { sortOptions: { order: 'fifo' } },
  { sortOptions: { order: 'legacy' } },
  {
    sortOptions: {
      order: 'legacy',
      legacySortOptions: { orderFirst: ['Service', 'Namespace'], orderLast: ['ConfigMap'] },
    },
  },
  { sortOptions: { order: 'fifo', legacySortOptions: { orderFirst: [], orderLast: [] } } },
  { sortOptions: { order: 'other' } },
  { sortOptions: {} },
)

const odd = fixed(
  { buildMetadata: ['originAnnotations'] },
  { buildMetadata: ['transformerAnnotations', 'managedByLabel'] },
  { buildMetadata: ['nonsense'] },
  { metadata: { name: 'x', labels: { a: 'b' } } },
  { metadata: { annotations: { 'config.kubernetes.io/local-config': 'true' } } },
  { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' },
  { apiVersion: 'kustomize.config.k8s.io/v1' },
  { kind: 'Component' },
  { kind: 'Other' },
  { unknownField: 1 },
  { NamePrefix: 'folded-' },
  { imageTags: [{ name: 'web', newTag: '8' }] },
  { namePrefix: 7 },
  { namespace: true },
  { commonLabels: { a: 1, b: true } },
  { commonLabels: ['a'] },
  { images: 'web' },
  { patches: {} },
  { resources: null },
  { resources: ['missing.yaml'] },
  { resources: ['missing'] },
  { resources: [''] },
  { resources: [7] },
  { resources: ['../../../../../../outside'] },
  { components: ['missing'] },
  { namePrefix: null, labels: null },
  { replicas: [{ name: 'dep-1' }] },
  { generatorOptions: { disableNameSuffixHash: 'yes' } },
  { configMapGenerator: [{ name: 7, literals: ['a=1'] }] },
  { configMapGenerator: [{ name: 'extra', literals: [7] }] },
  { patches: [{ patch: '[]', target: { name: 7 } }] },
  { images: [{ name: 'web', newTag: { a: 1 } }] },
  { sortOptions: 'legacy' },
  { components: [7] },
)

/** One thing that a kustomization file asks for. */
export const kustomizationField: fc.Arbitrary<Feature> = fc.oneof(
  { weight: 3, arbitrary: names },
  { weight: 2, arbitrary: namespace },
  { weight: 2, arbitrary: labels.map((pairs) => () => ({ fields: { commonLabels: pairs } })) },
  { weight: 2, arbitrary: labels.map((pairs) => () => ({ fields: { commonAnnotations: pairs } })) },
  { weight: 2, arbitrary: labelField },
  { weight: 2, arbitrary: images },
  { weight: 1, arbitrary: replicas },
  { weight: 5, arbitrary: inPatches },
  { weight: 2, arbitrary: oldPatches },
  { weight: 5, arbitrary: generatorField },
  { weight: 2, arbitrary: replacement },
  { weight: 1, arbitrary: variable },
  { weight: 3, arbitrary: pluginField },
  { weight: 1, arbitrary: order },
  { weight: 2, arbitrary: odd },
)
