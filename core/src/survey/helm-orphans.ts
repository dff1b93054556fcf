import { fullName } from '../desired/dependency-order.js'
import type { ObjectRecord } from '../drift/report.js'
import type { KubernetesObject } from '../object.js'
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
  { live, helm }: Pick<Reading, 'live' | 'helm'>,
  released: ReadonlySet<string>,
): readonly ObjectRecord[] {
  const isHook = (key: string): boolean =>
    [plan.build, plan.next].some((result) => result?.ok === true && result.build.hooks.has(key))
  return (helm.labelled.get(fullName(plan.release)) ?? []).flatMap((key) => {
    const object = released.has(key) || isHook(key) ? undefined : live.objects.get(key)
    const isOrphan = object !== undefined && object.kind !== 'CustomResourceDefinition'
    return isOrphan ? [orphanRecord(plan, object)] : []
  })
}

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
