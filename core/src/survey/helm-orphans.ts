import { HELM_OWNER_NAME, HELM_OWNER_NAMESPACE } from '../desired/helm-release.js'
import type { ObjectRecord } from '../drift/report.js'
import type { KubernetesObject } from '../object.js'
import type { HelmPlan } from './helm-plan.js'

/**
 * The live objects that say they are this HelmRelease's and that its release does not have: Helm dropped them and
 * left them behind, or somebody forged the labels. Objects of hooks are there on purpose, and so are
 * CustomResourceDefinitions, which Helm never deletes.
 * @param released keys of the release's objects
 */
export function helmOrphanRecords(
  plan: HelmPlan,
  live: ReadonlyMap<string, KubernetesObject>,
  released: ReadonlySet<string>,
): readonly ObjectRecord[] {
  const hooks = [plan.build, plan.next].map((result) =>
    result?.ok === true ? result.build.hooks : undefined,
  )
  return [...live]
    .filter(([key, object]) => !released.has(key) && isLabelled(plan, object))
    .filter(([key]) => !hooks.some((keys) => keys?.has(key) === true))
    .map(([, object]) => orphanRecord(plan, object))
}

/** Copies made by controllers carry the labels of what they were copied from, and an owner reference. */
function isLabelled({ release }: HelmPlan, { kind, metadata }: KubernetesObject): boolean {
  const { labels = {}, ownerReferences } = metadata
  const isCopy = Array.isArray(ownerReferences) && ownerReferences.length > 0
  if (isCopy || kind === 'CustomResourceDefinition') return false
  return labels[HELM_OWNER_NAME] === release.name && labels[HELM_OWNER_NAMESPACE] === release.namespace
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
