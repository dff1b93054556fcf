import type { ManagedFieldsEntry } from '../object.js'
import { valueAt, pathIdentity, type Path } from '../pointer.js'
import type { Addition } from './additions.js'
import { isSettled, type Explaining } from './explained.js'
import { additionRecord, newestOf, unownedRecord } from './fate.js'
import { holdersOf } from './managed-fields.js'
import type { FieldRecord } from './report.js'
import { pruneOptOut, type OptOut } from './switches.js'

/** A switch that the live object alone has, and no rule allows: what takes an object out of GitOps unseen. */
export const evasionOf = (it: Explaining): OptOut | undefined =>
  [it.out, pruneOptOut(it.git, it.live)].find(
    (out) => out?.path !== undefined && !isSettled(it, { path: out.path }),
  )

/** Is this the field of the switch? */
export const isAt = (out: OptOut | undefined, { path }: { readonly path: Path }): boolean =>
  out?.path !== undefined && pathIdentity(out.path) === pathIdentity(path)

/** The switch is told whoever set it; once, where it is an addition that somebody is blamed for as well. */
export function evasionRecords(
  it: Explaining,
  out: OptOut | undefined,
  blamed: readonly Addition[],
): readonly FieldRecord[] {
  if (out?.path === undefined || blamed.some((addition) => isAt(out, addition))) return []
  const { path } = out
  const entry = holderOf(it, path)
  if (entry === undefined) return [unownedRecord(it, path)]
  return [additionRecord(it, { path, live: valueAt(it.live, path), entry })]
}

/** What the switch does, who set it, and when. */
export function evasionMessage(it: Explaining, { message, path = [] }: OptOut): string {
  const { manager, time } = holderOf(it, path) ?? {}
  if (manager === undefined) return message
  return `${message} (set by ${manager}${time === undefined ? '' : ` at ${time}`})`
}

const holderOf = (it: Explaining, path: Path): ManagedFieldsEntry | undefined =>
  newestOf(holdersOf(it.entries, path, it.type))
