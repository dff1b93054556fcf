import fc from 'fast-check'
import type { Contribution, Feature } from './contribution.js'

const NAME = 'metadata: {name: plugin}\n'
const plugin = (kind: string, rest: string): string => `apiVersion: builtin\nkind: ${kind}\n${NAME}${rest}\n`

const TRANSFORMERS = [
  plugin('PrefixTransformer', 'prefix: t-\nfieldSpecs: [{path: metadata/name}]'),
  plugin('PrefixSuffixTransformer', 'prefix: t-\nsuffix: -t\nfieldSpecs: [{path: metadata/name}]'),
  plugin('NamespaceTransformer', 'unsetOnly: true').replace('plugin}', 'plugin, namespace: moved}'),
  plugin(
    'NamespaceTransformer',
    'setRoleBindingSubjects: none\nfieldSpecs: [{path: metadata/namespace, create: true}]',
  ).replace('plugin}', 'plugin, namespace: moved}'),
  plugin(
    'LabelTransformer',
    'labels: {by: transformer}\nfieldSpecs: [{path: metadata/labels, create: true}]',
  ),
  plugin(
    'AnnotationsTransformer',
    'annotations: {by: transformer}\nfieldSpecs: [{path: metadata/annotations, create: true}]',
  ),
  plugin('ImageTagTransformer', 'imageTag: {name: web, newTag: "7"}'),
  plugin(
    'ReplicaCountTransformer',
    'replica: {name: dep-1, count: 7}\nfieldSpecs: [{path: spec/replicas, kind: Deployment}]',
  ),
  plugin(
    'PatchTransformer',
    "patch: '[{op: add, path: /metadata/annotations, value: {by: patch}}]'\ntarget: {kind: Deployment}",
  ),
  plugin('PatchTransformer', 'path: patch-of-plugin.yaml\ntarget: {kind: ConfigMap}'),
  plugin('PatchJson6902Transformer', "target: {kind: Service, name: dep-1}\njsonOp: '[]'"),
  plugin('ValueAddTransformer', 'value: added\ntargets: [{fieldPath: metadata/annotations/x}]'),
  plugin('ReplacementTransformer', 'replacements: []'),
  plugin('HashTransformer', ''),
  plugin('Unknown', 'x: 1'),
]

const GENERATORS = [
  plugin('ConfigMapGenerator', 'literals: [a=1, b=0644]'),
  plugin(
    'ConfigMapGenerator',
    'behavior: create\nfiles: [patch-of-plugin.yaml]\noptions: {disableNameSuffixHash: true}',
  ),
  plugin('SecretGenerator', 'literals: [a=1]\ntype: Opaque'),
  plugin('HelmChartInflationGenerator', 'chart: web'),
]

const FILES = { 'patch-of-plugin.yaml': '- {op: add, path: /data, value: {by: plugin}}\n' }

const inFile = (field: string, name: string) => (text: string) => (): Contribution => ({
  fields: { [field]: [name] },
  files: { [name]: text, ...FILES },
})
const inline = (field: string) => (text: string) => (): Contribution => ({
  fields: { [field]: [text] },
  files: FILES,
})

const CONFIGURATIONS = [
  'namePrefix: [{path: metadata/name}, {path: spec/a, kind: Widget}]\n',
  'nameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/a, kind: Widget}]}]\n',
  'commonLabels: [{path: spec/labels, kind: Widget, create: true}]\n',
  'commonAnnotations: [{path: spec/notes, create: true, kind: Widget}]\n',
  'images: [{path: spec/image, kind: Widget}]\n',
  'replicas: [{path: spec/a, kind: Widget, create: true}]\n',
  'varReference: [{path: spec, kind: Widget}]\n',
  'namespace: [{path: spec/where, create: true, kind: Widget}]\n',
  'unknownField: []\n',
  'not a configuration\n',
]

const WIDGET_SCHEMA = {
  definitions: {
    'com.example.v1.Widget': {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            items: {
              type: 'array',
              items: { type: 'object' },
              'x-kubernetes-patch-merge-key': 'name',
              'x-kubernetes-patch-strategy': 'merge',
            },
          },
        },
      },
      'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v1' }],
    },
  },
}

const OTHERS: readonly Contribution[] = [
  { fields: { openapi: { path: 'schema.json' } }, files: { 'schema.json': JSON.stringify(WIDGET_SCHEMA) } },
  { fields: { openapi: { path: 'missing.json' } } },
  { fields: { openapi: { version: 'v1.21.2' } } },
  {
    fields: { crds: ['crd.json'] },
    files: {
      'crd.json': JSON.stringify({
        'example.com/v1.Widget': { Schema: { properties: {} }, Dependencies: [] },
      }),
    },
  },
  { fields: { crds: ['crd.yaml'] }, files: { 'crd.yaml': 'x: 1\n' } },
  {
    fields: { validators: ['validator.yaml'] },
    files: { 'validator.yaml': plugin('LabelTransformer', 'labels: {}') },
  },
  { fields: { helmCharts: [{ name: 'web', repo: 'https://charts.local', version: '1.0.0' }] } },
  { fields: { helmGlobals: { chartHome: 'charts' } } },
  { fields: { helmChartInflationGenerator: [{ chartName: 'web' }] } },
]

/** `configurations`, `openapi`, plugins in files, folders and in place. */
export const pluginField: fc.Arbitrary<Feature> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TRANSFORMERS).map(inFile('transformers', 'transformer.yaml')) },
  { weight: 2, arbitrary: fc.constantFrom(...TRANSFORMERS).map(inline('transformers')) },
  { weight: 1, arbitrary: fc.constantFrom(...TRANSFORMERS).map(inFile('validators', 'validator.yaml')) },
  { weight: 2, arbitrary: fc.constantFrom(...GENERATORS).map(inFile('generators', 'generator.yaml')) },
  { weight: 1, arbitrary: fc.constantFrom(...GENERATORS).map(inline('generators')) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...CONFIGURATIONS).map(inFile('configurations', 'configuration.yaml')),
  },
  { weight: 7, arbitrary: fc.constantFrom(...OTHERS).map((one) => () => one) },
)
