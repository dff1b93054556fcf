import type { Cluster } from './cluster.js'

/** The kinds of Flux that tests make and wait for. */
export type FluxKind =
  | 'GitRepository'
  | 'OCIRepository'
  | 'Bucket'
  | 'HelmRepository'
  | 'HelmChart'
  | 'Kustomization'
  | 'HelmRelease'
  | 'Alert'
  | 'Provider'
  | 'Receiver'

const SOURCE = { apiVersion: 'source.toolkit.fluxcd.io/v1' } as const

const KINDS: Readonly<Record<FluxKind, { readonly apiVersion: string; readonly resource: string }>> = {
  GitRepository: { ...SOURCE, resource: 'gitrepositories' },
  OCIRepository: { ...SOURCE, resource: 'ocirepositories' },
  Bucket: { ...SOURCE, resource: 'buckets' },
  HelmRepository: { ...SOURCE, resource: 'helmrepositories' },
  HelmChart: { ...SOURCE, resource: 'helmcharts' },
  Kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', resource: 'kustomizations' },
  HelmRelease: { apiVersion: 'helm.toolkit.fluxcd.io/v2', resource: 'helmreleases' },
  Alert: { apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', resource: 'alerts' },
  Provider: { apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', resource: 'providers' },
  Receiver: { apiVersion: 'notification.toolkit.fluxcd.io/v1', resource: 'receivers' },
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
}

/** A Flux object as the API server holds it; only what tests read is typed. */
export interface FluxObject {
  readonly apiVersion: string
  readonly kind: FluxKind
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly generation?: number
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: Readonly<Record<string, unknown>>
  readonly status?: {
    readonly observedGeneration?: number
    readonly conditions?: readonly Condition[]
    readonly artifact?: { readonly revision: string; readonly digest: string; readonly url: string }
    readonly lastAppliedRevision?: string
    readonly lastAttemptedRevision?: string
    readonly lastHandledReconcileAt?: string
    readonly history?: readonly { readonly digest: string; readonly lastReconciledStatus?: string }[]
    readonly [field: string]: unknown
  }
}

/** Which object is meant. */
export interface FluxName {
  readonly kind: FluxKind
  readonly namespace: string
  readonly name: string
}

function pathOf({ kind, namespace, name }: FluxName): string {
  const { apiVersion, resource } = KINDS[kind]
  return `/apis/${apiVersion}/namespaces/${namespace}/${resource}/${name}`
}

/** `Kustomization/flux-system/apps`, for messages. */
export function titleOf({ kind, namespace, name }: FluxName): string {
  return `${kind}/${namespace}/${name}`
}

/** Reads an object; undefined when there is none. */
export async function readObject(cluster: Cluster, which: FluxName): Promise<FluxObject | undefined> {
  const { status, body } = await cluster.request('GET', pathOf(which))
  if (status === 404) return undefined
  if (status !== 200) throw new Error(`${titleOf(which)} cannot be read: ${JSON.stringify(body)}`)
  return body as FluxObject
}

/** Creates an object or replaces its spec, by server-side apply. */
export async function applyObject(
  cluster: Cluster,
  which: FluxName,
  spec: Readonly<Record<string, unknown>>,
): Promise<FluxObject> {
  const { kind, namespace, name } = which
  const object = { apiVersion: KINDS[kind].apiVersion, kind, metadata: { name, namespace }, spec }
  const path = `${pathOf(which)}?fieldManager=flux-test&force=true`
  const answer = await cluster.request('PATCH', path, object, { contentType: 'application/apply-patch+yaml' })
  if (answer.status > 201) throw new Error(`${titleOf(which)} was refused: ${JSON.stringify(answer.body)}`)
  return answer.body as FluxObject
}

/** Asks for a reconciliation now, as `flux reconcile` does (fluxcd/pkg apis/meta). */
export async function requestReconcile(cluster: Cluster, which: FluxName, at: string): Promise<void> {
  const annotations = { 'reconcile.fluxcd.io/requestedAt': at }
  const { status, body } = await cluster.request('PATCH', pathOf(which), { metadata: { annotations } })
  if (status !== 200) throw new Error(`${titleOf(which)} cannot be annotated: ${JSON.stringify(body)}`)
}

/** The object's condition of a type, if it speaks of the present spec. */
export function conditionOf(object: FluxObject, type: string): Condition | undefined {
  const found = object.status?.conditions?.find((condition) => condition.type === type)
  const isCurrent = (found?.observedGeneration ?? object.metadata.generation) === object.metadata.generation
  return isCurrent ? found : undefined
}

/**
 * True when Flux has worked through the present spec and is content. Conditions are written first and the rest of
 * the status (artifact, history, generation) by a second request, so Ready alone says too little.
 * Source: fluxcd/pkg runtime/patch/patch.go.
 */
export function isReady(object: FluxObject): boolean {
  const isWritten = object.status?.observedGeneration === object.metadata.generation
  const isBusy = conditionOf(object, 'Reconciling')?.status === 'True'
  return isWritten && !isBusy && conditionOf(object, 'Ready')?.status === 'True'
}

/**
 * True when Flux has answered this request for a reconciliation. An object's first pass only adds a finalizer and
 * yet counts the request as handled, so that Ready must have been decided as well.
 */
export function hasAnswered(object: FluxObject, requestedAt: string): boolean {
  const isHandled = object.status?.lastHandledReconcileAt === requestedAt
  return isHandled && (isReady(object) || conditionOf(object, 'Ready')?.status === 'False')
}

/** One line a condition, for messages. */
export function describeConditions(object: FluxObject | undefined): string {
  const conditions = object?.status?.conditions ?? []
  if (conditions.length === 0) return object === undefined ? '  it does not exist' : '  it has no conditions'
  return conditions
    .map(({ type, status, reason, message }) => `  ${type}=${status} ${reason}: ${message}`)
    .join('\n')
}
