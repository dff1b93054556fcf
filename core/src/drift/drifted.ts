import { formatField } from '../pointer.js'
import { actorOf, FLUX_MANAGER, HELM_MANAGER, isFluxApply, isTakenOver, type Actor } from './actor.js'
import type { Addition } from './additions.js'
import { isBookkeeping } from './bookkeeping.js'
import type { Difference } from './compare.js'
import { isContradiction } from './contradiction.js'
import { evasionMessage } from './evasion.js'
import { deciderOf, isSettled, type Explaining } from './explained.js'
import { keepsOthers } from './fate.js'
import { holdersOf } from './managed-fields.js'
import { isOlderInstall } from './release-fate.js'
import type { ObjectRecord } from './report.js'
import type { OptOut } from './switches.js'

type Finding = Pick<ObjectRecord, 'verdict' | 'reason' | 'message' | 'confidence'>

/** People and programs outside the cluster: what they change should have come through Git. */
export const isOutOfBand = (actor: Actor): boolean => actor.class === 'person' || actor.class === 'automation'

/** Is somebody to blame for a field that Git does not have? */
export function isBlamed(it: Explaining, addition: Addition): boolean {
  const { path, entry } = addition
  if (isBookkeeping(path)) return false
  if (it.applier === HELM_MANAGER && isOlderInstall(entry)) return false
  return isSuspect(it, addition) && !isSettled(it, addition)
}

/** What should have come through Git, or says something else than Git. */
function isSuspect(it: Explaining, addition: Addition): boolean {
  const { entry } = addition
  if (isContradiction(it.git, addition)) return true
  if (keepsOthers(it)) return false
  // What Flux itself wrote before it used server-side apply is a remnant: it takes it over and drops it.
  const isRemnant = it.applier === FLUX_MANAGER && actorOf(entry).class === 'flux' && isTakenOver(entry)
  return isRemnant || isOutOfBand(actorOf(entry))
}

/** What an object has drifted by. */
interface Drift {
  readonly certain: readonly Difference[]
  readonly blamed: readonly Addition[]
  readonly evasion: OptOut | undefined
}

/** The verdict of an object that has drifted: by what, and who fights with Flux. */
export function drifted(it: Explaining, { certain, blamed, evasion }: Drift): Finding {
  const confidence = it.type === undefined ? 'heuristic' : 'proved'
  if (evasion !== undefined) {
    const message = evasionMessage(it, evasion)
    return { verdict: 'drifted', reason: evasion.reason, message, confidence }
  }
  const isModified = certain.length > 0 || blamed.some((addition) => isContradiction(it.git, addition))
  if (!isModified) return { verdict: 'drifted', reason: 'unmanaged-field', confidence }
  const reordered = blamed.length === 0 && certain.every((difference) => difference.op === 'reordered')
  if (reordered) return { verdict: 'drifted', reason: 'reordered', confidence }
  const rival = blamed.length === 0 ? (deciderOf(it, certain) ?? rivalOf(it, certain)) : undefined
  if (rival === undefined) return { verdict: 'drifted', reason: 'modified', confidence }
  const message = `${rival} and Flux both want to decide ${certain.map(({ path }) => formatField(path)).join(', ')}`
  return { verdict: 'drifted', reason: 'contested', message, confidence }
}

/** The controller that wrote all of these fields, against what Git declares. */
function rivalOf(it: Explaining, certain: readonly Difference[]): string | undefined {
  const managers = certain.map(({ path }) => {
    const holders = holdersOf(it.entries, path, it.type).filter((entry) => !isFluxApply(entry, it.applier))
    const inCluster = holders.length > 0 && holders.every((entry) => !isOutOfBand(actorOf(entry)))
    return inCluster ? holders[0]?.manager : undefined
  })
  return managers.every((manager) => manager === managers[0]) ? managers[0] : undefined
}
