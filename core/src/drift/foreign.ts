import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import { pathIdentity, type Path } from '../pointer.js'
import { isFluxApply, type Applier } from './actor.js'
import { additionsOf, undeclaredByBuild, type Addition } from './additions.js'
import { isKubectlRecord } from './bookkeeping.js'
import { isContradiction } from './contradiction.js'
import { declaresAll } from './declared.js'
import { isDefault, staysWithout } from './defaults.js'
import { isForeign } from './ownership.js'
import { isServerDefault } from './server-default.js'
import { isUnforeseeable, type Open } from './undecided.js'

/** An object of which others may have written a part. */
export interface Claimed extends Open {
  /** Git without the empty fields by which it says nothing. */
  readonly asserted: KubernetesObject
  readonly custom: boolean
  readonly ahead: boolean
}

/** What was created without server-side apply owns the server's defaults as well. */
const isOwnApply = (entry: ManagedFieldsEntry, applier: Applier): boolean =>
  isFluxApply(entry, applier) && entry.operation === 'Apply'

/** What other managers than Flux have put where Git has nothing; one addition a field, the newest. */
export function foreignAdditions(it: Claimed): readonly Addition[] {
  const newest = new Map<string, Addition>()
  for (const addition of it.entries
    .filter((entry) => isForeign(entry, it.applier))
    .flatMap((entry) => additionsIn(it, entry))) {
    const identity = pathIdentity(addition.path)
    const known = newest.get(identity)
    if (known === undefined || (known.entry.time ?? '') < (addition.entry.time ?? ''))
      newest.set(identity, addition)
  }
  const isNothing = ({ path }: Addition): boolean =>
    isKubectlRecord(path) || isUnforeseeable(it, path) || isServers(it, path)
  return [...newest.values()].filter((addition) => !isNothing(addition))
}

/** What the server fills in, where it does not go with what it is part of. */
const isServers = (it: Claimed, path: Path): boolean =>
  !it.custom &&
  isServerDefault(it.live, path) &&
  staysWithout(path.slice(0, -1), it) &&
  !isContradiction(it.git, { path })

/** What one entry has where Git has nothing, but for defaults. */
export const additionsIn = (it: Claimed, entry: ManagedFieldsEntry): readonly Addition[] =>
  additionsOf(entry, it.asserted, it.live, it.type).filter((addition) => !isDefault(addition, it))

/** What Flux applied before and this build does not have; nothing, if the build is what Flux applied. */
export function prunedAdditions(it: Claimed, foreign: readonly Addition[]): readonly Addition[] {
  const known = new Set(foreign.map(({ path }) => pathIdentity(path)))
  const found = it.ahead
    ? it.entries.filter((entry) => isOwnApply(entry, it.applier)).flatMap((entry) => additionsIn(it, entry))
    : undeclared(it)
  return found.filter(({ path }) => !known.has(pathIdentity(path)))
}

/** What Flux applied and this build does not declare. */
export function undeclared(it: Claimed): readonly Addition[] {
  const own = it.entries.filter(
    (entry) => isOwnApply(entry, it.applier) && !declaresAll(entry.fieldsV1, it.git, it.live, it.type),
  )
  return undeclaredByBuild(own, it.git, it.live, it.type)
}
