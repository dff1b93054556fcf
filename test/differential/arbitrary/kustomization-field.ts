import fc from 'fast-check'
import { rarely, seldom } from './chance.js'
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
      newTag: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom<unknown>('2', '1.10', '') },
        { weight: 1, arbitrary: fc.constantFrom<unknown>(1.1, 7) },
      ),
      digest: fc.constantFrom('sha256:dd', 'abc'),
      tagSuffix: fc.constant('-s'),
    },
    { requiredKeys: ['name'] },
  )
  .map((entry) => () => ({ fields: { images: [entry] } }))

const replicas = fc
  .tuple(fc.nat(20), rarely<unknown>(6, 3, 0, '5', -1, 2.5))
  .map(([at, count]) => (around: Surroundings) => {
    const objects = around.objects.filter(({ kind }) => /^(?:Deployment|StatefulSet)$/.test(kind))
    const { name } = pick({ ...around, objects: objects.length > 0 ? objects : around.objects }, at)
    return { fields: { replicas: [{ name, count }] } }
  })

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
    const isJson = /^(?:\[|- )/.test(text)
    if (!isJson && form > 0) return { fields: { patchesStrategicMerge: [withoutRaw(text)] } }
    if (!isJson)
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
const OPTIONS = [undefined, { create: true }, { delimiter: ':', index: 0 }, { delimiter: '/', index: 9 }]
/** Where a value can go, and how. */
const TARGETS: readonly { readonly path: string; readonly options: object | undefined }[] =
  FIELD_PATHS.flatMap((path) => OPTIONS.map((options) => ({ path, options })))
const replacement = fc
  .record({
    from: fc.nat(20),
    to: fc.nat(20),
    source: rarely(6, 'metadata.name', ...FIELD_PATHS, undefined),
    target: rarely(4, { path: 'metadata.annotations.note', options: { create: true } }, ...TARGETS),
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
      fieldPaths: [choice.target.path],
      options: choice.target.options,
    }
    const entry = JSON.parse(JSON.stringify({ ...source, targets: [target] })) as object
    if (!choice.inFile) return { fields: { replacements: [entry] } }
    return {
      fields: { replacements: [{ path: 'replacement.yaml' }] },
      files: { 'replacement.yaml': `${JSON.stringify([entry])}\n` },
    }
  })

const variable = fc
  .tuple(fc.nat(20), rarely(6, 'metadata.name', 'spec.replicas', 'nowhere', undefined))
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

const metadata = fixed(
  { buildMetadata: ['originAnnotations'] },
  { buildMetadata: ['transformerAnnotations', 'managedByLabel'] },
)

const odd = fixed(
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
  { weight: 9, arbitrary: names },
  { weight: 6, arbitrary: namespace },
  { weight: 6, arbitrary: labels.map((pairs) => () => ({ fields: { commonLabels: pairs } })) },
  { weight: 6, arbitrary: labels.map((pairs) => () => ({ fields: { commonAnnotations: pairs } })) },
  { weight: 6, arbitrary: labelField },
  { weight: 6, arbitrary: images },
  { weight: 3, arbitrary: replicas },
  { weight: 15, arbitrary: inPatches },
  { weight: 6, arbitrary: oldPatches },
  { weight: 15, arbitrary: generatorField },
  { weight: 6, arbitrary: replacement },
  { weight: 2, arbitrary: variable },
  { weight: 6, arbitrary: pluginField },
  { weight: 2, arbitrary: order },
  { weight: 2, arbitrary: odd },
  { weight: 2, arbitrary: metadata },
)
