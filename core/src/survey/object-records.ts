import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { isDecrypting } from '../desired/encryption/decryption.js'
import type { Kustomization } from '../desired/kustomization.js'
import { readIgnoreRules } from '../drift/ignore.js'
import { judge, type Judgement } from '../drift/judge.js'
import { revisionFields, withRevisionFields } from '../drift/revision-fields.js'
import { maskKnownSecrets } from '../drift/known-secret.js'
import { wantsDryRun } from '../drift/prediction.js'
import type { ObjectRecord } from '../drift/report.js'
import type { ShowSides } from '../drift/sides.js'
import { neverCreated } from '../drift/switches.js'
import type { GitOpsError } from '../errors.js'
import { keyOf, keyString, type KubernetesObject, type ObjectKey } from '../object.js'
import { isNameUnknown } from './generated-names.js'
import { heldBecause } from './kustomization-record.js'
import { orphanRecords } from './orphans.js'
import type { Plan } from './plan.js'
import type { Reading } from './reading.js'
import { tellSides } from './record-sides.js'
import { pairRenamed } from './renamed.js'
import { clusterKey, isCustom } from './scope.js'

/** One object that a Kustomization applies. */
interface Subject {
  readonly plan: Plan
  readonly reading: Reading
  readonly git: KubernetesObject
  readonly key: ObjectKey | undefined
  /** The same object in the newer revision, where part of one may be applied already. */
  readonly next: KubernetesObject | undefined
}

type Finding = Pick<ObjectRecord, 'verdict' | 'reason' | 'message'>

/**
 * Judges every object of a Kustomization: those of its build, and those that only the cluster has.
 * @param show told the sides of those that are not as Git says
 */
export function objectRecords(plan: Plan, reading: Reading, show?: ShowSides): readonly ObjectRecord[] {
  if (plan.build?.ok !== true) return []
  const subjects = subjectsOf(plan, reading)
  const findings = [...subjects.values()].map((subject) => ({ subject, ...findingOf(subject) }))
  const secrets = new Set([...secretValuesOf(plan), ...findings.flatMap(({ hidden = [] }) => hidden)])
  const records = findings.map(({ subject, finding }) => recordOf(subject, masked(finding, secrets)))
  const orphans = orphanRecords(plan, reading, new Set(subjects.keys()))
  if (show !== undefined) {
    const telling = { live: reading.live.objects, secrets, sealed: isDecrypting(plan.kustomization), show }
    for (const [index, record] of records.entries()) tellSides(telling, record, findings[index]?.subject.git)
    for (const record of orphans) tellSides(telling, record)
  }
  return pairRenamed(records, orphans)
}

/** The built objects of a Kustomization that a dry run of its next apply would tell more about. */
export function undecidedObjects(plan: Plan, reading: Reading): readonly KubernetesObject[] {
  if (plan.build?.ok !== true) return []
  const subjects = [...subjectsOf(plan, reading).values()]
  return subjects.filter((subject) => isUndecided(subject)).map(({ git }) => git)
}

function isUndecided(subject: Subject): boolean {
  const { key, git, reading } = subject
  if (key === undefined || isNameUnknown(git) || unreadFinding(subject, key) !== undefined) return false
  const live = reading.live.objects.get(keyString(key))
  return live !== undefined && wantsDryRun(judgeBoth(subject, live))
}

function subjectsOf(plan: Plan, reading: Reading): ReadonlyMap<string, Subject> {
  const subjects = new Map<string, Subject>()
  const built = plan.build?.ok === true ? plan.build.build.objects : []
  const nextObjects = plan.next?.ok === true ? plan.next.build.objects : []
  const next = new Map(nextObjects.map((object) => [identityOf(object, reading), object]))
  for (const git of [...built, ...nextObjects]) {
    const identity = identityOf(git, reading)
    if (subjects.has(identity)) continue
    subjects.set(identity, {
      plan,
      reading,
      git,
      key: clusterKey(git, reading.discovery),
      next: next.get(identity),
    })
  }
  return subjects
}

function identityOf(object: KubernetesObject, { discovery }: Reading): string {
  const key = clusterKey(object, discovery)
  return key === undefined ? `no namespace ${keyString(keyOf(object))}` : keyString(key)
}

/** What is said of an object, besides what and whose it is. */
export type ObjectFinding = Omit<ObjectRecord, 'apiVersion' | 'kind' | 'name' | 'owner'>

function recordOf({ git, key, plan }: Subject, finding: ObjectFinding): ObjectRecord {
  const namespace = key?.namespace ?? ''
  return {
    apiVersion: git.apiVersion,
    kind: git.kind,
    ...(namespace === '' ? {} : { namespace }),
    name: git.metadata.name,
    owner: {
      apiVersion: plan.kustomization.apiVersion,
      kind: 'Kustomization',
      namespace: plan.kustomization.namespace,
      name: plan.kustomization.name,
    },
    ...finding,
  }
}

/** Takes secret values out of the fields of a finding. */
export function masked(finding: ObjectFinding, secrets: ReadonlySet<string>): ObjectFinding {
  const { fields, explained, ...rest } = finding
  return {
    ...rest,
    ...(fields === undefined ? {} : { fields: maskKnownSecrets(fields, secrets) }),
    ...(explained === undefined ? {} : { explained: maskKnownSecrets(explained, secrets) }),
  }
}

interface Judged {
  readonly finding: ObjectFinding
  /** Live values that no record of the Kustomization may show. */
  readonly hidden?: readonly string[]
}

function findingOf(subject: Subject): Judged {
  const { key, git } = subject
  if (isNameUnknown(git)) return { finding: NAME_UNKNOWN }
  if (key === undefined) return { finding: NO_NAMESPACE }
  const finding = unreadFinding(subject, key)
  const live = subject.reading.live.objects.get(keyString(key))
  return finding !== undefined || live === undefined
    ? { finding: finding ?? optedOut(git) ?? absentFinding(subject) }
    : judged(subject, live)
}

export const NO_NAMESPACE: Finding = {
  verdict: 'failed',
  reason: 'namespace-missing',
  message: 'a namespaced kind without a namespace: Flux refuses to apply it',
}

const NAME_UNKNOWN: Finding = {
  verdict: 'unknown',
  reason: 'encrypted',
  message: 'its name ends in a hash of content that is encrypted in Git: it is not known which object it is',
}

function unreadFinding(subject: Subject, key: ObjectKey): Finding | undefined {
  const { reading } = subject
  const problem = reading.live.problems.get(keyString(key))
  if (problem !== undefined) return problemFinding(subject, problem)
  const live = reading.live.objects.get(keyString(key))
  const rival = live === undefined ? undefined : rivalOf(subject, live)
  if (rival === undefined) return undefined
  const message = `Kustomization ${rival.namespace}/${rival.name} has it too, and applied it last`
  return { verdict: 'drifted', reason: 'contested', message }
}

function judged(subject: Subject, live: KubernetesObject): Judged {
  const { fields, explained, encrypted = [], hidden = [], ...rest } = judgeBoth(subject, live)
  const finding = {
    ...rest,
    ...(fields.length > 0 ? { fields } : {}),
    ...(explained.length > 0 ? { explained } : {}),
    ...(encrypted.length > 0 ? { encrypted } : {}),
  }
  return { finding, hidden }
}

/** Another Kustomization that declares the object and whose owner labels are on it now. */
function rivalOf({ plan, reading, key }: Subject, live: KubernetesObject): Kustomization | undefined {
  const { labels = {} } = live.metadata
  const claimants = key === undefined ? [] : (reading.claims.get(keyString(key)) ?? [])
  return claimants.find(
    (claimant) =>
      claimant !== plan.kustomization &&
      labels[OWNER_NAME] === claimant.name &&
      labels[OWNER_NAMESPACE] === claimant.namespace,
  )
}

const secretValuesOf = ({ build }: Plan): ReadonlySet<string> =>
  build?.ok === true ? build.build.secretValues : new Set()

/** Where part of a newer revision may be applied, being as that one says is not drift. */
function judgeBoth(subject: Subject, live: KubernetesObject): Judgement {
  const { plan, reading, git, next } = subject
  const judging = {
    type: reading.schema.typeOf(git.apiVersion, git.kind),
    custom: isCustom(git.apiVersion),
    ignore: readIgnoreRules(plan.kustomization.spec),
    held: heldBecause(plan),
    book: reading.book,
    force: plan.kustomization.spec.force === true,
    ahead: plan.ahead === true,
  }
  const prediction = reading.predictions?.get(git)
  const judgement = judge(git, live, { ...judging, ...(prediction === undefined ? {} : { prediction }) })
  if (plan.other !== undefined) {
    const { because, applied: build } = plan.other
    const applied = build?.ok === true ? objectAt(build.build.objects, subject) : undefined
    return withRevisionFields(judgement, revisionFields(git, live, { ...judging, applied, because }))
  }
  if (judgement.verdict === 'in-sync' || next === undefined || next === git) return judgement
  const newer = judge(next, live, { ...judging, ahead: true })
  if (newer.verdict !== 'in-sync') return judgement
  return { ...newer, verdict: 'pending', ...AHEAD, message: 'it is already as the newer revision says' }
}

const objectAt = (
  objects: readonly KubernetesObject[],
  { git, reading }: Subject,
): KubernetesObject | undefined =>
  objects.find((object) => identityOf(object, reading) === identityOf(git, reading))

const AHEAD = { reason: 'applied-ahead' } as const

/** What is said of an object that could not be read. */
export function problemFinding(
  { git, reading }: Pick<Subject, 'git' | 'reading'>,
  problem: GitOpsError,
): Finding {
  if (problem.code === 'NOT_FOUND' && reading.definitions.kinds.has(`${keyOf(git).group}/${git.kind}`)) {
    const message = 'its CustomResourceDefinition is not on the cluster yet'
    return { verdict: 'missing', reason: 'blocked-by-crd', message }
  }
  const message = problem.why === undefined ? problem.message : `${problem.message}: ${problem.why}`
  const isServed = reading.discovery.preferred(keyOf(git).group, git.kind) !== undefined
  const isGone = problem.code === 'NOT_FOUND' && isServed
  const reason = isGone ? 'version-gone' : problem.code.toLowerCase().replaceAll('_', '-')
  return { verdict: 'unknown', reason, message }
}

/** What Flux will not create, because Git says so. */
function optedOut(git: KubernetesObject): Finding | undefined {
  const out = neverCreated(git)
  return out === undefined ? undefined : { verdict: 'excluded', reason: out.reason, message: out.message }
}

function absentFinding(subject: Subject): Finding {
  const { plan, git, next } = subject
  const isNew = plan.build?.ok === true && !plan.build.build.objects.includes(git)
  if (isNew) return { verdict: 'pending', ...AHEAD, message: 'the newer revision adds it' }
  if (plan.next?.ok === true && next === undefined) {
    return { verdict: 'pending', ...AHEAD, message: 'the newer revision removes it' }
  }
  const { namespace } = git.metadata
  if (namespace !== undefined && isAbsentNamespace(namespace, subject.reading)) {
    const message = `namespace ${namespace} is not on the cluster`
    return { verdict: 'missing', reason: 'blocked-by-namespace', message }
  }
  const held = heldBecause(plan)
  const message = held === undefined ? 'Flux will create it again' : `Flux will not create it again: ${held}`
  return { verdict: 'missing', reason: 'deleted', message }
}

/** Known only where the namespace itself is in Git: then its absence was looked up. */
export function isAbsentNamespace(namespace: string, { definitions, live }: Reading): boolean {
  const key = keyString({ group: '', kind: 'Namespace', namespace: '', name: namespace })
  return definitions.namespaces.has(namespace) && !live.objects.has(key) && !live.problems.has(key)
}
