import { fullName } from '../desired/dependency-order.js'
import type { ObjectRecord } from '../drift/report.js'
import { keyOf, keyString, type KubernetesObject } from '../object.js'
import type { HelmPlan } from './helm-plan.js'
import type { Reading } from './reading.js'

/**
 * The live objects that say they are this HelmRelease's and that its release does not have: Helm dropped them and
 * left them behind, or somebody forged the labels. Objects of hooks are there on purpose, and so are
 * CustomResourceDefinitions, which Helm never deletes.
 * @param released keys of the release's objects
 */
export function helmOrphanRecords(
  plan: HelmPlan,
  { helm }: Pick<Reading, 'helm'>,
  released: ReadonlySet<string>,
): readonly ObjectRecord[] {
  const isHook = (key: string): boolean =>
    [plan.build, plan.next].some((result) => result?.ok === true && result.build.hooks.has(key))
  return (helm.labelled.get(fullName(plan.release)) ?? [])
    .filter((object) => {
      const key = keyString(keyOf(object))
      return !released.has(key) && !isHook(key) && !isCopy(object)
    })
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .map((object) => orphanRecord(plan, object))
}

/** Copies made by controllers carry the labels of what they were copied from, and an owner reference. */
const isCopy = ({ metadata: { ownerReferences } }: KubernetesObject): boolean =>
  Array.isArray(ownerReferences) && ownerReferences.length > 0

function orphanRecord({ release }: HelmPlan, live: KubernetesObject): ObjectRecord {
  const { apiVersion, namespace, name } = release
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    ...(live.metadata.namespace === undefined ? {} : { namespace: live.metadata.namespace }),
    name: live.metadata.name,
    owner: { apiVersion, kind: 'HelmRelease', namespace, name },
    verdict: 'orphaned',
    ...orphanReason(live),
  }
}

function orphanReason({ metadata }: KubernetesObject): Required<Pick<ObjectRecord, 'reason' | 'message'>> {
  if (metadata.deletionTimestamp !== undefined)
    return { reason: 'deleting', message: 'being deleted, held by a finalizer' }
  if (metadata.annotations?.['helm.sh/resource-policy'] === 'keep')
    return { reason: 'prune-disabled', message: 'Helm has left it: helm.sh/resource-policy is keep on it' }
  const message = 'it carries the owner labels but is not in the release: Helm will never delete it'
  return { reason: 'not-in-release', message }
}
