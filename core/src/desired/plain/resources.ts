import { isRecord } from '../../object.js'
import type { Artifact } from '../source/artifact.js'
import { resolvePath } from '../closure.js'
import { findKustomizationFile, joinPath } from '../generator.js'
import type { BuildInputs } from '../inputs.js'
import { KUSTOMIZATION_NAMES, type KustomizationFile } from '../kustomization-file.js'
import { readUnambiguousYaml } from '../yaml.js'
import { isUnambiguous } from './grammar.js'
import { Doubtful, printResource } from './print.js'

type Contents = ReadonlyMap<string, Uint8Array | string>

/**
 * Prints a build that only lists resources without a kustomize: most builds are such lists, and starting kubectl
 * costs more than all the rest. Undefined wherever it is not certain what kustomize would print, to the byte, or
 * whether it would fail.
 */
export function printPlainly(
  artifact: Artifact,
  inputs: BuildInputs,
  contents: Contents,
): string | undefined {
  const entry: unknown = JSON.parse(inputs.text)
  if (!isRecord(entry) || !isFifo(entry.sortOptions)) return undefined
  if (kustomizationNames(artifact, inputs.folder).length > 1) return undefined
  return certain(() => {
    const file = Object.entries(entry).filter(([name]) => name !== 'sortOptions')
    const collection = { artifact, contents, entered: new Set<string>() }
    const resources = collect(collection, inputs.folder, Object.fromEntries(file))
    refuseAlike(resources)
    return resources.map(printResource).join('---\n')
  })
}

/** A resource's text as Go's readers and printer return it; undefined where that is not certain. */
export function reprintPlainly(text: string): string | undefined {
  return certain(() => {
    const [resource, ...others] = readResources(text)
    return resource === undefined || others.length > 0 ? undefined : printResource(resource)
  })
}

/** What cannot be read is kustomize's to complain of. */
function certain(print: () => string | undefined): string | undefined {
  try {
    return print()
  } catch {
    return undefined
  }
}

const isFifo = (options: unknown): boolean => JSON.stringify(options) === '{"order":"fifo"}'

interface Collection {
  readonly artifact: Artifact
  readonly contents: Contents
  readonly entered: Set<string>
}

type Resource = Readonly<Record<string, unknown>>

const TYPE = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
const PATH = /^(?:\.\/|(?:\.\.\/)+)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]|\/(?=[A-Za-z0-9_]))*$/

/** The resources of a kustomization file that asks for nothing else, in its order. */
function collect(collection: Collection, folder: string, file: KustomizationFile): readonly Resource[] {
  const { apiVersion = TYPE.apiVersion, kind = TYPE.kind, resources, ...others } = file
  const isPlain = apiVersion === TYPE.apiVersion && kind === TYPE.kind && Object.keys(others).length === 0
  if (!isPlain || !Array.isArray(resources) || resources.length === 0) throw new Doubtful('not only a list')
  return resources.flatMap((resource: unknown) => load(collection, folder, resource))
}

function load(collection: Collection, folder: string, resource: unknown): readonly Resource[] {
  const path = typeof resource === 'string' && PATH.test(resource) ? resolvePath(folder, resource) : undefined
  if (path === undefined || collection.entered.has(path)) throw new Doubtful('an odd or repeated path')
  collection.entered.add(path)
  const content = collection.contents.get(path)
  if (content === undefined) return loadFolder(collection, path)
  const resources = readResources(decode(content))
  if (resources.length === 0) throw new Doubtful('an empty file')
  return resources
}

function loadFolder(collection: Collection, folder: string): readonly Resource[] {
  const { artifact, contents } = collection
  const names = kustomizationNames(artifact, folder)
  const path = findKustomizationFile(artifact, folder)
  const content = path === undefined ? undefined : contents.get(path)
  if (content === undefined || path === undefined || names.length !== 1) throw new Doubtful('no base')
  const text = decode(content)
  const [file, ...others] = isUnambiguous(text) ? readUnambiguousYaml(text, path) : []
  if (!isRecord(file) || others.length > 0) throw new Doubtful('no plain file')
  return collect(collection, folder, file)
}

/** kustomize refuses a folder that has two. */
const kustomizationNames = (artifact: Artifact, folder: string): readonly string[] =>
  KUSTOMIZATION_NAMES.filter((name) => artifact.files.has(joinPath(folder, name)))

const decode = (content: Uint8Array | string): string =>
  typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content)

function readResources(text: string): readonly Resource[] {
  if (!isUnambiguous(text)) throw new Doubtful('YAML of an odd form')
  return readUnambiguousYaml(text, 'a manifest').map((document) => {
    if (!isRecord(document) || !isResource(document)) throw new Doubtful('no plain object')
    return document
  })
}

/** kustomize takes lists apart, and gives meaning to annotations of its own. */
function isResource({ apiVersion, kind, metadata, ...others }: Resource): boolean {
  if (!isText(apiVersion) || !isText(kind) || !isRecord(metadata) || !isText(metadata.name)) return false
  if (kind.endsWith('List') || apiVersion.includes('kustomize.config.k8s.io') || 'items' in others)
    return false
  if (metadata.namespace !== undefined && !isText(metadata.namespace)) return false
  return [metadata.labels, metadata.annotations].every((texts) => texts === undefined || isPlainTexts(texts))
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** kustomize writes annotations anew, and takes empty ones away; what it does with odd ones is its own. */
const isPlainTexts = (texts: unknown): boolean =>
  isRecord(texts) &&
  Object.keys(texts).length > 0 &&
  Object.entries(texts).every(
    ([name, value]) => typeof value === 'string' && /^[!-~][ -~]*$/.test(value) && !name.includes('config.k'),
  )

/** Two objects of one name are refused, depending on their namespaces: that is kustomize's to tell. */
function refuseAlike(resources: readonly Resource[]): void {
  const names = resources.map(({ apiVersion, kind, metadata }) => {
    const [group] = String(apiVersion).split('/')
    return JSON.stringify([group, kind, isRecord(metadata) ? metadata.name : ''])
  })
  if (new Set(names).size < names.length) throw new Doubtful('two objects of one name')
}
