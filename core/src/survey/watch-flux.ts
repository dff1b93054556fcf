import { readKustomization, readyCondition } from '../desired/kustomization.js'
import { isSource, readSource } from '../desired/source/source.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { digestOf } from '../live/watch-collection.js'

/** The kinds of Flux whose changes matter to the verdicts of objects that are not theirs. */
export const FOLLOWED_KINDS = [
  ['kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['source.toolkit.fluxcd.io', 'GitRepository'],
  ['source.toolkit.fluxcd.io', 'OCIRepository'],
  ['source.toolkit.fluxcd.io', 'Bucket'],
  ['source.toolkit.fluxcd.io', 'ExternalArtifact'],
  ['helm.toolkit.fluxcd.io', 'HelmRelease'],
] as const

/** What of a Flux object decides about its objects: a reconcile that changes nothing is no news. */
export function fluxDigest(object: KubernetesObject): string {
  const { uid, generation, annotations, deletionTimestamp } = object.metadata
  const own = [uid, generation, deletionTimestamp]
  if (isSource(object)) return digestOf(own, readSource(object).artifactRevision)
  if (object.kind !== 'Kustomization') return digestOf(own, annotations, withoutTimes(object.status))
  const { status } = readKustomization(object)
  const ready = readyCondition(status.conditions)
  const { lastAppliedRevision, lastAttemptedRevision, inventory, history } = status
  const newest = history[0]
  return digestOf(
    own,
    [ready?.status, ready?.reason, ready?.message],
    [lastAppliedRevision, lastAttemptedRevision, inventory],
    [newest?.digest, newest?.revision, newest?.status],
  )
}

/** Statuses tell the time of every look. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(
    ([name]) => !/time$|^last(?:Handled|Reconciled|Deployed|Tested)/i.test(name),
  )
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutTimes(field)]))
}
