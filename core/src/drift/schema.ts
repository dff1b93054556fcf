import { isRecord } from '../object.js'
import type { PathElement } from '../pointer.js'

/** What the server knows about a field, as far as comparing needs it. */
export type FieldType =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'scalar'; readonly format: ScalarFormat; readonly default?: unknown }
  | {
      readonly kind: 'map'
      readonly atomic: boolean
      /** The names are data (labels, say), not fields of a known shape. */
      readonly dictionary: boolean
      readonly field: (name: string) => FieldType | undefined
    }
  | {
      readonly kind: 'list'
      readonly relation: ListRelation
      readonly keys: readonly ListKey[]
      readonly item: FieldType
    }

export type ScalarFormat = 'quantity' | 'int-or-string' | 'byte' | 'date-time' | 'plain'

/** How list items correspond: by position, by value, or by merge keys (x-kubernetes-list-type). */
export type ListRelation = 'atomic' | 'set' | 'map'

export interface ListKey {
  readonly name: string
  /** What the server fills in where the key is left out, `TCP` for a port's protocol. */
  readonly default?: unknown
}

/** The types of a server's kinds. */
export interface Schema {
  /** Answers undefined for a kind the documents do not have. */
  typeOf(apiVersion: string, kind: string): FieldType | undefined
}

export const UNKNOWN_TYPE: FieldType = { kind: 'unknown' }

/** The type one step down; unknown where the schema says nothing. */
export function typeBelow(type: FieldType, element: PathElement): FieldType {
  if (element.kind !== 'field') return type.kind === 'list' ? type.item : UNKNOWN_TYPE
  return (type.kind === 'map' ? type.field(element.name) : undefined) ?? UNKNOWN_TYPE
}

type Node = Readonly<Record<string, unknown>>

/**
 * Reads OpenAPI v3 documents of an API server, one per apiVersion.
 * Source of the list rules: kube-openapi pkg/schemaconv/smd.go (getListElementRelationship).
 */
export function createSchema(documents: ReadonlyMap<string, unknown>): Schema {
  const readers = new Map<string, Reader>()
  for (const [apiVersion, document] of documents) readers.set(apiVersion, new Reader(document))
  return { typeOf: (apiVersion, kind) => readers.get(apiVersion)?.kindType(apiVersion, kind) }
}

/** One document; resolves references when they are asked for and keeps what it resolved. */
class Reader {
  readonly #schemas: Node
  readonly #resolved = new Map<string, FieldType>()
  readonly #kinds = new Map<string, string>()

  constructor(document: unknown) {
    const components = isRecord(document) && isRecord(document.components) ? document.components : {}
    this.#schemas = isRecord(components.schemas) ? components.schemas : {}
    for (const [name, schema] of Object.entries(this.#schemas)) this.#indexKinds(name, schema)
  }

  kindType(apiVersion: string, kind: string): FieldType | undefined {
    const name = this.#kinds.get(`${apiVersion}/${kind}`)
    return name === undefined ? undefined : this.#named(name)
  }

  #indexKinds(name: string, schema: unknown): void {
    const kinds = isRecord(schema) ? schema['x-kubernetes-group-version-kind'] : undefined
    if (!Array.isArray(kinds) || kinds.length !== 1 || !isRecord(kinds[0])) return
    const { group, version, kind } = kinds[0]
    if (typeof version !== 'string' || typeof kind !== 'string') return
    const apiVersion = typeof group === 'string' && group !== '' ? `${group}/${version}` : version
    this.#kinds.set(`${apiVersion}/${kind}`, name)
  }

  #named(name: string): FieldType {
    const known = this.#resolved.get(name)
    if (known !== undefined) return known
    if (name.endsWith('.api.resource.Quantity')) return { kind: 'scalar', format: 'quantity' }
    // A schema that is nothing but itself says nothing.
    this.#resolved.set(name, UNKNOWN_TYPE)
    const schema = Object.hasOwn(this.#schemas, name) ? this.#schemas[name] : undefined
    const type = isRecord(schema) ? this.#type(schema) : UNKNOWN_TYPE
    this.#resolved.set(name, type)
    return type
  }

  #type(node: Node): FieldType {
    const target = refOf(node)
    if (target !== undefined) return this.#qualified(this.#named(target), node)
    if (node.type === 'array') return this.#list(node)
    return isRecord(node.properties) || isRecord(node.additionalProperties) ? this.#map(node) : scalar(node)
  }

  /** A field may make a shared type atomic (x-kubernetes-map-type beside the reference). */
  #qualified(type: FieldType, node: Node): FieldType {
    if (type.kind === 'map' && node['x-kubernetes-map-type'] === 'atomic') return { ...type, atomic: true }
    return type.kind === 'scalar' && 'default' in node ? { ...type, default: node.default } : type
  }

  #map(node: Node): FieldType {
    const properties = isRecord(node.properties) ? node.properties : {}
    const others = isRecord(node.additionalProperties) ? node.additionalProperties : undefined
    const cache = new Map<string, FieldType>()
    const field = (name: string): FieldType | undefined => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : others
      if (!isRecord(schema)) return isOpen(node) ? UNKNOWN_TYPE : undefined
      const type = cache.get(name) ?? this.#type(schema)
      cache.set(name, type)
      return type
    }
    const atomic = node['x-kubernetes-map-type'] === 'atomic'
    return { kind: 'map', atomic, dictionary: others !== undefined, field }
  }

  #list(node: Node): FieldType {
    const items = isRecord(node.items) ? node.items : {}
    const item = this.#type(items)
    const names = listKeys(node)
    const relation = listRelation(node, names)
    const keys = relation === 'map' ? names.map((name) => listKey(item, name)) : []
    return { kind: 'list', relation, keys, item }
  }
}

function listKeys(node: Node): readonly string[] {
  const keys = node['x-kubernetes-list-map-keys']
  if (Array.isArray(keys)) return keys.filter((key): key is string => typeof key === 'string')
  const mergeKey = node['x-kubernetes-patch-merge-key']
  return typeof mergeKey === 'string' ? [mergeKey] : []
}

/** Servers before 1.30 say only how strategic merge patch treats a list. */
function listRelation(node: Node, keys: readonly string[]): ListRelation {
  const stated = node['x-kubernetes-list-type']
  if (stated === 'map' || stated === 'set' || stated === 'atomic') return stated
  const strategy = node['x-kubernetes-patch-strategy']
  if (typeof strategy !== 'string' || !strategy.split(',').includes('merge')) return 'atomic'
  return keys.length > 0 ? 'map' : 'set'
}

function listKey(item: FieldType, name: string): ListKey {
  const type = item.kind === 'map' ? item.field(name) : undefined
  return type?.kind === 'scalar' && type.default !== undefined ? { name, default: type.default } : { name }
}

/** Holds fields that no schema names: they are kept as they are. */
const isOpen = (node: Node): boolean =>
  node['x-kubernetes-preserve-unknown-fields'] === true ||
  node['x-kubernetes-embedded-resource'] === true ||
  node.additionalProperties === true

function refOf(node: Node): string | undefined {
  const all = node.allOf
  const inner: unknown = Array.isArray(all) && all.length === 1 && isRecord(all[0]) ? all[0].$ref : undefined
  const reference = node.$ref ?? inner
  return typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : undefined
}

/** What has no fields of its own: a scalar, or free-form (an object without properties is RawExtension). */
function scalar(node: Node): FieldType {
  const format = scalarFormat(node)
  if (format === undefined) return UNKNOWN_TYPE
  return 'default' in node ? { kind: 'scalar', format, default: node.default } : { kind: 'scalar', format }
}

const FORMATS: readonly unknown[] = ['int-or-string', 'byte', 'date-time'] satisfies readonly ScalarFormat[]
const SCALAR_TYPES: readonly unknown[] = ['string', 'integer', 'number', 'boolean']

function scalarFormat(node: Node): ScalarFormat | undefined {
  if (node['x-kubernetes-int-or-string'] === true)
    return isQuantityPattern(node) ? 'quantity' : 'int-or-string'
  if (FORMATS.includes(node.format)) return node.format as ScalarFormat
  return SCALAR_TYPES.includes(node.type) ? 'plain' : undefined
}

/** How controller-gen marks a quantity in a custom resource (its markers/known types). */
const isQuantityPattern = (node: Node): boolean =>
  typeof node.pattern === 'string' && node.pattern.includes('[numkMGTPE]')
