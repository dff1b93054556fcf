import { formatField, formatPointer, type Path } from '../pointer.js'
import type { Applier } from './actor.js'
import { adoptionsOf, isBelow, isComposite } from './adoption.js'
import { isIgnoredByFlux } from './ignore.js'
import type { UndecidedRecord } from './report.js'
import type { Occasion } from './writing.js'

/** What is open about an object beside what its comparison doubts. */
export interface Open extends Occasion {
  /** Lists in which `spec.ignore` means other items than it would. */
  readonly misplaced: readonly Path[]
}

const MISPLACED = "the Kustomization's spec.ignore counts positions, and Git has the items in other ones"
const UNFORESEEABLE =
  "the Kustomization's spec.ignore names it, so that Flux sends no value for it: what the server makes of that is not known"

/** What the comparison leaves open, and what Flux's own rules make nobody able to foretell. */
export function undecidedRecords(it: Open): readonly UndecidedRecord[] {
  const doubts = it.comparison.doubts.filter(({ path }) => !isIgnoredByFlux(it.ignore, it.live, path))
  const misplaced = it.misplaced.map((path) => ({ path, why: MISPLACED }))
  const all = [...doubts, ...misplaced, ...unforeseeable(it).map((path) => ({ path, why: UNFORESEEABLE }))]
  return all.map(({ path, why }) => ({ path: formatPointer(path), field: formatField(path), because: why }))
}

/** A value that is not as Git says, although Flux alone wrote it. */
export function uncertainRecord(applier: Applier, path: Path): UndecidedRecord {
  const because =
    `is not what Git says, although ${applier} alone wrote it: an admission webhook may change it, or somebody wrote ` +
    `under Flux's name`
  return { path: formatPointer(path), field: formatField(path), because }
}

/** Is it part of what Flux's own ignore rules make unforeseeable? */
export const isUnforeseeable = (it: Open, path: Path): boolean =>
  [...it.misplaced, ...unforeseeable(it)].some((above) => isBelow(path, above))

/** Ignored paths where Flux sends null, or nothing of a value of which it owns a part. */
const unforeseeable = (it: Open): readonly Path[] =>
  adoptionsOf(it)
    .filter(({ path, sends }) => sends === 'null' || (sends === 'nothing' && isComposite(it, path)))
    .map(({ path }) => path)
