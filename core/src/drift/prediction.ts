import { formatJson } from '../json.js'
import type { KubernetesObject } from '../object.js'
import { formatField, formatPointer, pathIdentity, valueAt, type Path } from '../pointer.js'
import { compare, type Difference } from './compare.js'
import { differenceRecord, type Circumstances } from './fate.js'
import type { Judgement } from './judge.js'
import { MASK, MASK_AFTER, MASK_BEFORE, maskValue } from './mask.js'
import type { FieldRecord } from './report.js'
import { isRecreated } from './switches.js'

/** What the server said when it rehearsed Flux's next apply of one object. */
export type Prediction =
  | { readonly kind: 'object'; readonly object: KubernetesObject }
  /** Fields that cannot be changed on an object that exists, as the server writes them. */
  | { readonly kind: 'immutable'; readonly fields: readonly string[] }
  /** Fields whose values it does not take. */
  | { readonly kind: 'invalid'; readonly fields: readonly string[] }
  /** It was not asked, or did not answer the question. */
  | { readonly kind: 'undecided'; readonly reason: string; readonly message: string }

/** An object with no certain difference, and what is known about it. */
export interface Foreseeable extends Circumstances {
  readonly custom: boolean
  /** Flux may delete and create it again (`spec.force`). */
  readonly force?: boolean | undefined
  /** Where live is not as Git says, less what Flux ignores on purpose. */
  readonly differences: readonly Difference[]
  readonly isIgnored: (place: { readonly path: Path }) => boolean
  /** What keeps additions by hand from being seen: a dry run does not show them either. */
  readonly doubt: string | undefined
}

/** Would a dry run tell more: is it undecided, or only vouched for? */
export function wantsDryRun({ verdict, reason, confidence, encrypted = [] }: Judgement): boolean {
  if (encrypted.length > 0) return false
  return verdict === 'unknown' ? reason === 'undecided' : verdict === 'in-sync' && confidence === 'vouched'
}

/**
 * Decides by a dry run what values and ownership left open. The question is whether Flux's *next apply* would
 * change anything. A dry run alone keeps what kubectl added, which Flux takes over first and drops; but whoever
 * has such an addition is drifted already, and never comes here.
 */
export function foretell(it: Foreseeable, judgement: Judgement, prediction: Prediction): Judgement {
  switch (prediction.kind) {
    case 'object':
      return afterDryRun(it, judgement, prediction.object)
    case 'immutable':
      return recreated(it, judgement, prediction.fields)
    case 'invalid':
      return {
        ...judgement,
        verdict: 'failed',
        reason: 'invalid',
        message: `the server does not take what Git says of ${prediction.fields.join(', ')}`,
        confidence: 'dry-run',
      }
    case 'undecided': {
      if (judgement.verdict !== 'unknown') return judgement
      const { reason, message } = prediction
      return { ...judgement, reason, message: [judgement.message, message].join('; ') }
    }
  }
}

function afterDryRun(it: Foreseeable, judgement: Judgement, predicted: KubernetesObject): Judgement {
  const changes = changesBetween(it, predicted).filter((change) => !it.isIgnored(change))
  const { uid, resourceVersion } = it.live.metadata
  const isAnother = predicted.metadata.uid !== uid
  if (isAnother || (changes.length > 0 && predicted.metadata.resourceVersion !== resourceVersion))
    return unknown(judgement, 'it was changed while it was being compared: ask again')
  const isChanged = ({ path }: Difference): boolean => changes.some((change) => overlap(change.path, path))
  const normalised = it.differences.filter((difference) => !isChanged(difference))
  const explained = [...judgement.explained, ...normalised.map((item) => normalisedRecord(it, item))]
  if (changes.length > 0) {
    const changed = it.differences.filter(isChanged)
    const others = changes.filter((change) => !changed.some(({ path }) => overlap(change.path, path)))
    const fields = [
      ...changed.map((item) => differenceRecord(it, item)),
      ...others.map((item) => changeRecord(it, item)),
    ]
    const reason = fields.every(({ op }) => op === 'added') ? 'unmanaged-field' : 'modified'
    return { verdict: 'drifted', reason, confidence: 'dry-run', fields, explained }
  }
  if (it.doubt !== undefined) return unknown(judgement, it.doubt)
  return unchanged(judgement, normalised, explained)
}

function unchanged(
  { verdict, reason }: Judgement,
  normalised: readonly Difference[],
  explained: readonly FieldRecord[],
): Judgement {
  const settled = { verdict: 'in-sync', confidence: 'dry-run', fields: [], explained } as const
  if (normalised.length === 0)
    return { ...settled, ...(verdict === 'in-sync' && reason !== undefined ? { reason } : {}) }
  const message = `Flux's next apply would change nothing, though live is not what Git says: the server makes it so`
  return { ...settled, reason: 'admission-normalised', message }
}

const unknown = ({ explained }: Judgement, message: string): Judgement => ({
  verdict: 'unknown',
  reason: 'undecided',
  message,
  fields: [],
  explained,
})

/** A place where the dry run's result is not what is live. */
interface Change {
  readonly path: Path
  readonly predicted?: unknown
  readonly live?: unknown
}

/** The comparison asks in one direction, so it is asked in both; what it doubts is a change as well. */
function changesBetween({ live, type, custom }: Foreseeable, predicted: KubernetesObject): readonly Change[] {
  const options = { type, custom, vouch: () => false }
  const paths = [compare(predicted, live, options), compare(live, predicted, options)].flatMap((found) => [
    ...found.differences.map(({ path }) => path),
    ...found.doubts.map(({ path }) => path),
    ...found.unknownFields,
  ])
  const changes = paths.map((path) => ({
    path,
    predicted: valueAt(predicted, path),
    live: valueAt(live, path),
  }))
  const real = changes.filter((change) => formatJson(change.predicted) !== formatJson(change.live))
  return real.filter(({ path }, index) => !real.slice(0, index).some((known) => overlap(known.path, path)))
}

/** Is one path the other, or above it? */
function overlap(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length)
  return pathIdentity(a.slice(0, length)) === pathIdentity(b.slice(0, length))
}

const normalisedRecord = (it: Foreseeable, difference: Difference): FieldRecord => ({
  ...differenceRecord(it, difference),
  willRevert: false,
  because: "the server makes it so: a dry run of Flux's apply gives what is live",
})

/** What Flux's next apply would change though Git does not differ there: it drops it, or admission sets it. */
function changeRecord(it: Foreseeable, { path, predicted, live }: Change): FieldRecord {
  const git = valueAt(it.git, path)
  const mark = git === undefined ? MASK : MASK_BEFORE
  return {
    path: formatPointer(path),
    field: formatField(path),
    op: predicted === undefined ? 'added' : live === undefined ? 'removed' : 'changed',
    ...(git === undefined ? {} : { git: maskValue(it.git, path, git, MASK_AFTER) }),
    ...(live === undefined ? {} : { live: maskValue(it.live, path, live, mark) }),
    willRevert: it.held === undefined,
    because: it.held ?? "a dry run of Flux's apply changes it",
  }
}

/** Source: fluxcd/pkg ssa/manager_apply.go: what is refused as immutable is created anew only with `force`. */
function recreated(it: Foreseeable, judgement: Judgement, fields: readonly string[]): Judgement {
  const isForced = it.force === true || isRecreated(it.git, it.live)
  const fate = isForced
    ? {
        willRevert: it.held === undefined,
        because: it.held ?? 'Flux deletes it and creates it again (force)',
      }
    : {
        willRevert: false,
        because: 'it cannot be changed on an object that exists, and Flux is not told to force',
      }
  const records = it.differences.map((item) => ({ ...differenceRecord(it, item), ...fate }))
  const unnamed = fields.filter((field) => !records.some(({ path }) => path.startsWith(pointerOf(field))))
  return {
    ...judgement,
    verdict: 'drifted',
    reason: 'requires-recreate',
    message: `${fields.join(', ')} cannot be changed: the object has to be deleted and created again`,
    confidence: 'dry-run',
    fields: [
      ...records,
      ...unnamed.map((field) => ({ path: pointerOf(field), field, op: 'changed' as const, ...fate })),
    ],
  }
}

/** `spec.template.spec.containers[0].image` as a pointer. */
const pointerOf = (field: string): string =>
  `/${field.replaceAll(/\[([^\]]*)\]/g, '.$1').replaceAll('.', '/')}`
