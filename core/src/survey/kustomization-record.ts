import { readyCondition } from '../desired/kustomization.js'
import type { KustomizationRecord, Verdict } from '../drift/report.js'
import type { GitOpsError } from '../errors.js'
import type { Commit } from '../git/repository.js'
import { nextReconcileOf } from './next-reconcile.js'
import type { Plan } from './plan.js'
import { proofOf } from './proof.js'

type Finding = Pick<KustomizationRecord, 'verdict' | 'reason' | 'message' | 'tryThis' | 'code'>

/** Says of a Kustomization what its objects cannot: waiting, failing, ahead, suspended, unreadable. */
export function kustomizationRecord(plan: Plan, objects: number): KustomizationRecord {
  const { kustomization, baseline, broken } = plan
  const { source, path, suspended, interval } = kustomization
  const next = nextRevision(plan)
  const proof = proofOf(plan)
  return {
    apiVersion: kustomization.apiVersion,
    kind: 'Kustomization',
    namespace: kustomization.namespace,
    name: kustomization.name,
    ...findingOf(plan),
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: source.kind,
      namespace: source.namespace,
      name: source.name,
    },
    path: path === '' ? './' : path,
    ...(baseline.kind === 'never' ? {} : { revision: baseline.revision }),
    ...(next === undefined ? {} : { nextRevision: next }),
    suspended,
    ...(interval === undefined ? {} : { interval }),
    ...timesOf(plan),
    ...(broken?.by === undefined ? {} : { brokenBy: commitRecord(broken.by) }),
    ...(proof === undefined ? {} : { proof }),
    objects,
  }
}

function timesOf(plan: Plan): Pick<KustomizationRecord, 'lastReconciled' | 'nextReconcile'> {
  const lastReconciled = plan.kustomization.status.history[0]?.lastReconciled
  const nextReconcile = heldBecause(plan) === undefined ? nextReconcileOf(plan.kustomization) : undefined
  return {
    ...(lastReconciled === undefined ? {} : { lastReconciled }),
    ...(nextReconcile === undefined ? {} : { nextReconcile }),
  }
}

function commitRecord(commit: Commit): NonNullable<KustomizationRecord['brokenBy']> {
  return { id: commit.id, author: commit.author.name, time: commit.author.time, subject: commit.subject }
}

function findingOf(plan: Plan): Finding {
  if (plan.kustomization.remote)
    return {
      verdict: 'excluded',
      reason: 'remote-cluster',
      message: 'its objects live on another cluster (spec.kubeConfig)',
    }
  if (plan.problem !== undefined) return errorFinding('unknown', plan.problem)
  if (plan.broken !== undefined)
    return errorFinding(
      plan.broken.error.code === 'BUILD_FAILED' ||
        plan.broken.error.code === 'REMOTE_BASE_REFUSED' ||
        plan.broken.error.code === 'PATH_NOT_FOUND'
        ? 'failed'
        : 'unknown',
      plan.broken.error,
    )
  if (plan.build?.ok === false) return errorFinding('unknown', plan.build.error)
  return baselineFinding(plan)
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
  const proof = proofOf(plan)
  if (proof?.status === 'mismatch') {
    return {
      verdict: 'unknown',
      reason: 'digest-mismatch',
      message: `not built as Flux built it: ${proof.why}`,
    }
  }
  if (baseline.kind === 'mixed')
    return { verdict: 'failed', reason: 'apply-failed', message: baseline.failing.message }
  if (baseline.kind === 'in-flight')
    return { verdict: 'pending', reason: 'reconciling', message: 'a reconcile is running' }
  if (baseline.failing !== undefined)
    return { verdict: 'failed', reason: kebab(baseline.failing.reason), message: baseline.failing.message }
  if (baseline.waiting !== undefined)
    return { verdict: 'pending', reason: kebab(baseline.waiting.reason), message: baseline.waiting.message }
  if (baseline.kind === 'never') return neverApplied(plan)
  if (nextRevision(plan) !== undefined)
    return { verdict: 'pending', reason: 'git-ahead', message: 'Git is ahead of what was applied' }
  return { verdict: 'in-sync' }
}

function neverApplied(plan: Plan): Finding {
  if (plan.kustomization.suspended)
    return { verdict: 'pending', reason: 'suspended', message: 'suspended before it was ever applied' }
  const ready = readyCondition(plan.kustomization.status.conditions)
  return {
    verdict: 'pending',
    reason: 'never-applied',
    message: ready?.message ?? 'Flux has not reconciled it yet',
  }
}

/** The newer revision that the source has, or that was tried. */
function nextRevision(plan: Plan): string | undefined {
  const { baseline, source } = plan
  const next = source?.artifactRevision
  return next === undefined || (baseline.kind !== 'never' && next === baseline.revision) ? undefined : next
}

/** `DependencyNotReady` as a reason of ours: `dependency-not-ready`. */
const kebab = (reason: string): string => reason.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()

/** Why Flux will not put anything back for now; undefined when it will at its next reconcile. */
export function heldBecause(plan: Plan): string | undefined {
  const { kustomization, baseline, broken } = plan
  if (kustomization.suspended)
    return `Kustomization ${kustomization.namespace}/${kustomization.name} is suspended`
  if (broken !== undefined) return 'the newest revision does not build, so Flux applies nothing'
  if (baseline.kind === 'mixed') return 'the newest apply failed'
  if (baseline.kind !== 'in-flight' && baseline.waiting !== undefined) return 'Flux waits for a dependency'
  return undefined
}
