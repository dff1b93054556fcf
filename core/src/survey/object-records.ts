import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { readIgnoreRules } from '../drift/ignore.js'
import { judge, type Judgement } from '../drift/judge.js'
import type { ObjectRecord } from '../drift/report.js'
import type { Schema } from '../drift/schema.js'
import { isPruneDisabled } from '../drift/switches.js'
import { GitOpsError } from '../errors.js'
import type { Discovery } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import type { LiveState } from '../live/list.js'
import { keyOf, keyString, type KubernetesObject, type ObjectKey } from '../object.js'
import { heldBecause } from './kustomization-record.js'
import type { Plan } from './plan.js'
import { clusterKey, isCustom } from './scope.js'

/** What was read of the cluster. */
export interface Reading {
  readonly live: LiveState
  readonly discovery: Discovery
  readonly schema: Schema
  /** CustomResourceDefinitions that some Kustomization would install, as `group/Kind`. */
  readonly definedInGit: ReadonlySet<string>
}

/** Judges every object of a Kustomization: those of its build, and those that only the cluster has. */
export function objectRecords(plan: Plan, reading: Reading): readonly ObjectRecord[] {
  if (plan.build?.ok !== true) return []
  const { objects } = plan.build.build
  const nextObjects = plan.next?.ok === true ? plan.next.build.objects : []
  const known = new Set<string>()
  const records: ObjectRecord[] = []
  for (const object of [...objects, ...nextObjects]) {
    const key = clusterKey(object, reading.discovery)
    const identity = key === undefined ? `no namespace ${keyString(keyOf(object))}` : keyString(key)
    if (known.has(identity)) continue
    known.add(identity)
    records.push(recordOf(plan, reading, object, key, nextObjects))
  }
  return [...records, ...orphanRecords(plan, reading, known)]
}

// eslint(max-params): the build's object, its key and the newer build belong together.
function recordOf(
  plan: Plan,
  reading: Reading,
  ...[git, key, nextObjects]: readonly [KubernetesObject, ObjectKey | undefined, readonly KubernetesObject[]]
): ObjectRecord {
  const base = {
    apiVersion: git.apiVersion,
    kind: git.kind,
    ...namespaceOf(key?.namespace ?? ''),
    name: git.metadata.name,
    owner: ownerOf(plan),
  }
  if (key === undefined) {
    return {
      ...base,
      verdict: 'failed',
      reason: 'namespace-missing',
      message: 'a namespaced kind without a namespace: Flux refuses to apply it',
    }
  }
  const problem = reading.live.problems.get(keyString(key))
  if (problem !== undefined) return { ...base, ...problemFinding(git, problem, reading) }
  const live = reading.live.objects.get(keyString(key))
  if (live === undefined) return { ...base, ...absentFinding(plan, git, nextObjects, reading) }
  return { ...base, ...shown(judgeBoth(plan, reading, git, live, nextObjects)) }
}

function judgeBoth(
  plan: Plan,
  reading: Reading,
  ...[git, live, nextObjects]: readonly [KubernetesObject, KubernetesObject, readonly KubernetesObject[]]
): Judgement {
  const { kustomization } = plan
  const judging = {
    type: reading.schema.typeOf(git.apiVersion, git.kind),
    custom: isCustom(git.apiVersion),
    ignore: readIgnoreRules(kustomization.spec),
    held: heldBecause(plan),
    interval: kustomization.interval,
  }
  const judgement = judge(git, live, judging)
  if (judgement.verdict === 'in-sync') return judgement
  const next = nextObjects.find((object) => keyString(keyOf(object)) === keyString(keyOf(git)))
  if (next === undefined) return judgement
  const newer = judge(next, live, judging)
  return newer.verdict === 'in-sync'
    ? {
        ...newer,
        verdict: 'pending',
        reason: 'applied-ahead',
        message: 'it is already as the newer revision says',
      }
    : judgement
}

function shown(judgement: Judgement): Omit<ObjectRecord, 'apiVersion' | 'kind' | 'name' | 'owner'> {
  const { fields, explained, ...rest } = judgement
  return { ...rest, ...(fields.length > 0 ? { fields } : {}), ...(explained.length > 0 ? { explained } : {}) }
}

type Finding = Pick<ObjectRecord, 'verdict' | 'reason' | 'message'>

function problemFinding(git: KubernetesObject, problem: GitOpsError, reading: Reading): Finding {
  const message = problem.why === undefined ? problem.message : `${problem.message}: ${problem.why}`
  if (problem.code === 'NOT_FOUND' && reading.definedInGit.has(kindOf(git))) {
    return {
      verdict: 'missing',
      reason: 'blocked-by-crd',
      message: `its CustomResourceDefinition is not on the cluster yet`,
    }
  }
  return { verdict: 'unknown', reason: problem.code.toLowerCase().replaceAll('_', '-'), message }
}

function absentFinding(
  plan: Plan,
  git: KubernetesObject,
  nextObjects: readonly KubernetesObject[],
  reading: Reading,
): Finding {
  if (plan.build?.ok === true && !plan.build.build.objects.includes(git)) {
    return { verdict: 'pending', reason: 'applied-ahead', message: 'the newer revision adds it' }
  }
  if (
    plan.next?.ok === true &&
    !nextObjects.some((object) => keyString(keyOf(object)) === keyString(keyOf(git)))
  ) {
    return { verdict: 'pending', reason: 'applied-ahead', message: 'the newer revision removes it' }
  }
  const namespace = git.metadata.namespace
  const absent = namespace !== undefined && isAbsentNamespace(namespace, reading)
  if (absent)
    return {
      verdict: 'missing',
      reason: 'blocked-by-namespace',
      message: `namespace ${namespace} is not on the cluster`,
    }
  return { verdict: 'missing', reason: 'deleted', message: recreated(plan) }
}

function recreated(plan: Plan): string {
  const held = heldBecause(plan)
  return held === undefined ? 'Flux will create it again' : `Flux will not create it again: ${held}`
}

/** Known only where the namespace itself is in Git: then its absence was looked up. */
function isAbsentNamespace(namespace: string, reading: Reading): boolean {
  const key = keyString({ group: '', kind: 'Namespace', namespace: '', name: namespace })
  return (
    reading.definedInGit.has(`Namespace ${namespace}`) &&
    !reading.live.objects.has(key) &&
    !reading.live.problems.has(key)
  )
}

const kindOf = (object: KubernetesObject): string => `${keyOf(object).group}/${object.kind}`

const namespaceOf = (namespace: string): { readonly namespace?: string } =>
  namespace === '' ? {} : { namespace }

const ownerOf = ({ kustomization }: Plan): ObjectRecord['owner'] => ({
  apiVersion: kustomization.apiVersion,
  kind: 'Kustomization',
  namespace: kustomization.namespace,
  name: kustomization.name,
})

/** Live objects that say they are this Kustomization's, or that its inventory lists, and that Git does not have. */
function orphanRecords(plan: Plan, reading: Reading, known: ReadonlySet<string>): readonly ObjectRecord[] {
  const inventory = new Set(
    plan.kustomization.status.inventory.flatMap((entry) => {
      const item = parseInventoryEntry(entry)
      return item === undefined ? [] : [keyString(item.key)]
    }),
  )
  return [...reading.live.objects]
    .filter(([identity, live]) => !known.has(identity) && (inventory.has(identity) || isLabelled(plan, live)))
    .map(([identity, live]) => ({
      apiVersion: live.apiVersion,
      kind: live.kind,
      ...namespaceOf(live.metadata.namespace ?? ''),
      name: live.metadata.name,
      owner: ownerOf(plan),
      verdict: 'orphaned' as const,
      ...orphanReason(plan, live, inventory.has(identity)),
    }))
}

/** Copies made by controllers carry the labels of what they were copied from, and an owner reference. */
function isLabelled({ kustomization }: Plan, live: KubernetesObject): boolean {
  const { labels = {}, ownerReferences } = live.metadata
  const owned = Array.isArray(ownerReferences) && ownerReferences.length > 0
  return (
    !owned && labels[OWNER_NAME] === kustomization.name && labels[OWNER_NAMESPACE] === kustomization.namespace
  )
}

function orphanReason(
  plan: Plan,
  live: KubernetesObject,
  listed: boolean,
): Pick<ObjectRecord, 'reason' | 'message'> {
  if (live.metadata.deletionTimestamp !== undefined)
    return { reason: 'deleting', message: 'being deleted, held by a finalizer' }
  if (isPruneDisabled(live))
    return {
      reason: 'prune-disabled',
      message: 'Flux keeps it: kustomize.toolkit.fluxcd.io/prune is disabled on it',
    }
  if (!plan.kustomization.prune)
    return { reason: 'prune-disabled', message: 'Flux keeps it: spec.prune is false' }
  if (!listed)
    return {
      reason: 'not-in-inventory',
      message: 'it carries the owner labels but is not in the inventory: Flux will never delete it',
    }
  return { reason: 'prune-pending', message: heldBecause(plan) ?? 'Flux will delete it' }
}
