import { readyCondition, type Condition, type Kustomization } from './kustomization.js'

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

const UNHEALTHY = new Set(['HealthCheckFailed', 'HealthCheckCanceled', 'PruneFailed'])
const WAITING = new Set(['DependencyNotReady'])
const RUNNING = new Set(['Progressing', 'ProgressingWithRetry'])

/**
 * Which revision the objects of a Kustomization were built from.
 * Ready: the applied one. Applied but unhealthy: the attempted one, for objects are applied before their
 * health is checked. Build or artifact failed: still the applied one. Apply failed half way: a mixture.
 * Source: kustomize-controller internal/controller/kustomization_controller.go, conditions of Flux 2.9.
 */
export function baselineOf(kustomization: Kustomization): Baseline {
  const { lastAppliedRevision: applied, lastAttemptedRevision: attempted, conditions } = kustomization.status
  const ready = readyCondition(conditions)
  if (ready?.status === 'False' && UNHEALTHY.has(ready.reason)) return unhealthy(attempted ?? applied, ready)
  if (applied === undefined) return neverApplied(ready, attempted)
  if (ready === undefined || ready.status === 'Unknown' || RUNNING.has(ready.reason)) {
    return { kind: 'in-flight', revision: applied, attempted }
  }
  if (ready.status === 'True') return { kind: 'applied', revision: applied }
  if (WAITING.has(ready.reason)) return { kind: 'applied', revision: applied, waiting: ready }
  if (ready.reason === 'ReconciliationFailed' && attempted !== undefined) {
    return { kind: 'mixed', revision: applied, attempted, failing: ready }
  }
  return { kind: 'applied', revision: newestInHistory(kustomization) ?? applied, failing: ready }
}

/** After an unhealthy apply a failed build hides which revision was applied last; the history still says it. */
function newestInHistory(kustomization: Kustomization): string | undefined {
  const newest = kustomization.status.history[0]
  return newest?.status === 'ReconciliationFailed' ? undefined : newest?.revision
}

function unhealthy(revision: string | undefined, failing: Condition): Baseline {
  return revision === undefined ? { kind: 'never', failing } : { kind: 'applied', revision, failing }
}

function neverApplied(ready: Condition | undefined, attempted: string | undefined): Baseline {
  if (ready === undefined) return { kind: 'never' }
  if (ready.status === 'Unknown' || RUNNING.has(ready.reason) || WAITING.has(ready.reason)) {
    return { kind: 'never', waiting: ready }
  }
  if (ready.reason === 'ReconciliationFailed' && attempted !== undefined) {
    return { kind: 'mixed', revision: attempted, attempted, failing: ready }
  }
  return { kind: 'never', failing: ready }
}
