import type { KubernetesObject } from '@kubectl-gitops/core/object.js'

const CLUSTER_SCOPED = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
])

/** Does this kind live in no namespace, of those that tests use? */
export const isClusterScoped = (kind: string): boolean => CLUSTER_SCOPED.has(kind)

/** The path of an object, for the kinds that tests use. */
export function objectPath({ apiVersion, kind, metadata }: KubernetesObject): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const scope = isClusterScoped(kind) ? '' : `/namespaces/${metadata.namespace ?? ''}`
  return `${root}${scope}/${plural(kind.toLowerCase())}/${metadata.name}`
}

function plural(kind: string): string {
  if (kind.endsWith('y')) return `${kind.slice(0, -1)}ies`
  return /(?:s|x)$/.test(kind) ? `${kind}es` : `${kind}s`
}
