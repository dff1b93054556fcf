import { isEncrypted } from '../encrypted.js'
import { isRecord, without, type KubernetesObject } from '../object.js'
import { withoutInvalidBundle } from './ca-bundle.js'
import type { Kustomization } from './kustomization.js'

/** The labels by which Flux marks what it owns (fluxcd/pkg ssa, SetOwnerLabels). */
export const OWNER_NAME = 'kustomize.toolkit.fluxcd.io/name'
export const OWNER_NAMESPACE = 'kustomize.toolkit.fluxcd.io/namespace'

/** Annotations that Flux takes off whatever it applies (fluxcd/pkg ssa manager_apply.go cleanupMetadata). */
export const REMOVED_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kustomize.toolkit.fluxcd.io/checksum',
  'fluxcd.io/sync-checksum',
]

/**
 * Makes of a built object what Flux sends to the server: owner labels, normalised, common metadata.
 * Source: kustomize-controller apply, fluxcd/pkg ssa/manager.go SetOwnerLabels, ssa/normalize/normalize.go,
 * ssa/utils/meta.go. Its round trip through Go types is not repeated here: the comparison asks the server's
 * schema instead.
 */
export function decorate(object: KubernetesObject, kustomization: Kustomization): KubernetesObject {
  const common = isRecord(kustomization.spec.commonMetadata) ? kustomization.spec.commonMetadata : {}
  const labels = {
    ...texts(object.metadata.labels),
    [OWNER_NAME]: kustomization.name,
    [OWNER_NAMESPACE]: kustomization.namespace,
    ...texts(common.labels),
  }
  const annotations = without(
    { ...texts(object.metadata.annotations), ...texts(common.annotations) },
    REMOVED_ANNOTATIONS,
  )
  const metadata = {
    ...without(object.metadata, ['creationTimestamp', 'annotations']),
    name: object.metadata.name,
    labels,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  }
  return normalize({ ...object, metadata })
}

/** Leaves out what only the server writes, and says in a Secret's data what its stringData means. */
export function normalize(whole: KubernetesObject): KubernetesObject {
  const object = withoutInvalidBundle(whole)
  const removed = object.kind === 'CustomResourceDefinition' ? [] : ['status']
  const isSecret = object.apiVersion === 'v1' && object.kind === 'Secret'
  return {
    ...without(isSecret ? normalizeSecret(object) : object, removed),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  }
}

/** `stringData` is write-only: what it says lands in `data`, and wins there. */
function normalizeSecret(secret: KubernetesObject): Readonly<Record<string, unknown>> {
  const { stringData, ...rest } = secret
  const written = texts(stringData)
  if (Object.keys(written).length === 0) return isRecord(stringData) ? secret : rest
  const encoded = Object.entries(written).map(([key, value]) => [
    key,
    isEncrypted(value) ? value : Buffer.from(value).toString('base64'),
  ])
  return { ...rest, data: { ...(isRecord(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } }
}

/** Go reads a map of texts whole or not at all: one number in it, and Flux sees an empty map. */
function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(value) ? Object.entries(value) : []
  const all = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return all.length === entries.length ? Object.fromEntries(all) : {}
}
