import { readyCondition, type Kustomization } from '../desired/kustomization.js'
import { parseDuration } from '../drift/canonical.js'

/** Ready reasons of reconciles that applied everything and were recorded, but are tried again. */
const UNHEALTHY: readonly string[] = ['HealthCheckFailed', 'HealthCheckCanceled', 'PruneFailed']

/**
 * When Flux will reconcile a Kustomization again, as an ISO time: the newest recorded reconcile plus the
 * interval, or the retry interval after one that was unhealthy. Undefined where either is not known, and after
 * reconciles that failed before they applied anything: those are not recorded.
 * Source: kustomize-controller internal/controller/kustomization_controller.go, RequeueAfter; status.history.
 */
export function nextReconcileOf(kustomization: Kustomization): string | undefined {
  const last = Date.parse(kustomization.status.history[0]?.lastReconciled ?? '')
  const pause = parseDuration(pauseOf(kustomization) ?? '') ?? NaN
  const next = new Date(last + pause / 1e6)
  return Number.isNaN(next.getTime()) ? undefined : next.toISOString()
}

function pauseOf({ interval, spec, status }: Kustomization): string | undefined {
  const ready = readyCondition(status.conditions)
  if (ready?.status === 'True') return interval
  if (ready?.status !== 'False' || !UNHEALTHY.includes(ready.reason)) return undefined
  return typeof spec.retryInterval === 'string' ? spec.retryInterval : interval
}
