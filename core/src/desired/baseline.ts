import {
  type Condition,
  type Kustomization,
  type KustomizationStatus,
  readyCondition,
} from './kustomization.js'

/** The revision that the live objects come from, and how sure that is. */
export type Baseline =
  | {
      readonly kind: 'applied'
      readonly revision: string
      readonly failing?: Condition
      readonly waiting?: Condition
    }
  /** Part of `attempted` may be on the cluster already: some differences may come from it. */
  | {
      readonly kind: 'mixed'
      readonly revision: string
      readonly attempted: string
      readonly failing: Condition
    }
  /** A reconcile is running right now. */
  | { readonly kind: 'in-flight'; readonly revision: string; readonly attempted: string | undefined }
  | { readonly kind: 'never'; readonly failing?: Condition; readonly waiting?: Condition }

/** What the newest reconcile came to, by the reason of `Ready`. */
type Phase = 'ready' | 'unhealthy' | 'running' | 'waiting' | 'half-applied' | 'not-built'

const PHASES: Readonly<Record<string, Phase>> = {
  // Objects are applied before their health is checked and before anything is pruned.
  HealthCheckFailed: 'unhealthy',
  HealthCheckCanceled: 'unhealthy',
  PruneFailed: 'unhealthy',
  Progressing: 'running',
  ProgressingWithRetry: 'running',
  DependencyNotReady: 'waiting',
  ReconciliationFailed: 'half-applied',
}

/**
 * Which revision the objects of a Kustomization were built from.
 * Ready: the applied one. Applied but unhealthy: the attempted one. Build or artifact failed, or a dependency
 * is awaited: the one that was applied before, which may be an unhealthy one. Apply failed: a mixture.
 * Source: kustomize-controller internal/controller/kustomization_controller.go, conditions of Flux 2.9.
 */
export function baselineOf(kustomization: Kustomization): Baseline {
  const { lastAppliedRevision, lastAttemptedRevision: attempted, conditions } = kustomization.status
  const ready = readyCondition(conditions)
  const phase = phaseOf(ready)
  if (phase === 'ready') return settled(lastAppliedRevision, {})
  const failing = ready === undefined ? {} : { failing: ready }
  if (phase === 'unhealthy') return settled(attempted ?? lastAppliedRevision, failing)
  if (phase === 'half-applied' && ready !== undefined && attempted !== undefined)
    return { kind: 'mixed', revision: lastAppliedRevision ?? attempted, attempted, failing: ready }
  return beforeNewest(kustomization.status, phase, ready)
}

function phaseOf(ready: Condition | undefined): Phase {
  if (ready?.status === 'True') return 'ready'
  if (ready?.status !== 'False') return 'running'
  return PHASES[ready.reason] ?? 'not-built'
}

/** The newest reconcile applied nothing (yet): what the one before it came to, the history still says. */
function beforeNewest(status: KustomizationStatus, phase: Phase, ready: Condition | undefined): Baseline {
  const { applied, halfApplied } = lastApplies(status)
  if (phase === 'running' && applied !== undefined)
    return { kind: 'in-flight', revision: applied, attempted: status.lastAttemptedRevision }
  if (ready === undefined) return settled(applied, {})
  if (halfApplied !== undefined)
    return { kind: 'mixed', revision: applied ?? halfApplied, attempted: halfApplied, failing: ready }
  return settled(applied, phase === 'not-built' ? { failing: ready } : { waiting: ready })
}

/** Builds that fail leave no entry in the history, applies that fail do. */
function lastApplies({ history, lastAppliedRevision }: KustomizationStatus): {
  readonly applied: string | undefined
  readonly halfApplied: string | undefined
} {
  const newest = history[0]
  if (newest?.status === 'ReconciliationFailed')
    return { applied: lastAppliedRevision, halfApplied: newest.revision }
  return { applied: newest?.revision ?? lastAppliedRevision, halfApplied: undefined }
}

function settled(
  revision: string | undefined,
  state: { readonly failing?: Condition; readonly waiting?: Condition },
): Baseline {
  return revision === undefined ? { kind: 'never', ...state } : { kind: 'applied', revision, ...state }
}
