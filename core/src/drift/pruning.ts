import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import type { Path } from '../pointer.js'
import { isFluxApply, isTakenOver, type Applier } from './actor.js'
import { valueAt } from './lookup.js'
import { holdersOf, isMember } from './managed-fields.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'

/** An object with who wrote it, and what Flux declares of it. */
export interface Owned {
  readonly git: KubernetesObject
  readonly entries: readonly ManagedFieldsEntry[]
  readonly type: FieldType | undefined
  readonly applier: Applier
}

/**
 * The entry that makes Flux's apply keep a field which Git does not declare: that of a manager which Flux does not
 * take over. A list item, or an entry of a map, goes as a whole, with what others have in it, if none of them has
 * the item itself.
 * Source: structured-merge-diff merge/update.go prune, typed/remove.go doList and doMap.
 */
export function keeperOf(it: Owned, path: Path): ManagedFieldsEntry | undefined {
  const keepers = it.entries.filter(
    (entry) => !isFluxApply(entry, it.applier) && !isTakenOver(entry, it.applier),
  )
  const gone = path.some(
    (_, i) => isItem(path.slice(0, i + 1), it.type) && isDropped(it, path.slice(0, i + 1), keepers),
  )
  if (gone) return undefined
  if (isItem(path, it.type)) return keepers.find((entry) => isMember(entry.fieldsV1, path, it.type))
  return holdersOf(keepers, path, it.type)[0]
}

function isDropped(it: Owned, path: Path, keepers: readonly ManagedFieldsEntry[]): boolean {
  if (valueAt(it.git, path, it.type ?? UNKNOWN_TYPE) !== undefined) return false
  const isOf = (entry: ManagedFieldsEntry): boolean => isMember(entry.fieldsV1, path, it.type)
  return it.entries.some((entry) => !keepers.includes(entry) && isOf(entry)) && !keepers.some(isOf)
}

/** Named by a key or a value, or by data: the fields of a known shape are kept by whatever is kept below them. */
function isItem(path: Path, root: FieldType = UNKNOWN_TYPE): boolean {
  const last = path.at(-1)
  if (last?.kind !== 'field') return last !== undefined
  const parent = path.slice(0, -1).reduce(typeBelow, root)
  return parent.kind === 'unknown' ? root.kind !== 'unknown' : parent.kind === 'map' && parent.dictionary
}
