import { fullName } from '../desired/dependency-order.js'
import { readIgnoreRules } from '../drift/ignore.js'
import { maskKnownSecrets } from '../drift/known-secret.js'
import type { KustomizationRecord, ObjectRecord } from '../drift/report.js'
import { revisionFields } from '../drift/revision-fields.js'
import { isPruneDisabled } from '../drift/switches.js'
import type { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import type { Proposal } from './against-proposal.js'
import { FAULTS_OF_A_REVISION } from './plan.js'
import type { Reading } from './reading.js'
import { clusterKey, isCustom } from './scope.js'

type Finding = Pick<ObjectRecord, 'verdict' | 'reason' | 'message' | 'fields'>

/**
 * What applying another revision now would change: objects that it would create, change, delete, or stop applying.
 * None of it is drift. What has drifted already is not told again.
 * @param all the proposals of the same survey: an object that another of them applies is not deleted
 */
export function pendingRecords(
  proposal: Proposal,
  all: ReadonlyMap<string, Proposal>,
  reading: Reading,
): readonly ObjectRecord[] {
  // Flux applies nothing of a Kustomization that Git suspends, and what cannot be built is told of itself.
  if (proposal.error !== undefined || isSuspendedInGit(proposal)) return []
  const applied = [...proposal.objects].flatMap(([key, object]) => {
    const finding = appliedFinding(key, object, proposal, reading)
    return finding === undefined ? [] : [recordOf(object, proposal, reading, finding)]
  })
  const elsewhere = new Set(
    [...all.values()].filter((other) => other !== proposal).flatMap((other) => [...other.objects.keys()]),
  )
  const dropped = [...proposal.applied].flatMap(([key, object]) => {
    const live = reading.live.objects.get(key)
    if (live === undefined || proposal.objects.has(key) || elsewhere.has(key)) return []
    return [recordOf(object, proposal, reading, droppedFinding(live, proposal))]
  })
  return [...applied, ...dropped]
}

const isSuspendedInGit = ({ revision, kustomization }: Proposal): boolean =>
  revision !== undefined && kustomization.suspended

function appliedFinding(
  key: string,
  git: KubernetesObject,
  proposal: Proposal,
  reading: Reading,
): Finding | undefined {
  const { title, kustomization } = proposal
  const live = reading.live.objects.get(key)
  const applied = proposal.applied.get(key)
  if (live === undefined) {
    const problem = reading.live.problems.get(key)
    if (applied !== undefined) return undefined
    if (problem !== undefined && problem.code !== 'NOT_FOUND') return unreadFinding(problem)
    return { verdict: 'pending', reason: 'would-create', message: `applying ${title} creates it` }
  }
  const fields = revisionFields(git, live, {
    applied,
    type: reading.schema.typeOf(git.apiVersion, git.kind),
    custom: isCustom(git.apiVersion),
    ignore: readIgnoreRules(kustomization.spec),
    because: `${title} is not applied`,
  })
  if (fields.length === 0) return undefined
  return {
    verdict: 'pending',
    reason: 'would-change',
    message: `applying ${title} changes it`,
    fields: maskKnownSecrets(fields, proposal.secretValues),
  }
}

function unreadFinding(problem: GitOpsError): Finding {
  const message = problem.why === undefined ? problem.message : `${problem.message}: ${problem.why}`
  return { verdict: 'unknown', reason: problem.code.toLowerCase().replaceAll('_', '-'), message }
}

function droppedFinding(live: KubernetesObject, { kustomization, title, revision }: Proposal): Finding {
  const whose =
    revision === undefined
      ? `Git no longer has Kustomization ${fullName(kustomization)}`
      : `${title} does not have it`
  const kept = isPruneDisabled(live)
    ? 'it is marked so that Flux does not prune it'
    : kustomization.prune
      ? undefined
      : 'spec.prune is false'
  if (kept !== undefined)
    return { verdict: 'pending', reason: 'would-be-left', message: `${whose}, and Flux keeps it: ${kept}` }
  return { verdict: 'pending', reason: 'would-delete', message: `${whose}: Flux deletes it` }
}

function recordOf(
  object: KubernetesObject,
  { kustomization }: Proposal,
  { discovery }: Reading,
  finding: Finding,
): ObjectRecord {
  const { apiVersion, namespace: home, name } = kustomization
  const namespace = clusterKey(object, discovery)?.namespace ?? ''
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === '' ? {} : { namespace }),
    name: object.metadata.name,
    owner: { apiVersion, kind: 'Kustomization', namespace: home, name },
    ...finding,
  }
}

/** What is to be said of a Kustomization besides what was applied of it. */
export function withProposal(
  record: KustomizationRecord,
  proposal: Proposal | undefined,
  pending: number,
): KustomizationRecord {
  if (proposal === undefined) return record
  const { revision, title, error } = proposal
  const next = revision === undefined || revision === record.revision ? {} : { nextRevision: revision }
  if (error !== undefined) return { ...record, ...next, ...errorFinding(error, title) }
  if (record.verdict !== 'in-sync' && record.verdict !== 'pending') return { ...record, ...next }
  return { ...record, ...next, ...pendingFinding(proposal, pending) }
}

function pendingFinding(
  proposal: Proposal,
  pending: number,
): Partial<Pick<KustomizationRecord, 'verdict' | 'reason' | 'message'>> {
  const { title, kustomization } = proposal
  if (isSuspendedInGit(proposal)) {
    const message = `${title} suspends it: nothing of it would be applied`
    return { verdict: 'pending', reason: 'suspended', message }
  }
  if (pending === 0) return {}
  const message = `applying ${title} changes ${pending} object${pending === 1 ? '' : 's'}`
  const held = kustomization.suspended ? ', once it is resumed' : ''
  return { verdict: 'pending', reason: 'would-change', message: message + held }
}

function errorFinding(
  error: GitOpsError,
  title: string,
): Pick<KustomizationRecord, 'verdict' | 'reason' | 'message' | 'code'> {
  const isFault = FAULTS_OF_A_REVISION.has(error.code)
  const why = error.why === undefined ? error.message : `${error.message}: ${error.why}`
  return {
    verdict: isFault ? 'failed' : 'unknown',
    reason: isFault ? 'would-not-build' : error.code.toLowerCase().replaceAll('_', '-'),
    code: error.code,
    message: `at ${title}: ${why}`,
    ...(error.tryThis === undefined ? {} : { tryThis: error.tryThis }),
  }
}
