import { isRecord } from '../object.js'
import { foldName, type KustomizationFile } from './kustomization-file.js'

/** A path that kustomize loads. */
export interface Reference {
  readonly path: string
  /**
   * `file` is read; `resource` is read and, if that fails, entered as a folder; `base` is entered;
   * `plugin` is configuration in place, or a resource that holds it.
   */
  readonly kind: 'file' | 'resource' | 'base' | 'plugin'
}

type Reader = (value: unknown) => readonly Reference[]

const named =
  (kind: Reference['kind']): Reader =>
  (value) =>
    strings(value).map((path) => ({ path, kind }))

const files = named('file')

/** `path` of each item: patches, replacements. */
const paths: Reader = (value) => recordsIn(value).flatMap((item) => read(item, { path: files }))

/** `files` entries are `path` or `key=path`; `envs` and the old `env` are paths. */
const sources: Readonly<Record<string, Reader>> = {
  files: (value) => files(strings(value).map((entry) => entry.slice(entry.indexOf('=') + 1))),
  envs: files,
  env: files,
}

const generators: Reader = (value) => recordsIn(value).flatMap((item) => read(item, sources))

const chart: Readonly<Record<string, Reader>> = {
  valuesfile: files,
  additionalvaluesfiles: files,
  values: files,
}

const charts: Reader = (value) => recordsIn(value).flatMap((item) => read(item, chart))

const FILE_READERS: Readonly<Record<string, Reader>> = {
  resources: named('resource'),
  bases: named('resource'),
  components: named('base'),
  crds: files,
  configurations: files,
  // A patch in place is asked as a path too: kustomize does so with one that it cannot read as a patch.
  patchesstrategicmerge: files,
  generators: named('plugin'),
  transformers: named('plugin'),
  validators: named('plugin'),
  patches: paths,
  patchesjson6902: paths,
  replacements: paths,
  openapi: (value) => (isRecord(value) ? read(value, { path: files }) : []),
  configmapgenerator: generators,
  secretgenerator: generators,
  helmcharts: charts,
  helmchartinflationgenerator: charts,
}

/** What a kustomization file loads. Every spelling of a field counts, also the one that does not hold. */
export function fileReferences(file: KustomizationFile): readonly Reference[] {
  return read(file, FILE_READERS)
}

const PLUGIN_READERS: Readonly<Record<string, Reader>> = {
  ...sources,
  ...chart,
  path: files,
  paths: files,
  targetfilepath: files,
  argsfromfile: files,
  replacements: paths,
  items: (value) => recordsIn(value).flatMap(pluginReferences),
}

/** What the configuration of kustomize's built-in plugins loads; a list of configurations is taken apart. */
export function pluginReferences(configuration: unknown): readonly Reference[] {
  return isRecord(configuration) ? read(configuration, PLUGIN_READERS) : []
}

function read(fields: KustomizationFile, readers: Readonly<Record<string, Reader>>): readonly Reference[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const folded = foldName(name)
    return Object.hasOwn(readers, folded) ? (readers[folded]?.(value) ?? []) : []
  })
}

/** Empty strings are no paths: kustomize refuses them, or takes the field for absent. */
const strings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(
    (item): item is string => typeof item === 'string' && item !== '',
  )

const recordsIn = (value: unknown): readonly KustomizationFile[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isRecord)
