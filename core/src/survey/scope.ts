import { groupVersion, type KubernetesObject, type ObjectKey } from '../object.js'
import type { Discovery } from '../live/discovery.js'

/** The groups that are part of Kubernetes itself; every other kind is defined by a CustomResourceDefinition. */
const BUILT_IN_GROUPS = new Set(
  (
    'apps batch autoscaling policy extensions admissionregistration.k8s.io apiextensions.k8s.io apiregistration.k8s.io ' +
    'authentication.k8s.io authorization.k8s.io certificates.k8s.io coordination.k8s.io discovery.k8s.io events.k8s.io ' +
    'flowcontrol.apiserver.k8s.io networking.k8s.io node.k8s.io rbac.authorization.k8s.io resource.k8s.io ' +
    'scheduling.k8s.io storage.k8s.io storagemigration.k8s.io'
  ).split(' '),
)

/** Is this kind defined by a CustomResourceDefinition? */
export function isCustom(apiVersion: string): boolean {
  const { group } = groupVersion(apiVersion)
  return group !== '' && !BUILT_IN_GROUPS.has(group)
}

/**
 * The key of a built object on this cluster: whether a kind has namespaces is the server's to say, and a
 * namespace on a cluster-scoped object means nothing. Undefined where a namespace is needed and missing.
 */
export function clusterKey(object: KubernetesObject, discovery: Discovery): ObjectKey | undefined {
  const known = placed.get(object)
  if (known?.discovery === discovery) return known.key
  const key = findKey(object, discovery)
  placed.set(object, { discovery, key })
  return key
}

/** Objects are asked for their keys again and again, and never change. */
const placed = new WeakMap<
  KubernetesObject,
  { readonly discovery: Discovery; readonly key: ObjectKey | undefined }
>()

function findKey(object: KubernetesObject, discovery: Discovery): ObjectKey | undefined {
  const { group } = groupVersion(object.apiVersion)
  const resource = discovery.find(object.apiVersion, object.kind) ?? discovery.preferred(group, object.kind)
  const namespace = object.metadata.namespace ?? ''
  const key = { group, kind: object.kind, name: object.metadata.name }
  if (resource === undefined) return { ...key, namespace }
  if (!resource.namespaced) return { ...key, namespace: '' }
  return namespace === '' ? undefined : { ...key, namespace }
}
