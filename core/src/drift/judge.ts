import type { KubernetesObject } from '../object.js'
import { formatField, type Path } from '../pointer.js'
import { actorOf, FLUX_MANAGER, HELM_MANAGER, type Applier } from './actor.js'
import { compare, NOTHING_FOUND, type CompareOptions, type Comparison, type Difference } from './compare.js'
import { blamedRecord, heededRecord, isUnclaimed } from './contradiction.js'
import { drifted, isBlamed, isOutOfBand } from './drifted.js'
import { encryptedMessage, encryptedRecords, hiddenValues } from './encrypted-fields.js'
import { explainedRecord, isSettled, REPLICAS, unownedRecords, type Explaining } from './explained.js'
import { evasionOf, evasionRecords, isAt } from './evasion.js'
import { additionRecord, differenceRecord, scaledRecords } from './fate.js'
import { additionsIn, foreignAdditions, prunedAdditions, undeclared, type Claimed } from './foreign.js'
import { refusedPatch } from './release-fate.js'
import { withoutHollow } from './hollow.js'
import type { IgnoreRule } from './ignore.js'
import { isForeign, solelyFlux } from './ownership.js'
import { misplacedIgnores } from './misplaced.js'
import { isPlainlyEqual } from './plainly-equal.js'
import { foretell, wantsDryRun, type Prediction } from './prediction.js'
import type { Confidence, EncryptedRecord, FieldRecord, UndecidedRecord, Verdict } from './report.js'
import { BUILT_IN } from './rules/built-in.js'
import type { Rulebook } from './rules/explanation.js'
import type { FieldType } from './schema.js'
import { driftOptOut, optOut, type OptOut } from './switches.js'
import { isUnforeseeable, uncertainRecord, undecidedRecords } from './undecided.js'

/** What is known about the Kustomization or HelmRelease that applies an object. */
export interface Judging {
  /** kustomize-controller unless given. */
  readonly applier?: Applier
  readonly type: FieldType | undefined
  /** A kind that a CustomResourceDefinition defines. */
  readonly custom: boolean
  readonly ignore: readonly IgnoreRule[]
  /** Why Flux will not reconcile for now (suspended, build fails, …); undefined when it will. */
  readonly held: string | undefined
  /** What explains fields that are not Git's; the rules of this product unless given. */
  readonly book?: Rulebook
  /** Flux deletes and creates again what it cannot change (`spec.force`). */
  readonly force?: boolean
  /** What a dry run of Flux's next apply came to; it decides what is undecided without. */
  readonly prediction?: Prediction
  /** Why helm-controller will upgrade the release, which puts back more than a correction of drift does. */
  readonly upgrade?: string
  /** Git is of a revision that Flux has not applied: what Flux alone wrote need not be as Git says. */
  readonly ahead?: boolean
}

/** What one object turned out to be. */
export interface Judgement {
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly confidence?: Confidence
  readonly fields: readonly FieldRecord[]
  readonly explained: readonly FieldRecord[]
  /** Absent where there are none. */
  readonly encrypted?: readonly EncryptedRecord[]
  /** Absent where there are none. */
  readonly undecided?: readonly UndecidedRecord[]
  /** Live values of encrypted fields: secrets that no record may show. */
  readonly hidden?: readonly string[]
}

/**
 * Judges an object that is both in Git and on the cluster. Values are compared, never inferred from
 * ownership; ownership says who did it, what Flux will put back, and vouches for what the server
 * leaves out. Reads nothing but its arguments.
 * @param git as Flux sends it (desired/decorate)
 * @param live read in Git's apiVersion
 */
export function judge(git: KubernetesObject, live: KubernetesObject, judging: Judging): Judgement {
  const out = optOutOf(git, live, judging)
  const aside = setAside(live, out)
  if (aside !== undefined) return aside
  const plain = isPlainlyEqual(git, live, judging.type)
  const it = caseOf(git, live, { ...judging, out, plain })
  return (plain ? calm(it) : undefined) ?? decide(it)
}

interface Opened extends Judging {
  readonly out: OptOut | undefined
  /** Live says to the letter what Git says. */
  readonly plain: boolean
}

function caseOf(git: KubernetesObject, live: KubernetesObject, opened: Opened): Case {
  const { plain, type, custom, ahead = false, applier = FLUX_MANAGER, book = BUILT_IN_BOOK } = opened
  const entries = live.metadata.managedFields ?? []
  const isForeigners = entries.some((entry) => isForeign(entry, applier))
  const asserted = custom || (plain && !isForeigners) ? git : withoutHollow(git, type)
  const vouch = (path: Path): boolean => solelyFlux({ entries, live, type, applier }, path)
  const comparison = plain ? NOTHING_FOUND : comparisonOf(git, live, { type, custom, ahead, vouch })
  const misplaced = misplacedIgnores(rulesByPosition(opened.ignore, applier), git, live, type)
  const circumstances = { git, asserted, live, entries, applier, comparison, book }
  return { upgrade: undefined, ...opened, ...circumstances, ahead, misplaced }
}

/** The short way to what `decide` says of an object that is plainly equal and nobody else wrote to, as most are. */
function calm(it: Case): Judgement | undefined {
  const isPlain = it.out === undefined && it.ignore.length === 0 && it.prediction === undefined && !it.ahead
  const isForeigners = it.entries.some((entry) => isForeign(entry, it.applier))
  if (!isPlain || isForeigners || evasionOf(it) !== undefined) return undefined
  if (undeclared(it).length > 0 || ownershipDoubt(it) !== undefined) return undefined
  const scaled = scaledRecords(it).map((record) => explainedRecord(it, REPLICAS, record))
  const explained = [...scaled, ...unownedRecords(it)].sort(byField)
  const confidence = it.type === undefined ? 'heuristic' : 'proved'
  return { verdict: 'in-sync', confidence, fields: [], explained }
}

const optOutOf = (
  git: KubernetesObject,
  live: KubernetesObject,
  { applier, ignore }: Judging,
): OptOut | undefined => (applier === HELM_MANAGER ? driftOptOut(git, live, ignore) : optOut(git, live))

const BUILT_IN_BOOK: Rulebook = { rules: BUILT_IN, ties: [] }

function comparisonOf(git: KubernetesObject, live: KubernetesObject, options: CompareOptions): Comparison {
  return compare(options.custom ? git : withoutHollow(git, options.type, live), live, options)
}

/** helm-controller copies nothing from one place to another. */
const rulesByPosition = (ignore: readonly IgnoreRule[], applier: Applier): readonly IgnoreRule[] =>
  applier === HELM_MANAGER ? [] : ignore

/** What needs no comparison: Git leaves it alone, or it is about to go. */
function setAside({ metadata }: KubernetesObject, out: OptOut | undefined): Judgement | undefined {
  if (out?.inGit === true)
    return { ...NOTHING, verdict: 'excluded', reason: out.reason, message: out.message }
  const { deletionTimestamp } = metadata
  if (deletionTimestamp === undefined) return undefined
  const message = `being deleted since ${deletionTimestamp}`
  return { ...NOTHING, verdict: 'drifted', reason: 'deleting', message }
}

const NOTHING = { fields: [], explained: [] } as const

interface Case extends Explaining, Claimed {
  readonly prediction?: Prediction
  readonly force?: boolean
}

type Finding = Omit<Judgement, 'fields' | 'explained' | 'encrypted' | 'undecided' | 'hidden'>

function decide(it: Case): Judgement {
  const uncertain = it.comparison.differences.filter((one) => !isSettled(it, one) && !isCertain(it, one))
  const undecided = [
    ...undecidedRecords(it),
    ...uncertain.map(({ path }) => uncertainRecord(it.applier, path)),
  ]
  const judgement = decideFields(it)
  // A dry run has decided them.
  return undecided.length === 0 || judgement.confidence === 'dry-run'
    ? judgement
    : { ...judgement, undecided }
}

function decideFields(it: Case): Judgement {
  const { encrypted } = it.comparison
  const differences = it.comparison.differences.filter(
    (difference) => isUnclaimed(it, difference) && !isUnforeseeable(it, difference.path),
  )
  const added = foreignAdditions(it)
  const settled = differences.filter((difference) => isSettled(it, difference))
  const heeded = differences.filter((difference) => !settled.includes(difference))
  const certain = heeded.filter((difference) => isCertain(it, difference))
  const told = { ...it, refused: refusedPatch(it, heeded) }
  const blamed = added.filter((addition) => isBlamed(it, addition))
  const evasion = evasionOf(it)
  const fields = [
    ...certain.map((difference) => heededRecord(told, difference)),
    ...blamed.map((addition) => blamedRecord(it, addition)),
    ...evasionRecords(it, evasion, blamed),
  ].sort(byField)
  const explained = [
    ...settled.map((item) => explainedRecord(it, item, differenceRecord(it, item))),
    ...it.comparison.dropped.map((difference) => droppedRecord(it, difference)),
    ...scaledRecords(it).map((record) => explainedRecord(it, REPLICAS, record)),
    ...added
      .filter((addition) => !blamed.includes(addition) && !isAt(evasion, addition))
      .map((item) => explainedRecord(it, item, additionRecord(it, item))),
    ...prunedAdditions(it, added).map((item) => explainedRecord(it, item, additionRecord(it, item))),
    ...unownedRecords(it),
  ].sort(byField)
  const isDrifted = fields.length > 0
  const finding =
    refusal(it) ?? (isDrifted ? drifted(it, { certain, blamed, evasion }) : undrifted(it, heeded.at(0)))
  if (encrypted.length === 0) return exactly(it, { ...finding, fields, explained }, heeded)
  const hidden = hiddenValues(it.live, encrypted)
  return { ...finding, fields, explained, encrypted: encryptedRecords(encrypted), hidden }
}

/** What a dry run tells more, where one was made. */
function exactly(it: Case, judgement: Judgement, differences: readonly Difference[]): Judgement {
  const { prediction } = it
  if (prediction === undefined || !wantsDryRun(judgement)) return judgement
  const isIgnoredHere = (place: { readonly path: Path }): boolean => isSettled(it, place)
  return foretell(
    { ...it, differences, isIgnored: isIgnoredHere, doubt: ownershipDoubt(it) },
    judgement,
    prediction,
  )
}

/** A value that Flux alone wrote may have been changed by a webhook, which Flux's next apply would run into again. */
const isCertain = (it: Case, { op, path }: Difference): boolean =>
  it.ahead || op === 'reordered' || !solelyFlux(it, path)

const byField = (a: FieldRecord, b: FieldRecord): number =>
  a.field < b.field ? -1 : a.field > b.field ? 1 : 0

/** Git says what the server never takes: nothing that it says can be applied. */
function refusal(it: Case): Finding | undefined {
  const [first] = it.comparison.refused
  // Helm may have created what it could not apply.
  if (first === undefined || it.applier === HELM_MANAGER) return undefined
  return { verdict: 'failed', reason: 'invalid-desired', message: `${first.why}: Flux cannot apply it` }
}

/** Flux alone wrote it, and it is not there: whoever drops it does so at every apply. */
const droppedRecord = (it: Case, difference: Difference): FieldRecord => ({
  ...differenceRecord(it, difference),
  willRevert: false,
  because: 'the server does not keep it: a feature is disabled, or a webhook takes it out',
})

function undrifted(it: Case, unexplained: Difference | undefined): Finding {
  const sealed = it.comparison.encrypted.filter((field) => !isSettled(it, field))
  if (sealed.length > 0)
    return { verdict: 'unknown', reason: 'encrypted', message: encryptedMessage(encryptedRecords(sealed)) }
  const doubt = firstDoubt(it, unexplained)
  if (doubt !== undefined) return { verdict: 'unknown', reason: 'undecided', message: doubt }
  const { vouched, dropped, equivalent, unknownFields } = it.comparison
  const isVouched = vouched.length + dropped.length > 0
  const confidence = it.type === undefined ? 'heuristic' : isVouched ? 'vouched' : 'proved'
  const [misspelt] = unknownFields
  if (misspelt !== undefined) {
    const message = `${formatField(misspelt)} is not a field of ${it.git.kind}: the server drops it`
    return { verdict: 'in-sync', reason: 'unknown-field', message, confidence }
  }
  if (dropped.length > 0) return { verdict: 'in-sync', reason: 'dropped-by-server', confidence }
  return { verdict: 'in-sync', ...(equivalent.length > 0 ? { reason: 'equivalent' } : {}), confidence }
}

/** The first thing that keeps an object from being called in sync. */
function firstDoubt(it: Case, unexplained: Difference | undefined): string | undefined {
  if (unexplained !== undefined) {
    const { field, because } = uncertainRecord(it.applier, unexplained.path)
    return `${field} ${because}`
  }
  const [open] = undecidedRecords(it)
  if (open !== undefined) return `${open.field}: ${open.because}`
  const [refused] = it.comparison.refused
  if (refused !== undefined) return refused.why
  const extra = undeclared(it).find((item) => !isSettled(it, item))
  if (extra !== undefined)
    return `${it.applier} applied ${formatField(extra.path)}, which ${it.applier === HELM_MANAGER ? 'the release' : 'this build'} does not have`
  return ownershipDoubt(it)
}

/** Where the server merges the oldest of too many managers (apiserver fieldmanager/capmanagers.go). */
const ANCIENT = 'ancient-changes'

/** What keeps an addition from being seen, should there be one. */
function ownershipDoubt(it: Case): string | undefined {
  if (it.entries.every((entry) => Object.keys(entry.fieldsV1 ?? {}).length === 0))
    return 'its managedFields were removed, so that fields added by hand cannot be told from defaults'
  if (it.entries.some((entry) => entry.manager === ANCIENT && additionsIn(it, entry).length > 0))
    return 'more than ten managers wrote it, so that the server no longer knows who added some fields'
  const elsewhere = it.entries.find(
    (entry) => !entry.subresource && isOutOfBand(actorOf(entry)) && entry.apiVersion !== it.live.apiVersion,
  )
  if (elsewhere === undefined) return undefined
  return `${elsewhere.manager ?? ''} wrote it as ${elsewhere.apiVersion ?? ''}: its fields may have other names here`
}
