import type { KubernetesObject, ManagedFieldsEntry } from '../object.js'
import { fieldPath, formatField, formatPointer, pathIdentity, type Path } from '../pointer.js'
import { actorOf, FLUX_MANAGER, HELM_MANAGER, isFluxApply, type Actor, type Applier } from './actor.js'
import { additionsOf, undeclaredByBuild, type Addition } from './additions.js'
import { compare, NOTHING_FOUND, type Comparison, type Difference } from './compare.js'
import { declaresAll } from './declared.js'
import { encryptedMessage, encryptedRecords, hiddenValues } from './encrypted-fields.js'
import {
  deciderOf,
  explainedRecord,
  isSettled,
  REPLICAS,
  unownedRecords,
  type Explaining,
} from './explained.js'
import { evasionMessage, evasionOf, evasionRecords, isAt } from './evasion.js'
import { additionRecord, differenceRecord, keepsOthers, scaledRecords, type Circumstances } from './fate.js'
import { isOlderInstall, refusedPatch } from './release-fate.js'
import { withoutHollow } from './hollow.js'
import type { IgnoreRule } from './ignore.js'
import { holdersOf } from './managed-fields.js'
import { isPlainlyEqual } from './plainly-equal.js'
import type { Confidence, EncryptedRecord, FieldRecord, Verdict } from './report.js'
import { BUILT_IN } from './rules/built-in.js'
import type { Rulebook } from './rules/explanation.js'
import type { FieldType } from './schema.js'
import { driftOptOut, optOut, type OptOut } from './switches.js'

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
  /** Why helm-controller will upgrade the release, which puts back more than a correction of drift does. */
  readonly upgrade?: string
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
  const { type, custom, ignore, held, upgrade, applier = FLUX_MANAGER } = judging
  const { book = { rules: BUILT_IN, ties: [] } } = judging
  const out = applier === HELM_MANAGER ? driftOptOut(git, live, ignore) : optOut(git, live)
  const aside = setAside(live, out)
  if (aside !== undefined) return aside
  const entries = live.metadata.managedFields ?? []
  const plain = isPlainlyEqual(git, live, type)
  const isForeigners = entries.some((entry) => isForeign(entry, applier))
  const asserted = custom || (plain && !isForeigners) ? git : withoutHollow(git, type)
  const vouch = (path: Path): boolean => solelyFlux({ entries, live, type, applier }, path)
  const comparison = plain ? NOTHING_FOUND : compare(asserted, live, { type, custom, vouch })
  return decide({ git, asserted, live, type, entries, applier, out, held, upgrade, ignore, book, comparison })
}

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

interface Case extends Explaining {
  readonly comparison: Comparison
}

type Finding = Omit<Judgement, 'fields' | 'explained' | 'encrypted' | 'hidden'>

function decide(it: Case): Judgement {
  const { differences, encrypted } = it.comparison
  const added = foreignAdditions(it)
  const settled = differences.filter((difference) => isSettled(it, difference))
  const heeded = differences.filter((difference) => !settled.includes(difference))
  const certain = heeded.filter((difference) => isCertain(it, difference))
  const told = { ...it, refused: refusedPatch(it, heeded) }
  const blamed = added.filter((addition) => isBlamed(it, addition))
  const evasion = evasionOf(it)
  const fields = [
    ...certain.map((difference) => differenceRecord(told, difference)),
    ...blamed.map((addition) => additionRecord(it, addition)),
    ...evasionRecords(it, evasion, blamed),
  ].sort(byField)
  const explained = [
    ...settled.map((item) => explainedRecord(it, item, differenceRecord(it, item))),
    ...scaledRecords(it).map((record) => explainedRecord(it, REPLICAS, record)),
    ...added
      .filter((addition) => !blamed.includes(addition) && !isAt(evasion, addition))
      .map((item) => explainedRecord(it, item, additionRecord(it, item))),
    ...unownedRecords(it),
  ].sort(byField)
  const finding = fields.length > 0 ? drifted(it, { certain, blamed, evasion }) : undrifted(it, heeded.at(0))
  if (encrypted.length === 0) return { ...finding, fields, explained }
  const hidden = hiddenValues(it.live, encrypted)
  return { ...finding, fields, explained, encrypted: encryptedRecords(encrypted), hidden }
}

/** A value that Flux alone wrote may have been changed by a webhook, which Flux's next apply would run into again. */
const isCertain = (it: Case, { op, path }: Difference): boolean => op === 'reordered' || !solelyFlux(it, path)

const byField = (a: FieldRecord, b: FieldRecord): number =>
  a.field < b.field ? -1 : a.field > b.field ? 1 : 0

/** People and programs outside the cluster: what they change should have come through Git. */
const isOutOfBand = (actor: Actor): boolean => actor.class === 'person' || actor.class === 'automation'

function isBlamed(it: Case, addition: Addition): boolean {
  if (!isOutOfBand(actorOf(addition.entry)) || keepsOthers(it) || isRequest(addition.path)) return false
  if (it.applier === HELM_MANAGER && isOlderInstall(addition.entry)) return false
  return !isSettled(it, addition)
}

/** `flux reconcile` and its like ask by annotation (fluxcd/pkg apis/meta): a request, not configuration. */
const isRequest = (path: Path): boolean =>
  path.length === 3 && formatPointer(path).startsWith('/metadata/annotations/reconcile.fluxcd.io~1')

interface Drift {
  readonly certain: readonly Difference[]
  readonly blamed: readonly Addition[]
  readonly evasion: OptOut | undefined
}

function drifted(it: Case, { certain, blamed, evasion }: Drift): Finding {
  const confidence = it.type === undefined ? 'heuristic' : 'proved'
  if (evasion !== undefined) {
    const message = evasionMessage(it, evasion)
    return { verdict: 'drifted', reason: evasion.reason, message, confidence }
  }
  if (certain.length === 0) return { verdict: 'drifted', reason: 'unmanaged-field', confidence }
  const reordered = blamed.length === 0 && certain.every((difference) => difference.op === 'reordered')
  if (reordered) return { verdict: 'drifted', reason: 'reordered', confidence }
  const rival = blamed.length === 0 ? (deciderOf(it, certain) ?? rivalOf(it, certain)) : undefined
  if (rival === undefined) return { verdict: 'drifted', reason: 'modified', confidence }
  const message = `${rival} and Flux both want to decide ${certain.map(({ path }) => formatField(path)).join(', ')}`
  return { verdict: 'drifted', reason: 'contested', message, confidence }
}

/** The controller that wrote all of these fields, against what Git declares. */
function rivalOf(it: Case, certain: readonly Difference[]): string | undefined {
  const managers = certain.map(({ path }) => {
    const holders = holdersOf(it.entries, path, it.type).filter((entry) => !isFluxApply(entry, it.applier))
    const inCluster = holders.length > 0 && holders.every((entry) => !isOutOfBand(actorOf(entry)))
    return inCluster ? holders[0]?.manager : undefined
  })
  return managers.every((manager) => manager === managers[0]) ? managers[0] : undefined
}

function undrifted(it: Case, unexplained: Difference | undefined): Finding {
  const sealed = it.comparison.encrypted.filter((field) => !isSettled(it, field))
  if (sealed.length > 0)
    return { verdict: 'unknown', reason: 'encrypted', message: encryptedMessage(encryptedRecords(sealed)) }
  const doubt = firstDoubt(it, unexplained)
  if (doubt !== undefined) return { verdict: 'unknown', reason: 'undecided', message: doubt }
  const { vouched, equivalent, unknownFields } = it.comparison
  const confidence = it.type === undefined ? 'heuristic' : vouched.length > 0 ? 'vouched' : 'proved'
  const [misspelt] = unknownFields
  if (misspelt !== undefined) {
    const message = `${formatField(misspelt)} is not a field of ${it.git.kind}: the server drops it`
    return { verdict: 'in-sync', reason: 'unknown-field', message, confidence }
  }
  return { verdict: 'in-sync', ...(equivalent.length > 0 ? { reason: 'equivalent' } : {}), confidence }
}

/** The first thing that keeps an object from being called in sync. */
function firstDoubt(it: Case, unexplained: Difference | undefined): string | undefined {
  if (unexplained !== undefined)
    return (
      `${formatField(unexplained.path)} is not what Git says, although ${it.applier} alone wrote it: an admission ` +
      `webhook may change it, or somebody wrote under Flux's name`
    )
  const doubt = it.comparison.doubts.find((item) => !isSettled(it, item))
  if (doubt !== undefined) return `${formatField(doubt.path)}: ${doubt.why}`
  const own = it.entries.filter(
    (entry) => isOwnApply(entry, it.applier) && !declaresAll(entry.fieldsV1, it.git, it.live, it.type),
  )
  const undeclared = undeclaredByBuild(own, it.git, it.live, it.type).find((item) => !isSettled(it, item))
  if (undeclared !== undefined)
    return `${it.applier} applied ${formatField(undeclared.path)}, which ${it.applier === HELM_MANAGER ? 'the release' : 'this build'} does not have`
  return ownershipDoubt(it)
}

/** What was created without server-side apply owns the server's defaults as well. */
const isOwnApply = (entry: ManagedFieldsEntry, applier: Applier): boolean =>
  isFluxApply(entry, applier) && entry.operation === 'Apply'

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

/** What other managers than Flux have put where Git has nothing; one addition a field, the newest. */
function foreignAdditions(it: Case): readonly Addition[] {
  const newest = new Map<string, Addition>()
  for (const addition of it.entries
    .filter((entry) => isForeign(entry, it.applier))
    .flatMap((entry) => additionsIn(it, entry))) {
    const identity = pathIdentity(addition.path)
    const known = newest.get(identity)
    if (known === undefined || (known.entry.time ?? '') < (addition.entry.time ?? ''))
      newest.set(identity, addition)
  }
  return [...newest.values()].filter((addition) => !isKubectlRecord(addition.path))
}

const additionsIn = (it: Case, entry: ManagedFieldsEntry): readonly Addition[] =>
  additionsOf(entry, it.asserted, it.live, it.type)

/** Of the subresources only `scale` writes configuration. */
const isForeign = (entry: ManagedFieldsEntry, applier: Applier): boolean =>
  !isFluxApply(entry, applier) && (!entry.subresource || entry.subresource === 'scale')

const LAST_APPLIED = pathIdentity(
  fieldPath([], 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'),
)

/** kubectl's copy of the object: bookkeeping, not configuration. */
const isKubectlRecord = (path: Path): boolean => pathIdentity(path) === LAST_APPLIED

/** Flux's own set holds the path, in the version that live was read in, and nobody else's does. */
function solelyFlux(
  { entries, live, type, applier }: Pick<Circumstances, 'entries' | 'live' | 'type' | 'applier'>,
  path: Path,
): boolean {
  const holders = holdersOf(entries, path, type)
  return (
    holders.length > 0 &&
    holders.every((entry) => isFluxApply(entry, applier) && entry.apiVersion === live.apiVersion)
  )
}
