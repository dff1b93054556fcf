import { isRecord, type KubernetesObject } from '../object.js'
import { fieldPath, type Path, type PathElement } from '../pointer.js'
import { compareScalars } from './canonical.js'
import { UNKNOWN_TYPE, type FieldType, type ListKey } from './schema.js'

/** One place where live is not what Git asserts. */
export interface Difference {
  readonly op: 'changed' | 'removed' | 'reordered'
  readonly path: Path
  readonly git: unknown
  /** Absent where the field is not there. */
  readonly live?: unknown
}

/** A place that values alone cannot decide. */
export interface Doubt {
  readonly path: Path
  readonly why: string
}

/** The asymmetric comparison of one object: is everything that Git asserts there? */
export interface Comparison {
  readonly differences: readonly Difference[]
  readonly doubts: readonly Doubt[]
  /** Fields accepted because Flux alone wrote them and the server left them out or filled them up. */
  readonly vouched: readonly Path[]
  /** Fields that say the same in other words (`1000m` and `1`). */
  readonly equivalent: readonly Path[]
}

export interface CompareOptions {
  readonly type: FieldType | undefined
  /** Does Flux own this field, and nobody else? */
  readonly vouch: (path: Path) => boolean
  /** Custom resources are rewritten by their controllers more freely than built-in kinds. */
  readonly custom: boolean
}

const IDENTITY = new Set(['apiVersion', 'kind', 'metadata', 'status'])
const ASSERTED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/**
 * Compares what Git asserts with what is live, field by field, by the server's schema; what Git says
 * nothing about does not matter here. Lists correspond by their merge keys.
 * Source of the rules: structured-merge-diff (typed/merge.go), kube-apiserver's server-side apply.
 */
export function compare(git: KubernetesObject, live: KubernetesObject, options: CompareOptions): Comparison {
  const run = new Run(options)
  const root = options.type?.kind === 'map' ? options.type : undefined
  for (const name of Object.keys(git)) {
    if (!IDENTITY.has(name)) run.field(git, live, root?.field(name), fieldPath([], name), root !== undefined)
  }
  const metadata = root?.field('metadata')
  for (const name of ASSERTED_METADATA) {
    const type = metadata?.kind === 'map' ? metadata.field(name) : undefined
    run.field(git.metadata, live.metadata, type, fieldPath([], 'metadata', name), false)
  }
  return run.result
}

/** Gathers findings while it walks both sides. */
class Run {
  readonly result = {
    differences: [] as Difference[],
    doubts: [] as Doubt[],
    vouched: [] as Path[],
    equivalent: [] as Path[],
  }
  readonly #options: CompareOptions

  constructor(options: CompareOptions) {
    this.#options = options
  }

  /** One named field of two records. `closed`: the schema is known and has no such field. */
  field(git: object, live: object, type: FieldType | undefined, path: Path, closed: boolean): void {
    const name = nameOf(path)
    const wanted = (git as Record<string, unknown>)[name]
    const found = Object.hasOwn(live, name) ? (live as Record<string, unknown>)[name] : undefined
    if (wanted === null || wanted === undefined) return
    if (found === undefined || found === null) this.#absent(wanted, path, closed && type === undefined)
    else this.#value(wanted, found, type ?? UNKNOWN_TYPE, path)
  }

  #absent(git: unknown, path: Path, unknownField: boolean): void {
    if (isRecord(git) && Object.keys(git).length === 0 && isMetadata(path)) return
    if (this.#options.vouch(path)) this.result.vouched.push(path)
    else if (unknownField && !this.#options.custom) this.result.vouched.push(path)
    else if (isHollow(git))
      this.#doubt(path, 'Git sets it to an empty value and the server does not store one')
    else this.result.differences.push({ op: 'removed', path, git })
  }

  #value(git: unknown, live: unknown, type: FieldType, path: Path): void {
    if (type.kind === 'list' && Array.isArray(git) && Array.isArray(live)) this.#list(git, live, type, path)
    else if (isRecord(git) && isRecord(live)) this.#map(git, live, type, path)
    else if (Array.isArray(git) && Array.isArray(live)) this.#atomicList(git, live, UNKNOWN_TYPE, path)
    else this.#scalar(git, live, type, path)
  }

  #scalar(git: unknown, live: unknown, type: FieldType, path: Path): void {
    const format = type.kind === 'scalar' ? type.format : 'plain'
    const likeness = compareScalars(git, live, format, this.#options.custom)
    if (likeness === 'equivalent') this.result.equivalent.push(path)
    if (likeness === 'different') this.result.differences.push({ op: 'changed', path, git, live })
  }

  #map(git: Fields, live: Fields, type: FieldType, path: Path): void {
    if (type.kind === 'map' && type.atomic) {
      this.#whole(git, live, type, path)
      return
    }
    for (const name of Object.keys(git)) {
      const field = type.kind === 'map' ? type.field(name) : UNKNOWN_TYPE
      this.field(git, live, field, fieldPath(path, name), type.kind === 'map')
    }
  }

  #list(git: Items, live: Items, type: ListType, path: Path): void {
    if (type.relation === 'atomic') this.#atomicList(git, live, type, path)
    else if (type.relation === 'set') this.#set(git, live, path)
    else this.#keyedList(git, live, type, path)
  }

  #set(git: Items, live: Items, path: Path): void {
    const present = new Set(live.map((value) => JSON.stringify(value)))
    for (const [index, value] of git.entries()) {
      if (present.has(JSON.stringify(value))) continue
      this.#absent(value, [...path, { kind: 'value', value, index }], false)
    }
  }

  #keyedList(git: Items, live: Items, type: ListType, path: Path): void {
    const found = indexByKeys(live, type.keys)
    const wanted = indexByKeys(git, type.keys)
    if (found === undefined || wanted === undefined) {
      this.#doubt(path, 'list items repeat or lack their merge key')
      return
    }
    for (const [identity, item] of wanted) {
      const match = found.get(identity)
      if (match === undefined) this.#absent(item.value, [...path, item.element], false)
      else this.#value(item.value, match.value, type.item, [...path, match.element])
    }
    const order = [...wanted.keys()].filter((identity) => found.has(identity))
    const liveOrder = [...found.keys()].filter((identity) => wanted.has(identity))
    if (order.some((identity, i) => identity !== liveOrder[i])) this.#reordered(git, live, path)
  }

  #reordered(git: Items, live: Items, path: Path): void {
    if (orderMatters(path, git)) this.result.differences.push({ op: 'reordered', path, git, live })
    else this.result.equivalent.push(path)
  }

  #atomicList(git: Items, live: Items, type: FieldType, path: Path): void {
    if (git.length === live.length) this.#whole(git, live, type, path)
    else this.result.differences.push({ op: 'changed', path, git, live })
  }

  /** A value that server-side apply replaces as one: every item by position, extras only if vouched. */
  #whole(git: unknown, live: unknown, type: FieldType, path: Path): void {
    const inner = new Run({ ...this.#options, vouch: () => false })
    inner.#positions(git, live, type, path)
    this.result.differences.push(...inner.result.differences)
    this.result.equivalent.push(...inner.result.equivalent)
    if (inner.result.differences.length > 0) return
    const doubtful = inner.result.doubts.length > 0 || hasMore(git, live)
    if (!doubtful) return
    if (this.#options.vouch(path)) this.result.vouched.push(path)
    else this.#doubt(path, 'live says more here than Git, and it is replaced as a whole')
  }

  #positions(git: unknown, live: unknown, type: FieldType, path: Path): void {
    if (Array.isArray(git) && Array.isArray(live)) {
      const item = type.kind === 'list' ? type.item : UNKNOWN_TYPE
      if (git.length !== live.length) this.result.differences.push({ op: 'changed', path, git, live })
      else
        git.forEach((value, index) => {
          this.#positions(value, live[index], item, [...path, { kind: 'index', index }])
        })
    } else if (isRecord(git) && isRecord(live)) {
      for (const name of Object.keys(git)) this.#positionField(git, live, type, fieldPath(path, name))
    } else this.#scalar(git, live, type, path)
  }

  #positionField(git: Fields, live: Fields, type: FieldType, path: Path): void {
    const name = nameOf(path)
    if (git[name] === null || git[name] === undefined) return
    const field = (type.kind === 'map' ? type.field(name) : undefined) ?? UNKNOWN_TYPE
    if (live[name] === undefined) this.#absent(git[name], path, false)
    else this.#positions(git[name], live[name], field, path)
  }

  #doubt(path: Path, why: string): void {
    this.result.doubts.push({ path, why })
  }
}

type Fields = Readonly<Record<string, unknown>>
type Items = readonly unknown[]
type ListType = Extract<FieldType, { readonly kind: 'list' }>

interface Keyed {
  readonly value: unknown
  readonly element: PathElement
}

/** Indexes list items by merge key, defaults filled in; undefined where that is ambiguous. */
function indexByKeys(items: Items, keys: readonly ListKey[]): ReadonlyMap<string, Keyed> | undefined {
  const index = new Map<string, Keyed>()
  for (const [position, value] of items.entries()) {
    const element = keyElement(value, keys, position)
    if (element === undefined) return undefined
    const identity = JSON.stringify(element.keys)
    if (index.has(identity)) return undefined
    index.set(identity, { value, element })
  }
  return index
}

/** Names a list item by its merge keys; undefined where it has none. */
export function keyElement(
  item: unknown,
  keys: readonly ListKey[],
  index: number,
): Extract<PathElement, { readonly kind: 'key' }> | undefined {
  if (!isRecord(item)) return undefined
  const entries = keys.flatMap((key): (readonly [string, unknown])[] => {
    const value = item[key.name] ?? key.default
    return value === undefined ? [] : [[key.name, value]]
  })
  return entries.length === 0 ? undefined : { kind: 'key', keys: Object.fromEntries(entries), index }
}

/** Init containers run in order; a variable may use only those before it. */
function orderMatters(path: Path, git: Items): boolean {
  const name = nameOf(path)
  if (name === 'initContainers') return true
  return name === 'env' && JSON.stringify(git).includes('$(')
}

const nameOf = (path: Path): string => {
  const last = path.at(-1)
  return last?.kind === 'field' ? last.name : ''
}

const isMetadata = (path: Path): boolean => path[0]?.kind === 'field' && path[0].name === 'metadata'

/** Null, empty, zero or made of such: what Go's `omitempty` leaves out. */
export function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isRecord(value)) return Object.values(value).every(isHollow)
  return value === null || value === undefined || value === '' || value === 0 || value === false
}

/** Does live have a field, anywhere below, that Git does not have? */
function hasMore(git: unknown, live: unknown): boolean {
  if (Array.isArray(git) && Array.isArray(live)) return live.some((value, i) => hasMore(git[i], value))
  if (isRecord(git) && isRecord(live)) {
    return Object.keys(live).some((name) => !Object.hasOwn(git, name) || hasMore(git[name], live[name]))
  }
  return false
}
