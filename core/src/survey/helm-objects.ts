import { HELM_OWNER_NAME, HELM_OWNER_NAMESPACE, type HelmRelease } from '../desired/helm-release.js'
import { HELM_MANAGER } from '../drift/actor.js'
import { readIgnoreRules } from '../drift/ignore.js'
import { judge, type Judgement, type Judging } from '../drift/judge.js'
import type { ObjectRecord } from '../drift/report.js'
import type { ShowSides } from '../drift/sides.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { isRecord, keyString, type KubernetesObject, type ObjectKey } from '../object.js'
import { helmOrphanRecords } from './helm-orphans.js'
import { objectsOf, releasedObjects, type HelmPlan } from './helm-plan.js'
import { helmHeldBecause, helmUpgradeBecause } from './helm-record.js'
import { helmSecretValues } from './helm-secrets.js'
import {
  isAbsentNamespace,
  masked,
  NO_NAMESPACE,
  problemFinding,
  type ObjectFinding,
} from './object-records.js'
import type { Reading } from './reading.js'
import { tellSides } from './record-sides.js'
import { clusterKey, isCustom } from './scope.js'

/** One object that a release installs. */
interface Subject {
  readonly plan: HelmPlan
  readonly reading: Reading
  /** As the release has it that live is compared with, or else the newer one. */
  readonly git: KubernetesObject
  readonly key: ObjectKey | undefined
  /** The same object in the newer release, where part of one may be installed already. */
  readonly next: KubernetesObject | undefined
}

/**
 * Judges every object of a HelmRelease: those of its release, and those that only the cluster has. Where the release
 * cannot be read, of the objects that Flux lists nothing is known.
 * @param show told the sides of those that are not as the release says
 */
export function helmObjectRecords(
  plan: HelmPlan,
  reading: Reading,
  show?: ShowSides,
): readonly ObjectRecord[] {
  if (plan.build?.ok === false) return unreadRecords(plan, plan.build.error.code === 'NOT_FOUND')
  if (plan.build === undefined) return []
  const subjects = subjectsOf(plan, reading)
  const secrets = helmSecretValues(plan)
  const judged = [...subjects.values()].map((subject) => ({
    git: subject.git,
    record: recordOf(plan.release, subject, masked(findingOf(subject), secrets)),
  }))
  const orphans = helmOrphanRecords(plan, reading, new Set(subjects.keys()))
  if (show !== undefined) {
    // The release that an orphan is of is not read: what was secret in it is not known.
    const telling = { live: reading.live.objects, secrets, sealed: true, show }
    for (const { record, git } of judged) tellSides(telling, record, git)
    for (const record of orphans) tellSides(telling, record)
  }
  return [...judged.map(({ record }) => record), ...orphans]
}

function subjectsOf(plan: HelmPlan, reading: Reading): ReadonlyMap<string, Subject> {
  const identify = (object: KubernetesObject): string => {
    const key = clusterKey(object, reading.discovery)
    return key === undefined ? `no namespace ${object.kind} ${object.metadata.name}` : keyString(key)
  }
  const next = new Map(objectsOf(plan.next).map((object) => [identify(object), object]))
  const subjects = new Map<string, Subject>()
  for (const git of releasedObjects(plan)) {
    const identity = identify(git)
    if (subjects.has(identity)) continue
    const key = clusterKey(git, reading.discovery)
    subjects.set(identity, { plan, reading, git, key, next: next.get(identity) })
  }
  return subjects
}

function recordOf(
  { apiVersion, namespace, name }: HelmRelease,
  { git, key }: Pick<Subject, 'git' | 'key'>,
  finding: ObjectFinding,
): ObjectRecord {
  const place = key?.namespace ?? ''
  return {
    apiVersion: git.apiVersion,
    kind: git.kind,
    ...(place === '' ? {} : { namespace: place }),
    name: git.metadata.name,
    owner: { apiVersion, kind: 'HelmRelease', namespace, name },
    ...finding,
  }
}

function unreadRecords({ release }: HelmPlan, isGone: boolean): readonly ObjectRecord[] {
  const message = isGone
    ? 'Helm keeps no record of its release any more: what it should be is not known'
    : 'the release that it is of cannot be read: what it should be is not known'
  return release.status.inventory.flatMap((entry) => {
    const item = parseInventoryEntry(entry)
    if (item === undefined || item.key.kind === 'CustomResourceDefinition') return []
    const { key, version } = item
    const apiVersion = key.group === '' ? version : `${key.group}/${version}`
    const git = { apiVersion, kind: key.kind, metadata: { name: key.name } }
    return [recordOf(release, { git, key }, { verdict: 'unknown', reason: 'release-unread', message })]
  })
}

function findingOf(subject: Subject): ObjectFinding {
  const { key, reading } = subject
  if (key === undefined) return NO_NAMESPACE
  const problem = reading.live.problems.get(keyString(key))
  if (problem !== undefined) return problemFinding(subject, problem)
  const live = reading.live.objects.get(keyString(key))
  if (live === undefined) return absentFinding(subject)
  const rival = rivalOf(subject, live)
  if (rival !== undefined) {
    const message = `HelmRelease ${rival.namespace}/${rival.name} has it too, and installed it last`
    return { verdict: 'drifted', reason: 'contested', message }
  }
  const { verdict, reason, message, confidence, fields, explained } = judgeBoth(subject, live)
  return {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(fields.length > 0 ? { fields } : {}),
    ...(explained.length > 0 ? { explained } : {}),
  }
}

/** Another HelmRelease whose release has the object and whose owner labels are on it now. */
function rivalOf({ plan, reading, key }: Subject, live: KubernetesObject): HelmRelease | undefined {
  const { labels = {} } = live.metadata
  const claimants = key === undefined ? [] : (reading.helm.claims.get(keyString(key)) ?? [])
  return claimants.find(
    (claimant) =>
      claimant !== plan.release &&
      labels[HELM_OWNER_NAME] === claimant.name &&
      labels[HELM_OWNER_NAMESPACE] === claimant.namespace,
  )
}

/** Where part of a newer release may be installed, being as that one says is not drift. */
function judgeBoth(subject: Subject, live: KubernetesObject): Judgement {
  const { plan, reading, git, next } = subject
  const { driftDetection } = plan.release.spec
  const upgrade = helmUpgradeBecause(plan)
  const judging: Judging = {
    applier: HELM_MANAGER,
    type: reading.schema.typeOf(git.apiVersion, git.kind),
    custom: isCustom(git.apiVersion),
    ignore: readIgnoreRules(isRecord(driftDetection) ? driftDetection : {}),
    held: helmHeldBecause(plan),
    book: reading.book,
    ...(upgrade === undefined ? {} : { upgrade }),
  }
  const judgement = judge(git, live, judging)
  if (judgement.verdict === 'in-sync' || next === undefined || next === git) return judgement
  const newer = judge(next, live, judging)
  if (newer.verdict !== 'in-sync') return judgement
  return { ...newer, verdict: 'pending', ...AHEAD, message: 'it is already as the newer release says' }
}

const AHEAD = { reason: 'applied-ahead' } as const

function absentFinding({ plan, git, next, reading }: Subject): ObjectFinding {
  const isNew = !objectsOf(plan.build).includes(git)
  if (isNew) return { verdict: 'pending', ...AHEAD, message: 'the newer release adds it' }
  if (plan.next?.ok === true && next === undefined)
    return { verdict: 'pending', ...AHEAD, message: 'the newer release removes it' }
  const { namespace } = git.metadata
  if (namespace !== undefined && isAbsentNamespace(namespace, reading)) {
    const message = `namespace ${namespace} is not on the cluster`
    return { verdict: 'missing', reason: 'blocked-by-namespace', message }
  }
  const held = helmHeldBecause(plan)
  const message = held === undefined ? 'Flux will create it again' : `Flux will not create it again: ${held}`
  return { verdict: 'missing', reason: 'deleted', message }
}
