import { isRecord, type KubernetesObject } from '../object.js'
import { readConditions, type Condition, type FluxReference } from './kustomization.js'

/** A Flux source; only a GitRepository can be read from Git. */
export interface Source {
  readonly reference: FluxReference
  readonly url: string
  /** The revision of the newest artifact, which the next reconcile will build. */
  readonly artifactRevision: string | undefined
  /** `sha256:…` of the newest artifact's archive. */
  readonly artifactDigest: string | undefined
  /** `spec.ignore`, as it was when the newest artifact was packed. */
  readonly ignore: string | undefined
  readonly conditions: readonly Condition[]
  /** Folders that are packed alone; none means all (`spec.sparseCheckout`, when the artifact was packed). */
  readonly sparseCheckout: readonly string[]
  /** Other GitRepositories that are copied into the artifact, in their order. */
  readonly includes: readonly Include[]
  readonly recurseSubmodules: boolean
}

/** One entry of a GitRepository's `spec.include`. */
export interface Include {
  readonly repository: FluxReference
  /** As written; empty means the root. */
  readonly fromPath: string
  readonly toPath: string
  /** What was packed (`status.includedArtifacts`); undefined where nothing was packed yet. */
  readonly revision: string | undefined
  readonly digest: string | undefined
  /** The GitRepository itself, where it can be read. */
  readonly source?: Source
}

/** The kinds that a Kustomization's `spec.sourceRef` may name. */
const SOURCE_KINDS = ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact']

/** Is this object a source that Kustomizations are built from, of whichever API version? */
export function isSource(object: KubernetesObject): boolean {
  return SOURCE_KINDS.includes(object.kind) && object.apiVersion.startsWith('source.toolkit.fluxcd.io/')
}

/**
 * Reads a GitRepository, OCIRepository, Bucket or ExternalArtifact of any API version. Once there is an
 * artifact, what shaped it is what source-controller observed when it packed it: the spec may be newer.
 * Source: source-controller internal/controller/gitrepository_controller.go, reconcileArtifact.
 */
export function readSource(object: KubernetesObject): Source {
  const spec = record(object.spec)
  const status = record(object.status)
  const artifact = record(status.artifact)
  const namespace = object.metadata.namespace ?? 'default'
  return {
    reference: { kind: object.kind, namespace, name: object.metadata.name },
    url: text(spec.url) ?? '',
    artifactRevision: text(artifact.revision),
    artifactDigest: text(artifact.digest),
    conditions: readConditions(status.conditions),
    ...readShape(spec, status, namespace),
  }
}

function readShape(
  spec: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, unknown>>,
  namespace: string,
): Pick<Source, 'ignore' | 'sparseCheckout' | 'includes' | 'recurseSubmodules'> {
  const isPacked = isRecord(status.artifact)
  const included = list(status.includedArtifacts)
  return {
    ignore: text(isPacked ? status.observedIgnore : spec.ignore),
    sparseCheckout: list(isPacked ? status.observedSparseCheckout : spec.sparseCheckout).map(String),
    includes: list(isPacked ? status.observedInclude : spec.include).map((item, i) =>
      readInclude(record(item), isPacked ? record(included[i]) : {}, namespace),
    ),
    recurseSubmodules: (isPacked ? status.observedRecurseSubmodules : spec.recurseSubmodules) === true,
  }
}

function readInclude(
  item: Readonly<Record<string, unknown>>,
  artifact: Readonly<Record<string, unknown>>,
  namespace: string,
): Include {
  const name = text(record(item.repository).name) ?? ''
  const toPath = text(item.toPath) ?? ''
  return {
    repository: { kind: 'GitRepository', namespace, name },
    fromPath: text(item.fromPath) ?? '',
    toPath: toPath === '' ? name : toPath,
    revision: text(artifact.revision),
    digest: text(artifact.digest),
  }
}

/** The fields of a source's spec that shape its artifact beyond ignore rules. */
export function shapingFields(source: Source): readonly string[] {
  return [
    ...(source.includes.length > 0 ? ['include'] : []),
    ...(source.sparseCheckout.length > 0 ? ['sparseCheckout'] : []),
    ...(source.recurseSubmodules ? ['recurseSubmodules'] : []),
  ]
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
