import { isEncrypted } from '../encrypted.js'
import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { formatField, type Path } from '../pointer.js'
import { compareScalars } from './canonical.js'
import { isHollow } from './hollow.js'
import { orderMatters, sameOrder } from './list-order.js'
import { indexByKeys, repeatedKey, type KeyedItem } from './merge-key.js'
import { areMetrics, indexMetrics } from './metrics.js'
import { at, below, type Place } from './place.js'
import { UNKNOWN_TYPE, type FieldType } from './schema.js'

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
  /** Fields that the built-in kind does not have (misspelt, say): nothing stores them. */
  readonly unknownFields: readonly Path[]
  /** Fields that Git holds encrypted: what they should be is not known. */
  readonly encrypted: readonly EncryptedField[]
  /** Fields that Flux alone wrote and the server does not keep: a disabled feature, or a webhook. */
  readonly dropped: readonly Difference[]
  /** What the server does not take at all, so that Flux cannot apply the object. */
  readonly refused: readonly Doubt[]
}

/** What comparing finds in an object that is plainly equal. */
export const NOTHING_FOUND: Comparison = {
  differences: [],
  doubts: [],
  vouched: [],
  equivalent: [],
  unknownFields: [],
  encrypted: [],
  dropped: [],
  refused: [],
}

export interface EncryptedField {
  readonly path: Path
  /** The mark that stands for Git's value. */
  readonly git: unknown
  /** What is there now, a secret; absent where nothing is. */
  readonly live?: unknown
}

export interface CompareOptions {
  readonly type: FieldType | undefined
  /** Does Flux own this field, and nobody else? */
  readonly vouch: (path: Path) => boolean
  /** Custom resources are stored as they were sent, and rewritten by their controllers. */
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
  const run = new Run(options, git)
  const root = { git, live, type: options.type ?? UNKNOWN_TYPE, path: [] }
  for (const name of Object.keys(git))
    if (!IDENTITY.has(name) && !isAggregated(git, name)) run.field(root, name)
  const metadata = below(root, 'metadata')
  for (const name of ASSERTED_METADATA) run.field(metadata, name)
  return run.result
}

/** The controller fills the rules of an aggregated ClusterRole, whatever is said (rbac/v1 AggregationRule). */
const isAggregated = ({ kind, aggregationRule }: KubernetesObject, name: string): boolean =>
  kind === 'ClusterRole' && name === 'rules' && isRecord(aggregationRule)

type Items = readonly unknown[]

/** Gathers findings while it walks both sides. */
class Run {
  readonly result = {
    differences: [] as Difference[],
    doubts: [] as Doubt[],
    vouched: [] as Path[],
    equivalent: [] as Path[],
    unknownFields: [] as Path[],
    encrypted: [] as EncryptedField[],
    dropped: [] as Difference[],
    refused: [] as Doubt[],
  }
  readonly #options: CompareOptions
  readonly #object: KubernetesObject

  constructor(options: CompareOptions, object: KubernetesObject) {
    this.#options = options
    this.#object = object
  }

  field(parent: Place, name: string): void {
    const place = below(parent, name)
    if (place.git === null || place.git === undefined) return
    if (place.live === undefined || place.live === null) this.#absent(place)
    else this.#value(place)
  }

  #absent(place: Place): void {
    const { git, path } = place
    if (isRecord(git) && Object.keys(git).length === 0 && isMetadata(path)) return
    if (place.type === undefined) this.#unknownField(path)
    else if (this.#options.vouch(path)) this.#vouchedAbsence(place)
    else if (!this.#options.custom && isEmpty(git, place.type))
      this.#doubt(path, 'Git sets it to an empty value, and live has none')
    else this.result.differences.push({ op: 'removed', path, git })
  }

  #unknownField(path: Path): void {
    if (this.#options.custom)
      this.result.refused.push({ path, why: `${formatField(path)} is not a field of ${this.#object.kind}` })
    else this.result.unknownFields.push(path)
  }

  /** Go leaves empty values out; anything else the server dropped, as it would again. */
  #vouchedAbsence({ git, path }: Place): void {
    if (isEncrypted(git)) this.result.encrypted.push({ path, git })
    else if (isHollow(git)) this.result.vouched.push(path)
    else this.result.dropped.push({ op: 'removed', path, git })
  }

  #value(place: Place): void {
    const { git, live, type = UNKNOWN_TYPE } = place
    if (Array.isArray(git) && Array.isArray(live)) this.#list(place, git, live)
    else if (!isRecord(git) || !isRecord(live)) this.#scalar(place)
    else if (type.kind === 'map' && type.atomic) this.#whole(place)
    else for (const name of Object.keys(git)) this.field(place, name)
  }

  #scalar({ git, live, type, path }: Place): void {
    if (isEncrypted(git)) {
      this.result.encrypted.push({ path, git, live })
      return
    }
    const format = type?.kind === 'scalar' ? type.format : 'plain'
    const lenient = this.#options.custom && !isMetadata(path)
    const likeness = compareScalars(git, live, format, lenient)
    if (likeness === 'equivalent') this.result.equivalent.push(path)
    if (likeness === 'different') this.result.differences.push({ op: 'changed', path, git, live })
  }

  #list(place: Place, git: Items, live: Items): void {
    const relation = place.type?.kind === 'list' ? place.type.relation : 'atomic'
    if (areMetrics(this.#object, place.path) && this.#metrics(place, git, live)) return
    if (relation === 'map') this.#keyedList(place, git, live)
    else if (relation === 'set') this.#set(place, git, live)
    else this.#whole(place)
  }

  #set({ path }: Place, git: Items, live: Items): void {
    const repeated = git.find((value, index) => !isEncrypted(value) && git.indexOf(value) !== index)
    if (repeated !== undefined)
      this.#repeated(path, typeof repeated === 'string' ? repeated : formatJson(repeated))
    if (git.some(isEncrypted)) this.result.encrypted.push({ path, git, live })
    const present = new Set(live.map((value) => formatJson(value)))
    for (const [index, value] of git.entries()) {
      if (isEncrypted(value) || present.has(formatJson(value))) continue
      this.result.differences.push({
        op: 'removed',
        path: [...path, { kind: 'value', value, index }],
        git: value,
      })
    }
  }

  #keyedList(place: Place, git: Items, live: Items): void {
    if (place.type?.kind !== 'list') return
    const { keys } = place.type
    const found = indexByKeys(live, keys)
    const wanted = indexByKeys(git, keys)
    const repeated = wanted === undefined ? repeatedKey(git, keys) : undefined
    if (repeated !== undefined) this.#repeated(place.path, Object.values(repeated.keys).join(','))
    else if (found === undefined || wanted === undefined) {
      const side = wanted === undefined ? 'in Git' : 'on the cluster'
      this.#doubt(place.path, `list items ${side} repeat or lack their merge key`)
    } else this.#items(place, git, wanted, found)
  }

  #items(
    place: Place,
    git: Items,
    wanted: ReadonlyMap<string, KeyedItem>,
    found: ReadonlyMap<string, KeyedItem>,
  ): void {
    for (const [identity, item] of wanted) this.#item(place, item, found.get(identity))
    if (!sameOrder(wanted, found)) this.#reordered(place, git)
  }

  /** Source: structured-merge-diff typed/validate.go: what is applied may not have a key twice. */
  #repeated(path: Path, key: string): void {
    this.result.refused.push({ path, why: `${formatField(path)} has ${key} twice in Git` })
  }

  /** False where their types and names do not tell them apart, or one is there too many: the list is replaced whole. */
  #metrics(place: Place, git: Items, live: Items): boolean {
    const wanted = indexMetrics(git)
    const found = indexMetrics(live)
    if (wanted === undefined || found === undefined || git.length !== live.length) return false
    if (![...wanted.keys()].every((identity) => found.has(identity))) return false
    this.#items(place, git, wanted, found)
    return true
  }

  #item(list: Place, wanted: KeyedItem, found: KeyedItem | undefined): void {
    const path = [...list.path, (found ?? wanted).element]
    const type = list.type?.kind === 'list' ? list.type.item : UNKNOWN_TYPE
    const place = { git: wanted.value, live: found?.value, type, path }
    if (Object.values(wanted.element.keys).some(isEncrypted))
      this.result.encrypted.push({ path, git: wanted.value })
    else if (found === undefined) this.#absent(place)
    else this.#value(place)
  }

  #reordered({ git, live, path }: Place, items: Items): void {
    if (orderMatters(path, items)) this.result.differences.push({ op: 'reordered', path, git, live })
    else this.result.equivalent.push(path)
  }

  /** A value that server-side apply replaces as one: every item by position, extras only if vouched. */
  #whole(place: Place): void {
    const inner = new Run({ ...this.#options, vouch: () => false }, this.#object)
    inner.#position(place)
    const { differences, doubts, equivalent, unknownFields, encrypted, refused } = inner.result
    this.result.encrypted.push(...encrypted)
    this.result.refused.push(...refused)
    this.result.differences.push(...differences)
    this.result.equivalent.push(...equivalent)
    this.result.unknownFields.push(...unknownFields)
    if (differences.length > 0 || (doubts.length === 0 && !hasMore(place.git, place.live))) return
    if (this.#options.vouch(place.path)) this.result.vouched.push(place.path)
    else this.#doubt(place.path, 'live says more here than Git, and it is replaced as a whole')
  }

  #position(place: Place): void {
    const { git, live, type, path } = place
    if (Array.isArray(git) && Array.isArray(live)) {
      if (git.length !== live.length) this.result.differences.push({ op: 'changed', path, git, live })
      else for (const index of git.keys()) this.#position(at(place, git, live, index))
    } else if (isRecord(git) && isRecord(live)) {
      for (const name of Object.keys(git)) this.#positionField(below(place, name))
    } else this.#scalar({ git, live, type, path })
  }

  #positionField(place: Place): void {
    const { git, live, path } = place
    if (git === null || git === undefined) return
    // The server leaves an empty value out, and this may be one.
    if (isEncrypted(git)) this.result.encrypted.push({ path, git, live })
    else if (live === undefined || live === null) this.#absent(place)
    else this.#position(place)
  }

  #doubt(path: Path, why: string): void {
    this.result.doubts.push({ path, why })
  }
}

/** What Go may leave out; where the schema is known, scalars have passed that question already (hollow.ts). */
function isEmpty(git: unknown, type: FieldType): boolean {
  if (type.kind === 'unknown') return isHollow(git)
  return isRecord(git) && Object.values(git).every((value) => isRecord(value) && isEmpty(value, type))
}

const isMetadata = (path: Path): boolean => path[0]?.kind === 'field' && path[0].name === 'metadata'

/** Does live have a field, anywhere below, that Git does not have? */
function hasMore(git: unknown, live: unknown): boolean {
  if (Array.isArray(git) && Array.isArray(live)) return live.some((value, i) => hasMore(git[i], value))
  if (isRecord(git) && isRecord(live)) {
    return Object.keys(live).some((name) => !Object.hasOwn(git, name) || hasMore(git[name], live[name]))
  }
  return false
}
