import { isRecord, without, type KubernetesObject } from '../object.js'
import { MASK_AFTER, MASK_BEFORE } from './mask.js'
import type { FieldRecord } from './report.js'

const DELETION = ['deletionTimestamp', 'deletionGracePeriodSeconds']

/** Plain JSON that is ours to change. */
type Holder = Record<string, unknown> | unknown[]

/** Where a field stands in an object. */
interface Place {
  readonly holder: Holder
  readonly step: string
  /** The place of the holder itself; absent at the top. */
  readonly above?: Place
  /** The way ends here, above the field: what stands here was masked as a whole. */
  readonly masked: boolean
}

interface Change {
  readonly field: FieldRecord
  readonly live: Place
  readonly merged: Place
}

/**
 * Makes two objects of one: live, and live with the fields of these records as Git has them. Values are those of
 * the records, which are masked. Items that only live has go, items that only Git has come in at Git's position.
 */
export function mergeFields(
  base: KubernetesObject,
  fields: readonly FieldRecord[],
): { readonly live: KubernetesObject; readonly merged: KubernetesObject } {
  const live = structuredClone(base)
  // Git knows of no object that is being deleted.
  const metadata = { ...without(base.metadata, DELETION), name: base.metadata.name }
  const merged = structuredClone({ ...base, metadata })
  // Every place is found before anything moves.
  const changes = fields.flatMap((field): readonly Change[] => {
    const [left, right] = [placeOf(live, field.path), placeOf(merged, field.path)]
    return left === undefined || right === undefined ? [] : [{ field, live: left, merged: right }]
  })
  for (const change of changes) replace(change)
  dropAdded(changes)
  for (const { field, merged: place } of changes) if (field.op === 'reordered') reorder(place, field.git)
  for (const change of changes) insert(change)
  for (const { field, merged: place } of changes) if (field.op === 'added') dropEmpty(place)
  return { live, merged }
}

function placeOf(root: KubernetesObject, pointer: string): Place | undefined {
  const steps = pointer.split('/').slice(1).map(unescaped)
  const [first = '', ...rest] = steps
  let place: Place = { holder: root, step: first, masked: false }
  for (const step of rest) {
    const value = ownValue(place.holder, place.step)
    if (typeof value === 'string') return { ...place, masked: true }
    if (!isHolder(value)) return undefined
    place = { holder: value, step, above: place, masked: false }
  }
  return place
}

const unescaped = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

const isHolder = (value: unknown): value is Holder => Array.isArray(value) || isRecord(value)

const ownValue = (holder: Holder, step: string): unknown =>
  Object.hasOwn(holder, step) ? (holder as Record<string, unknown>)[step] : undefined

/** A name like `__proto__` is data here. */
function set({ holder, step }: Place, value: unknown): void {
  Object.defineProperty(holder, step, { value, writable: true, enumerable: true, configurable: true })
}

/** Both sides as their record has them; a new item of a list is not put over another one. */
function replace({ field, live, merged }: Change): void {
  if (live.masked) {
    set(live, MASK_BEFORE)
    set(merged, MASK_AFTER)
    return
  }
  if (field.op === 'reordered') return
  if (field.op !== 'removed') set(live, field.live)
  if (field.op === 'changed' || (field.op === 'removed' && !Array.isArray(merged.holder)))
    set(merged, field.git)
}

/** Live's own items in Git's order; those that Git does not have come last. */
function reorder({ holder, step }: Place, git: unknown): void {
  const items = ownValue(holder, step)
  if (!Array.isArray(items) || !Array.isArray(git)) return
  const names = git.map(nameOf)
  const rank = (item: unknown): number => {
    const at = names.indexOf(nameOf(item))
    return at < 0 ? names.length : at
  }
  items.sort((a, b) => rank(a) - rank(b))
}

const nameOf = (item: unknown): unknown => (isRecord(item) ? item.name : item)

function dropAdded(changes: readonly Change[]): void {
  const gone = new Map<unknown[], Set<number>>()
  for (const { field, merged } of changes) {
    if (field.op !== 'added' || merged.masked) continue
    const { holder, step } = merged
    if (!Array.isArray(holder)) Reflect.deleteProperty(holder, step)
    else gone.set(holder, (gone.get(holder) ?? new Set()).add(Number(step)))
  }
  for (const [list, positions] of gone)
    list.splice(0, list.length, ...list.filter((_, index) => !positions.has(index)))
}

function insert({ field, merged: { holder, step, masked } }: Change): void {
  if (field.op === 'removed' && !masked && Array.isArray(holder)) holder.splice(Number(step), 0, field.git)
}

/** What held nothing but what was added goes with it, as Go leaves out what is empty. */
function dropEmpty({ holder, above }: Place): void {
  if (above === undefined || Object.keys(holder).length > 0 || Array.isArray(above.holder)) return
  if (ownValue(above.holder, above.step) === holder) Reflect.deleteProperty(above.holder, above.step)
  dropEmpty(above)
}
