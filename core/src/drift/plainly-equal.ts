import { isEncrypted } from '../encrypted.js'
import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { UNKNOWN_TYPE, type FieldType, type ListKey } from './schema.js'

const IDENTITY = new Set(['apiVersion', 'kind', 'metadata', 'status'])
const ASSERTED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

type ListType = Extract<FieldType, { readonly kind: 'list' }>

/**
 * Is everything that Git asserts live letter for letter, in the same order, so that `compare` would find nothing at all?
 * True is a proof; false says nothing. Most objects of a cluster are so, and this is ten times quicker.
 */
export function isPlainlyEqual(
  git: KubernetesObject,
  live: KubernetesObject,
  type: FieldType = UNKNOWN_TYPE,
): boolean {
  for (const name in git) {
    if (!IDENTITY.has(name) && !isWithin(git[name], own(live, name), fieldType(type, name))) return false
  }
  const metadata = fieldType(type, 'metadata') ?? UNKNOWN_TYPE
  return ASSERTED_METADATA.every((name) =>
    isWithin(git.metadata[name], live.metadata[name], fieldType(metadata, name)),
  )
}

/** Is the value of Git the live one, or a part of it where others may add to it? */
function isWithin(git: unknown, live: unknown, type: FieldType | undefined): boolean {
  if (git === undefined || git === null) return true
  if (type === undefined || live === undefined) return false
  if (Array.isArray(git)) return Array.isArray(live) && isListWithin(git, live, type)
  return isRecord(git) ? isRecord(live) && isMapWithin(git, live, type) : isSameScalar(git, live)
}

function isMapWithin(git: Item, live: Item, type: FieldType): boolean {
  if (type.kind === 'map' && type.atomic) return isSame(git, live)
  for (const name in git) {
    if (!isWithin(git[name], own(live, name), fieldType(type, name))) return false
  }
  return true
}

/** What is encrypted in Git is never equal to anything. */
const isSameScalar = (git: unknown, live: unknown): boolean => git === live && !isEncrypted(git)

function isListWithin(git: readonly unknown[], live: readonly unknown[], type: FieldType): boolean {
  if (type.kind !== 'list' || type.relation === 'atomic') return isSame(git, live)
  // Others may have added items; the full comparison finds those of Git among them.
  if (git.length !== live.length) return false
  if (type.relation === 'set') return git.every((item, i) => typeof item !== 'object' && item === live[i])
  return isKeyedWithin(git, live, type)
}

function isKeyedWithin(git: readonly unknown[], live: readonly unknown[], type: ListType): boolean {
  const seen = new Set<string>()
  for (const [i, item] of git.entries()) {
    const other = live[i]
    if (!isRecord(item) || !isRecord(other)) return false
    const key = sharedKey(item, other, type.keys)
    if (key === undefined || seen.has(key) || !isWithin(item, other, type.item)) return false
    seen.add(key)
  }
  return true
}

type Item = Readonly<Record<string, unknown>>

/** What both items are known by; undefined where that is not the same, or nothing. */
function sharedKey(git: Item, live: Item, keys: readonly ListKey[]): string | undefined {
  let key = ''
  for (const { name, default: preset } of keys) {
    const value = git[name] ?? preset
    if (value !== (live[name] ?? preset) || isRecord(value)) return undefined
    if (value !== undefined) key += `${name}=${formatJson(value)}\u0000`
  }
  return key === '' ? undefined : key
}

/** Equal, and nothing more in live: what is replaced as a whole cannot be added to. */
function isSame(git: unknown, live: unknown): boolean {
  if (Array.isArray(git)) {
    return Array.isArray(live) && git.length === live.length && git.every((item, i) => isSame(item, live[i]))
  }
  if (isRecord(git)) return isRecord(live) && isSameMap(git, live)
  return git !== null && isSameScalar(git, live)
}

function isSameMap(git: Item, live: Item): boolean {
  const names = Object.keys(git)
  return (
    names.length === Object.keys(live).length && names.every((name) => isSame(git[name], own(live, name)))
  )
}

const fieldType = (type: FieldType, name: string): FieldType | undefined =>
  type.kind === 'map' ? type.field(name) : UNKNOWN_TYPE

const own = (value: Item, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined)
