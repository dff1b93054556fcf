import type { FieldRecord, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import type { FieldType } from '@kubectl-gitops/core/drift/schema.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { isRelated, isWithin, leavesOf, ownedPlaces, placeOf, shown, type Identity } from './fields.js'

/** One object: what was foretold of it, and how it was and is. */
export interface Sight {
  readonly git: KubernetesObject | undefined
  readonly before: KubernetesObject | undefined
  readonly after: KubernetesObject | undefined
  readonly type: FieldType | undefined
  /** Absent where `drift` says nothing of the object. */
  readonly record: ObjectRecord | undefined
  /** The record of a second look, after Flux. */
  readonly afterRecord: ObjectRecord | undefined
}

export interface Checked {
  /** What was foretold and did not happen, or happened and was not foretold. */
  readonly wrong: readonly string[]
  /** What was not foretold of an object that `drift` itself calls unknown. */
  readonly unknown: readonly string[]
  /** Predictions of fields that came true, by what they said. */
  readonly reverted: number
  readonly kept: number
}

/** Holds what was foretold of an object against what happened to it. */
export function check(sight: Sight): Checked {
  const fate = objectFate(sight)
  const { git, before, after, type, record, afterRecord } = sight
  if (fate !== undefined) return { ...NOTHING, wrong: [fate] }
  if (before === undefined || after === undefined || record?.reason === 'deleting') return NOTHING
  const told = recordsOf(record, { git, live: before }, type)
  const left = recordsOf(afterRecord, { git, live: after }, type).filter(({ op }) => op !== 'added')
  const scene = { git, before, after, told, left, ...leaves(before, after, type) }
  const wrong = told.filter((one) => !cameTrue(one, scene)).map((one) => said(one))
  const missed = [...unforeseenChanges(scene, type), ...unforeseenRemains(scene)]
  const open = (record?.undecided ?? []).map((one) => placeOf(one, { git, live: before }, type))
  const isUnknown = ({ place }: Missed): boolean =>
    record?.verdict === 'unknown' || open.some((one) => isRelated(place, one))
  return {
    wrong: [...wrong, ...missed.filter((one) => !isUnknown(one)).map(({ words }) => words)],
    unknown: missed.filter(isUnknown).map(({ words }) => words),
    reverted: told.filter((one) => one.willRevert).length,
    kept: told.filter((one) => !one.willRevert).length,
  }
}

const NOTHING: Checked = { wrong: [], unknown: [], reverted: 0, kept: 0 }

type Told = FieldRecord & { readonly place: Identity }

interface Scene {
  readonly git: KubernetesObject | undefined
  readonly before: KubernetesObject
  readonly after: KubernetesObject
  readonly was: ReadonlyMap<Identity, unknown>
  readonly is: ReadonlyMap<Identity, unknown>
  /** Places whose value is another one, or only there before or after. */
  readonly changes: readonly Identity[]
  readonly told: readonly Told[]
  /** What differs from Git afterwards. */
  readonly left: readonly Told[]
}

function recordsOf(
  record: ObjectRecord | undefined,
  sides: { readonly git: unknown; readonly live: unknown },
  type: FieldType | undefined,
): readonly Told[] {
  const all = [...(record?.fields ?? []), ...(record?.explained ?? [])]
  return all.map((one) => ({ ...one, place: placeOf(one, sides, type) }))
}

function leaves(
  before: KubernetesObject,
  after: KubernetesObject,
  type: FieldType | undefined,
): Pick<Scene, 'was' | 'is' | 'changes'> {
  const was = leavesOf(before, type)
  const is = leavesOf(after, type)
  const places = [...new Set([...was.keys(), ...is.keys()])]
  const changes = places.filter((place) => JSON.stringify(was.get(place)) !== JSON.stringify(is.get(place)))
  return { was, is, changes }
}

function cameTrue(one: Told, scene: Scene): boolean {
  const { told, left, changes, was } = scene
  const others = told.filter(
    (other) => other.willRevert !== one.willRevert && isWithin(other.place, one.place),
  )
  const isOthers = (place: Identity): boolean =>
    others.some((other) => other !== one && isWithin(place, other.place))
  if (one.op === 'added' && one.willRevert) {
    const before = [...was.keys()].filter((place) => isRelated(place, one.place) && !isOthers(place))
    return before.every((place) => changes.includes(place))
  }
  if (one.willRevert) return !left.some((other) => isRelated(other.place, one.place))
  if (one.op === 'reordered') return left.some((other) => other.place === one.place)
  return !changes.some((place) => isRelated(place, one.place) && !isOthers(place))
}

const said = ({ field, op, willRevert, because, place }: Told): string =>
  `${op} ${field}: "${willRevert ? 'will' : 'will not'} be reverted: ${because}" (${shown(place)})`

/** Something that nobody foretold. */
interface Missed {
  readonly place: Identity
  readonly words: string
}

/** What nobody owns and Git does not have is the server's to fill in and to take away. */
function unforeseenChanges(
  { git, before, after, was, is, changes, told }: Scene,
  type: Sight['type'],
): readonly Missed[] {
  const declared = git === undefined ? new Map<Identity, unknown>() : leavesOf(git, type)
  const [ownedBefore, ownedAfter] = [ownedPlaces(before), ownedPlaces(after)]
  const isServers = (place: Identity): boolean =>
    !declared.has(place) &&
    (!was.has(place) || !ownedBefore.has(place)) &&
    (!is.has(place) || !ownedAfter.has(place))
  const isForetold = (place: Identity): boolean =>
    told.some((one) => one.willRevert && isRelated(place, one.place))
  return changes
    .filter((place) => !isForetold(place) && !isServers(place))
    .map((place) => ({
      place,
      words: `unforeseen: ${shown(place)} was ${JSON.stringify(was.get(place))}, is ${JSON.stringify(is.get(place))}`,
    }))
}

const unforeseenRemains = ({ left, told }: Scene): readonly Missed[] =>
  left
    .filter((one) => !told.some((other) => !other.willRevert && isRelated(other.place, one.place)))
    .map(({ op, field, place }) => ({ place, words: `unforeseen: ${op} ${field} remains (${shown(place)})` }))

/** What was said of the object as a whole and did not come true. */
function objectFate({ record, before, after }: Sight): string | undefined {
  if (record?.reason === 'deleting') return undefined
  const [said, expected] = wordsOf(record)
  const isThere = after !== undefined && after.metadata.deletionTimestamp === undefined
  const shouldBe = before === undefined ? expected === 'created' : expected !== 'deleted'
  if (shouldBe === isThere) return undefined
  return `it is ${isThere ? 'there' : 'not there'} afterwards; said ${said}`
}

function wordsOf(
  record: ObjectRecord | undefined,
): readonly [said: string, expected?: 'created' | 'deleted'] {
  if (record === undefined) return ['nothing']
  const { verdict, reason = '', message = '' } = record
  const said = `${verdict} ${reason}: ${message}`
  if (message === 'Flux will create it again') return [said, 'created']
  return verdict === 'orphaned' && message === 'Flux will delete it' ? [said, 'deleted'] : [said]
}
