import type { KubernetesObject } from '../object.js'
import { valueAt } from '../pointer.js'
import type { Addition } from './additions.js'
import type { Difference } from './compare.js'
import { additionRecord, differenceRecord, type Circumstances } from './fate.js'
import { holdersOf } from './managed-fields.js'
import { MASK_AFTER, maskValue } from './mask.js'
import type { FieldRecord } from './report.js'

/**
 * Git says `false`, zero or "" where another manager wrote something else: Flux leaves such values out (Go's
 * `omitempty`), so that it looks like an addition, and Git contradicts it all the same.
 */
export function isContradiction(git: Circumstances['git'], { path }: Pick<Addition, 'path'>): boolean {
  const value = valueAt(git, path)
  return value !== null && value !== undefined && typeof value !== 'object'
}

/** The record of a field that only live has, or that Git contradicts. */
export function blamedRecord(it: Circumstances, addition: Addition): FieldRecord {
  const record = additionRecord(it, addition)
  if (!isContradiction(it.git, addition)) return record
  const { path, field, ...rest } = record
  const git = maskValue(it.git, addition.path, valueAt(it.git, addition.path), MASK_AFTER)
  return { path, field, ...rest, op: 'changed', git }
}

/** Where live is not what Git says, and whoever wrote it is not found among the additions. */
export function isUnclaimed(it: Asserting, difference: Difference): boolean {
  return !isLeftOut(it, difference) || holdersOf(it.entries, difference.path, it.type).length === 0
}

export interface Asserting extends Circumstances {
  /** What Flux sends of Git's object. */
  readonly asserted: KubernetesObject
}

/** A `false` in Git that Flux does not send. */
const isLeftOut = ({ asserted }: Asserting, { git, path }: Difference): boolean =>
  git === false && valueAt(asserted, path) === undefined

/** The record of a field that live has otherwise. */
export function heededRecord(it: Asserting, difference: Difference): FieldRecord {
  const record = differenceRecord(it, difference)
  if (!isLeftOut(it, difference)) return record
  return { ...record, willRevert: false, because: 'Flux does not send a false that means nothing to Go' }
}
