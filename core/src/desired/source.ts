import { isRecord, type KubernetesObject } from '../object.js'
import { readConditions, type Condition, type FluxReference } from './kustomization.js'
import { unknownFields } from './spec.js'

/** A Flux source; only a GitRepository can be read from Git. */
export interface Source {
  readonly reference: FluxReference
  readonly url: string
  /** The revision of the newest artifact, which the next reconcile will build. */
  readonly artifactRevision: string | undefined
  /** `spec.ignore`. */
  readonly ignore: string | undefined
  readonly conditions: readonly Condition[]
  /** Parts of the spec that change the artifact in ways this product cannot follow yet. */
  readonly unsupported: readonly string[]
  /** Fields of the spec that this product does not know: they may shape the artifact too. */
  readonly unknownFields: readonly string[]
}

const SHAPING_FIELDS = ['include', 'sparseCheckout', 'recurseSubmodules'] as const

/** The kinds that a Kustomization's `spec.sourceRef` may name. */
const SOURCE_KINDS = ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact']

/** Is this object a source that Kustomizations are built from, of whichever API version? */
export function isSource(object: KubernetesObject): boolean {
  return SOURCE_KINDS.includes(object.kind) && object.apiVersion.startsWith('source.toolkit.fluxcd.io/')
}

/** Reads a GitRepository, OCIRepository, Bucket or ExternalArtifact of any API version. */
export function readSource(object: KubernetesObject): Source {
  const spec = isRecord(object.spec) ? object.spec : {}
  const status = isRecord(object.status) ? object.status : {}
  const artifact = isRecord(status.artifact) ? status.artifact : {}
  return {
    reference: {
      kind: object.kind,
      namespace: object.metadata.namespace ?? 'default',
      name: object.metadata.name,
    },
    url: typeof spec.url === 'string' ? spec.url : '',
    artifactRevision: typeof artifact.revision === 'string' ? artifact.revision : undefined,
    ignore: typeof spec.ignore === 'string' ? spec.ignore : undefined,
    conditions: readConditions(status.conditions),
    unsupported: SHAPING_FIELDS.filter((field) => isSet(spec[field])),
    unknownFields: unknownFields(object.kind, object.apiVersion, spec),
  }
}

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0)
