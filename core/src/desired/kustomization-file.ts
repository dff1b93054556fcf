import { isRecord } from '../object.js'
import { goText } from './yaml.js'

/** kustomize's own file, as data. */
export type KustomizationFile = Readonly<Record<string, unknown>>

/** The names kustomize recognises, in the order it looks for them (kustomize api/konfig). */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** What a field of kustomize's Go types holds. */
type Shape =
  | 'text'
  | 'texts'
  | 'textMap'
  /** Numbers, booleans and free-form values. */
  | 'any'
  | { readonly object: Shapes }
  | { readonly list: Shapes }

type Shapes = Readonly<Record<string, Shape>>

// A number in a field of a Go struct that is embedded in another stays a number: the reader that makes text of
// one loses its way there (sigs.k8s.io/yaml convertToJSONableObject). Such fields are `any` here.
const GVK = { group: 'any', version: 'any', kind: 'any' } as const
const ID = { ...GVK, name: 'any', namespace: 'any' } as const
const SELECTOR: Shapes = { ...ID, annotationSelector: 'text', labelSelector: 'text' }
const FIELD_SPEC: Shapes = { ...GVK, path: 'text', create: 'any' }
const PATCH: Shapes = {
  path: 'text',
  patch: 'text',
  target: { object: SELECTOR },
  options: { object: { allowNameChange: 'any', allowKindChange: 'any' } },
}
const IMAGE: Shapes = { name: 'text', newName: 'text', tagSuffix: 'text', newTag: 'text', digest: 'text' }
const OPTIONS: Shapes = {
  labels: 'textMap',
  annotations: 'textMap',
  disableNameSuffixHash: 'any',
  immutable: 'any',
}

const anyOf = (...names: readonly string[]): Shapes =>
  Object.fromEntries(names.map((name) => [name, 'any' as const]))
const textOf = (...names: readonly string[]): Shapes =>
  Object.fromEntries(names.map((name) => [name, 'text' as const]))

const GENERATOR: Shapes = {
  ...anyOf('namespace', 'name', 'behavior', 'literals', 'files', 'envs', 'env'),
  options: { object: anyOf('labels', 'annotations', 'disableNameSuffixHash', 'immutable') },
}
const REPLACEMENT_OPTIONS: Shape = { object: anyOf('delimiter', 'index', 'encoding', 'create') }
const RAW_SELECTOR: Shapes = { ...ID, ...anyOf('annotationSelector', 'labelSelector') }
const REPLACEMENT: Shapes = {
  path: 'text',
  source: { object: { ...ID, fieldPath: 'any', options: REPLACEMENT_OPTIONS } },
  sourceValue: 'any',
  targets: {
    list: {
      select: { object: RAW_SELECTOR },
      reject: { list: RAW_SELECTOR },
      fieldPaths: 'any',
      options: REPLACEMENT_OPTIONS,
    },
  },
}
const HELM_CHART: Shapes = {
  ...textOf('name', 'version', 'repo', 'releaseName', 'namespace', 'valuesFile', 'valuesMerge'),
  ...textOf('kubeVersion', 'nameTemplate'),
  ...anyOf('valuesInline', 'includeCRDs', 'skipHooks', 'skipTests', 'debug', 'devel'),
  additionalValuesFiles: 'texts',
  apiVersions: 'texts',
}
const OLD_HELM_CHART: Shapes = {
  ...textOf('chartName', 'chartVersion', 'chartRepoUrl', 'chartHome', 'chartRepoName', 'helmBin', 'helmHome'),
  ...textOf('values', 'valuesMerge', 'releaseName', 'releaseNamespace'),
  valuesLocal: 'any',
  extraArgs: 'texts',
}

/** The fields of kustomize's Kustomization v5.8 (kustomize api/types). */
const KUSTOMIZATION: Shapes = {
  apiVersion: 'any',
  kind: 'any',
  metadata: { object: { name: 'text', namespace: 'text', labels: 'textMap', annotations: 'textMap' } },
  openapi: 'textMap',
  namePrefix: 'text',
  nameSuffix: 'text',
  namespace: 'text',
  commonLabels: 'textMap',
  labels: {
    list: {
      pairs: 'textMap',
      includeSelectors: 'any',
      includeTemplates: 'any',
      fields: { list: FIELD_SPEC },
    },
  },
  commonAnnotations: 'textMap',
  patchesStrategicMerge: 'texts',
  patchesJson6902: { list: PATCH },
  patches: { list: PATCH },
  images: { list: IMAGE },
  imageTags: { list: IMAGE },
  replacements: { list: REPLACEMENT },
  replicas: { list: { name: 'text', count: 'any' } },
  vars: {
    list: {
      name: 'text',
      objref: { object: { ...GVK, ...textOf('apiVersion', 'name', 'namespace') } },
      fieldref: { object: { fieldPath: 'text' } },
    },
  },
  sortOptions: {
    object: { order: 'text', legacySortOptions: { object: { orderFirst: 'texts', orderLast: 'texts' } } },
  },
  resources: 'texts',
  components: 'texts',
  crds: 'texts',
  bases: 'texts',
  configMapGenerator: { list: GENERATOR },
  secretGenerator: { list: { ...GENERATOR, type: 'text' } },
  helmGlobals: { object: textOf('chartHome', 'configHome') },
  helmCharts: { list: HELM_CHART },
  helmChartInflationGenerator: { list: OLD_HELM_CHART },
  generatorOptions: { object: OPTIONS },
  configurations: 'texts',
  generators: 'texts',
  transformers: 'texts',
  validators: 'texts',
  buildMetadata: 'texts',
}

/**
 * Reads a document the way Flux reads a kustomization file before it writes it back: through kustomize's Go
 * types, leniently. Unknown fields are dropped at any depth, names are matched without regard to case, and a
 * number or boolean becomes text where text is wanted. What has the wrong shape stays: kustomize refuses it.
 * Source: fluxcd/pkg kustomize/kustomize_generator.go GenerateManifest, sigs.k8s.io/yaml Unmarshal.
 */
export function readKustomizationFile(document: unknown): KustomizationFile {
  return isRecord(document) ? readObject(document, KUSTOMIZATION) : {}
}

function readObject(fields: KustomizationFile, shapes: Shapes): KustomizationFile {
  const names = new Map(Object.keys(shapes).map((name) => [foldName(name), name]))
  // Go reads the keys in byte order, and the last of two that mean the same field holds.
  const sorted = Object.entries(fields).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return Object.fromEntries(
    sorted.flatMap(([written, value]) => {
      const name = names.get(foldName(written))
      const shape = name === undefined ? undefined : shapes[name]
      if (name === undefined || shape === undefined || value === null) return []
      return [[name, readShape(value, shape)]]
    }),
  )
}

function readShape(value: unknown, shape: Shape): unknown {
  if (shape === 'any') return jsonSafe(value)
  if (shape === 'text') return goText(value)
  if (shape === 'texts') return Array.isArray(value) ? value.map(goText) : jsonSafe(value)
  if (shape === 'textMap') return isRecord(value) ? mapValues(value, goText) : jsonSafe(value)
  if ('list' in shape)
    return Array.isArray(value) ? value.map((item) => readItem(item, shape.list)) : jsonSafe(value)
  return readItem(value, shape.object)
}

const readItem = (value: unknown, shapes: Shapes): unknown =>
  isRecord(value) ? readObject(value, shapes) : jsonSafe(value)

const mapValues = (fields: KustomizationFile, change: (value: unknown) => unknown): KustomizationFile =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]))

/** No field of kustomize's holds an integer beyond 2^53: as text it is refused there as it is by Flux. */
function jsonSafe(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(jsonSafe)
  return isRecord(value) ? mapValues(value, jsonSafe) : value
}

/** Go's encoding/json folds case by Unicode's simple rules: a long s is an s, the Kelvin sign a k. */
export function foldName(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
}
