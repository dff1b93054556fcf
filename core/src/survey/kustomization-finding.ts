import { readyCondition, type Condition } from '../desired/kustomization.js'
import type { KustomizationRecord, Verdict } from '../drift/report.js'
import type { GitOpsError } from '../errors.js'
import { FAULTS_OF_A_REVISION, type Plan } from './plan.js'
import { proofOf } from './proof.js'

/** What is to be said of a Kustomization itself. */
export type Finding = Pick<KustomizationRecord, 'verdict' | 'reason' | 'message' | 'tryThis' | 'code'>

/** The verdict of a Kustomization: what its objects cannot say (waiting, failing, ahead, unreadable). */
export function findingOf(plan: Plan): Finding {
  if (plan.kustomization.remote) {
    const message = 'its objects live on another cluster (spec.kubeConfig)'
    return { verdict: 'excluded', reason: 'remote-cluster', message }
  }
  if (plan.problem !== undefined) return errorFinding('unknown', plan.problem)
  const failure = failureOf(plan)
  if (failure !== undefined) return failure
  const proof = proofOf(plan)
  if (proof?.status === 'mismatch') {
    return {
      verdict: 'unknown',
      reason: 'digest-mismatch',
      message: `not built as Flux built it: ${proof.why}`,
    }
  }
  return baselineFinding(plan)
}

/** What was applied cannot be read: that outweighs a newer revision that fails to build. */
function failureOf({ build, broken }: Plan): Finding | undefined {
  const unread = build?.ok === false ? build.error : undefined
  const isKnownToFail = unread === undefined || FAULTS_OF_A_REVISION.has(unread.code)
  if (broken !== undefined && isKnownToFail) return errorFinding('failed', broken.error)
  return unread === undefined ? undefined : errorFinding('unknown', unread)
}

function errorFinding(verdict: Verdict, error: GitOpsError): Finding {
  return {
    verdict,
    code: error.code,
    reason: verdict === 'failed' ? 'build-failed' : error.code.toLowerCase().replaceAll('_', '-'),
    message: error.why === undefined ? error.message : `${error.message}: ${error.why}`,
    ...(error.tryThis === undefined ? {} : { tryThis: error.tryThis }),
  }
}

function baselineFinding(plan: Plan): Finding {
  const { baseline } = plan
  if (baseline.kind === 'mixed') {
    return { verdict: 'failed', reason: 'apply-failed', message: wordsOf(baseline.failing) }
  }
  if (baseline.kind === 'in-flight') {
    return { verdict: 'pending', reason: 'reconciling', message: 'a reconcile is running' }
  }
  if (baseline.failing !== undefined) return conditionFinding('failed', baseline.failing)
  if (baseline.waiting !== undefined) return conditionFinding('pending', baseline.waiting)
  if (baseline.kind === 'never') return neverApplied(plan)
  if (nextRevision(plan) === undefined) return { verdict: 'in-sync' }
  return { verdict: 'pending', reason: 'git-ahead', message: 'Git is ahead of what was applied' }
}

const conditionFinding = (verdict: Verdict, condition: Condition): Finding => ({
  verdict,
  reason: kebab(condition.reason),
  message: wordsOf(condition),
})

/** Flux's words, without the scratch folder of its controller. */
export const wordsOf = ({ message }: Condition): string =>
  message.replaceAll(/\/tmp\/kustomization-\d+\//g, '')

function neverApplied({ kustomization }: Plan): Finding {
  if (kustomization.suspended) {
    return { verdict: 'pending', reason: 'suspended', message: 'suspended before it was ever applied' }
  }
  const ready = readyCondition(kustomization.status.conditions)
  const message = ready === undefined ? 'Flux has not reconciled it yet' : wordsOf(ready)
  return { verdict: 'pending', reason: 'never-applied', message }
}

/** The newer revision that the source has, or that was tried. */
export function nextRevision(plan: Plan): string | undefined {
  const { baseline, source } = plan
  const next = source?.artifactRevision
  return next === undefined || (baseline.kind !== 'never' && next === baseline.revision) ? undefined : next
}

/** `DependencyNotReady` as a reason of ours: `dependency-not-ready`. */
export const kebab = (reason: string): string => reason.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
