import { isRecord, type KubernetesObject, type ObjectMeta } from '../object.js'
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
 * Source: kustomize-controller apply, fluxcd/pkg ssa/normalize/normalize.go. Its round trip through Go
 * types is not repeated here: the comparison asks the server's schema instead.
 */
export function decorate(object: KubernetesObject, kustomization: Kustomization): KubernetesObject {
  const common = isRecord(kustomization.spec['commonMetadata']) ? kustomization.spec['commonMetadata'] : {}
  const labels = {
    ...object.metadata.labels,
    [OWNER_NAME]: kustomization.name,
    [OWNER_NAMESPACE]: kustomization.namespace,
    ...texts(common['labels']),
  }
  const annotations = { ...withoutRemoved(object.metadata.annotations), ...texts(common['annotations']) }
  const { creationTimestamp: _, annotations: __, ...metadata } = object.metadata
  return normalize({
    ...object,
    metadata: {
      ...metadata,
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    } as ObjectMeta,
  })
}

function withoutRemoved(annotations: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts(annotations)).filter(([name]) => !REMOVED_ANNOTATIONS.includes(name)),
  )
}

function normalize(object: KubernetesObject): KubernetesObject {
  if (object.kind === 'CustomResourceDefinition') return object
  const { status: _, ...rest } = object
  const bare: KubernetesObject = {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  }
  return bare.apiVersion === 'v1' && bare.kind === 'Secret' ? normalizeSecret(bare) : bare
}

/** `stringData` is write-only: what it says lands in `data`, and wins there. */
function normalizeSecret(secret: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = secret
  if (!isRecord(stringData)) return secret
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ])
  const data = isRecord(secret['data']) ? secret['data'] : {}
  return {
    ...rest,
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: secret.metadata,
    data: { ...data, ...(Object.fromEntries(encoded) as Record<string, string>) },
  }
}

const texts = (value: unknown): Record<string, string> =>
  isRecord(value)
    ? (Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string')) as Record<
        string,
        string
      >)
    : {}
