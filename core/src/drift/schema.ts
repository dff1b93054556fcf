import { isRecord } from '../object.js'

/** What the server knows about a field, as far as comparing needs it. */
export type FieldType =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'scalar'; readonly format: ScalarFormat; readonly default?: unknown }
  | {
      readonly kind: 'map'
      readonly atomic: boolean
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
    const components = isRecord(document) && isRecord(document['components']) ? document['components'] : {}
    this.#schemas = isRecord(components['schemas']) ? components['schemas'] : {}
    for (const [name, schema] of Object.entries(this.#schemas)) this.#indexKinds(name, schema)
  }

  kindType(apiVersion: string, kind: string): FieldType | undefined {
    const name = this.#kinds.get(`${apiVersion}/${kind}`)
    return name === undefined ? undefined : this.#named(name)
  }

  #indexKinds(name: string, schema: unknown): void {
    const kinds = isRecord(schema) ? schema['x-kubernetes-group-version-kind'] : undefined
    if (!Array.isArray(kinds) || kinds.length !== 1 || !isRecord(kinds[0])) return
    const { group, version, kind } = kinds[0] as Record<string, unknown>
    const apiVersion =
      group === '' || group === undefined ? String(version) : `${String(group)}/${String(version)}`
    this.#kinds.set(`${apiVersion}/${String(kind)}`, name)
  }

  #named(name: string): FieldType {
    const known = this.#resolved.get(name)
    if (known !== undefined) return known
    if (name.endsWith('.api.resource.Quantity')) return { kind: 'scalar', format: 'quantity' }
    const schema = this.#schemas[name]
    const type = isRecord(schema) ? this.#type(schema) : UNKNOWN_TYPE
    this.#resolved.set(name, type)
    return type
  }

  #type(node: Node): FieldType {
    const target = refOf(node)
    if (target !== undefined) return this.#qualified(this.#named(target), node)
    if (node['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', format: 'quantity' }
    if (node['type'] === 'array') return this.#list(node)
    if (isRecord(node['properties']) || isRecord(node['additionalProperties'])) return this.#map(node)
    if (node['type'] === 'object') return isOpen(node) ? UNKNOWN_TYPE : this.#map(node)
    return scalar(node)
  }

  /** A field may make a shared type atomic (x-kubernetes-map-type beside the reference). */
  #qualified(type: FieldType, node: Node): FieldType {
    if (type.kind === 'map' && node['x-kubernetes-map-type'] === 'atomic') return { ...type, atomic: true }
    return type.kind === 'scalar' && 'default' in node ? { ...type, default: node['default'] } : type
  }

  #map(node: Node): FieldType {
    const properties = isRecord(node['properties']) ? node['properties'] : {}
    const others = isRecord(node['additionalProperties']) ? node['additionalProperties'] : undefined
    const open = isOpen(node) || node['additionalProperties'] === true
    const cache = new Map<string, FieldType>()
    const field = (name: string): FieldType | undefined => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : others
      if (!isRecord(schema)) return open ? UNKNOWN_TYPE : undefined
      const type = cache.get(name) ?? this.#type(schema)
      cache.set(name, type)
      return type
    }
    return { kind: 'map', atomic: node['x-kubernetes-map-type'] === 'atomic', field }
  }

  #list(node: Node): FieldType {
    const items = isRecord(node['items']) ? node['items'] : {}
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

const isOpen = (node: Node): boolean => node['x-kubernetes-preserve-unknown-fields'] === true

function refOf(node: Node): string | undefined {
  const all = node['allOf']
  const inner = Array.isArray(all) && all.length === 1 && isRecord(all[0]) ? all[0]['$ref'] : undefined
  const reference = typeof node['$ref'] === 'string' ? node['$ref'] : inner
  return typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : undefined
}

function scalar(node: Node): FieldType {
  if (node['type'] === undefined && node['format'] === undefined && node['oneOf'] === undefined)
    return UNKNOWN_TYPE
  const format = scalarFormat(node['format'])
  return 'default' in node ? { kind: 'scalar', format, default: node['default'] } : { kind: 'scalar', format }
}

function scalarFormat(format: unknown): ScalarFormat {
  if (format === 'int-or-string' || format === 'byte' || format === 'date-time') return format
  return 'plain'
}
