import { isRecord, type KubernetesObject } from '../../object.js'
import { readConditions, type Condition, type FluxReference, readyCondition } from '../kustomization.js'
import type { Generated } from './artifact-generator.js'
import { readSourceRef, type SourceRef } from './source-ref.js'
import { unknownFields } from '../spec.js'

/** A Flux source, of whichever kind and API version, read leniently; unreadable parts are absent. */
export interface Source {
  readonly reference: FluxReference
  /** `spec.url`; of a Bucket `s3://ENDPOINT/BUCKET`, of a HelmChart empty. */
  readonly url: string
  /** The revision of the newest artifact, which the next reconcile will build. */
  readonly artifactRevision: string | undefined
  /** `sha256:…` of the newest artifact's archive. */
  readonly artifactDigest: string | undefined
  /** Where the newest artifact itself says that it was made from; nobody checks that. */
  readonly origin: Origin | undefined
  /** Which commit of a GitRepository is followed (`spec.ref`). */
  readonly ref: SourceRef
  /** `spec.ignore`, as it was when the newest artifact was packed. */
  readonly ignore: string | undefined
  /** Beginnings of paths that are packed alone; none means all (`spec.sparseCheckout`, likewise). */
  readonly sparseCheckout: readonly string[]
  /** Other GitRepositories that are copied into the artifact, in their order. */
  readonly includes: readonly Include[]
  readonly recurseSubmodules: boolean
  readonly suspended: boolean
  readonly conditions: readonly Condition[]
  /** Fields of the spec that this product does not know: they may shape the artifact too. */
  readonly unknownFields: readonly string[]
  /** How an ExternalArtifact is made, where an ArtifactGenerator that can be read makes it. */
  readonly generated?: Generated
}

/** What an artifact says of itself (OCI annotations `org.opencontainers.image.*`). */
export interface Origin {
  /** A Git repository's URL. */
  readonly url: string | undefined
  /** As written: `main@sha1:<40 hex>`, or the commit alone. */
  readonly revision: string | undefined
}

/** One entry of a GitRepository's `spec.include`. */
export interface Include {
  readonly repository: FluxReference
  /** As written; empty means the root. */
  readonly fromPath: string
  readonly toPath: string
  /** What was packed last (`status.includedArtifacts`); undefined where nothing was packed yet. */
  readonly revision: string | undefined
  /** The GitRepository itself, where it can be read. */
  readonly source?: Source
}

/** The kinds that a Kustomization's `spec.sourceRef` may name. */
const SOURCE_KINDS = ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact']

/** Is this object a source that Kustomizations are built from, of whichever API version? */
export function isSource(object: KubernetesObject): boolean {
  return SOURCE_KINDS.includes(object.kind) && isOfSourceController(object)
}

/** Is this object a source of charts, which HelmReleases use and Kustomizations do not? */
export function isHelmSource(object: KubernetesObject): boolean {
  return ['HelmRepository', 'HelmChart'].includes(object.kind) && isOfSourceController(object)
}

const isOfSourceController = ({ apiVersion }: KubernetesObject): boolean =>
  apiVersion.startsWith('source.toolkit.fluxcd.io/')

/** A string that is equal for equal references. */
export const referenceKey = ({ kind, namespace, name }: FluxReference): string =>
  `${kind}/${namespace}/${name}`

/**
 * Reads a source of any kind and API version, of a cluster or of Git, where it has no status. What shaped its
 * artifact is what source-controller observed when it packed it: where it could not follow yet, the spec is newer.
 * Source: source-controller internal/controller/gitrepository_controller.go, reconcileArtifact.
 */
export function readSource(object: KubernetesObject): Source {
  const spec = record(object.spec)
  const status = record(object.status)
  const artifact = record(status.artifact)
  const namespace = object.metadata.namespace ?? 'default'
  return {
    reference: { kind: object.kind, namespace, name: object.metadata.name },
    url: urlOf(object.kind, spec),
    artifactRevision: text(artifact.revision),
    artifactDigest: text(artifact.digest),
    origin: readOrigin(record(artifact.metadata)),
    ref: readSourceRef(object.kind === 'GitRepository' ? spec.ref : undefined),
    suspended: spec.suspend === true,
    conditions: readConditions(status.conditions),
    unknownFields: unknownFields(object.kind, object.apiVersion, spec),
    ...readShape(spec, status, namespace, isBehind(object)),
  }
}

/** A source of which nothing but its name is known, and perhaps its URL. */
export function bareSource({ kind, namespace, name }: FluxReference, url = ''): Source {
  const spec = url === '' ? {} : { url }
  return readSource({ apiVersion: '', kind, metadata: { namespace, name }, spec })
}

function urlOf(kind: string, spec: Fields): string {
  if (kind !== 'Bucket') return text(spec.url) ?? ''
  return `s3://${text(spec.endpoint) ?? ''}/${text(spec.bucketName) ?? ''}`
}

function readOrigin(metadata: Fields): Origin | undefined {
  const url = text(metadata['org.opencontainers.image.source'])
  const revision = text(metadata['org.opencontainers.image.revision'])
  return url === undefined && revision === undefined ? undefined : { url, revision }
}

/** Is there an artifact that may have been packed by an older spec than this one? */
function isBehind({ metadata, status: value }: KubernetesObject): boolean {
  const status = record(value)
  if (!isRecord(status.artifact)) return false
  const ready = readyCondition(readConditions(status.conditions))
  const seen = status.observedGeneration
  const isNewer =
    typeof seen === 'number' && metadata.generation !== undefined && seen !== metadata.generation
  return isNewer || (ready !== undefined && ready.status !== 'True')
}

function readShape(
  spec: Fields,
  status: Fields,
  namespace: string,
  behind: boolean,
): Pick<Source, 'ignore' | 'sparseCheckout' | 'includes' | 'recurseSubmodules'> {
  const isPacked = isRecord(status.artifact)
  const included = list(status.includedArtifacts)
  return {
    ignore: text(behind ? status.observedIgnore : spec.ignore),
    sparseCheckout: list(behind ? status.observedSparseCheckout : spec.sparseCheckout).map(String),
    includes: list(behind ? status.observedInclude : spec.include).map((item, i) =>
      readInclude(record(item), isPacked ? record(included[i]) : {}, namespace),
    ),
    recurseSubmodules: (behind ? status.observedRecurseSubmodules : spec.recurseSubmodules) === true,
  }
}

function readInclude(item: Fields, artifact: Fields, namespace: string): Include {
  const name = text(record(item.repository).name) ?? ''
  const toPath = text(item.toPath) ?? ''
  return {
    repository: { kind: 'GitRepository', namespace, name },
    fromPath: text(item.fromPath) ?? '',
    toPath: toPath === '' ? name : toPath,
    revision: text(artifact.revision),
  }
}

type Fields = Readonly<Record<string, unknown>>

const record = (value: unknown): Fields => (isRecord(value) ? value : {})
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
