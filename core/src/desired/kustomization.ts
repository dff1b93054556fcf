import { isRecord, type KubernetesObject } from '../object.js'

/** A Flux object by name; the namespace is always filled in. */
export interface FluxReference {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** A Flux Kustomization, of whichever API version, read leniently; unreadable parts are absent. */
export interface Kustomization {
  readonly apiVersion: string
  readonly namespace: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly source: FluxReference
  /** Relative to the artifact's root, without `./`; empty for the root itself. */
  readonly path: string
  readonly dependsOn: readonly FluxReference[]
  readonly suspended: boolean
  /** When somebody suspended it by hand, as field managers tell; undefined where Git says so, or nobody knows. */
  readonly suspendedSince: string | undefined
  readonly prune: boolean
  /** As written, `10m0s`. */
  readonly interval: string | undefined
  /** True when its objects live on another cluster (`spec.kubeConfig`). */
  readonly remote: boolean
  readonly status: KustomizationStatus
}

export interface KustomizationStatus {
  readonly conditions: readonly Condition[]
  readonly lastAppliedRevision: string | undefined
  readonly lastAttemptedRevision: string | undefined
  /** What the artifact of the applied revision says of its origin (kustomize-controller 1.5 and later). */
  readonly lastAppliedOriginRevision?: string
  readonly inventory: readonly InventoryEntry[]
  /** Newest first; kustomize-controller 1.7 and later. */
  readonly history: readonly HistoryEntry[]
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

export interface InventoryEntry {
  readonly id: string
  readonly v: string
}

export interface HistoryEntry {
  readonly digest: string
  readonly revision: string | undefined
  /** What the artifact said of its origin. */
  readonly originRevision?: string
  /** The Ready reason of that reconcile. */
  readonly status: string | undefined
  readonly lastReconciled: string | undefined
}

/** Is this object a Flux Kustomization (not kustomize's own kind of the same name)? */
export function isKustomization(object: KubernetesObject): boolean {
  return object.kind === 'Kustomization' && object.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')
}

/** Reads a Kustomization from a cluster or from Git, where it has no status. */
export function readKustomization(object: KubernetesObject): Kustomization {
  const spec = record(object.spec)
  const namespace = object.metadata.namespace ?? 'default'
  return {
    apiVersion: object.apiVersion,
    namespace,
    name: object.metadata.name,
    spec,
    source: reference(spec.sourceRef, namespace, 'GitRepository'),
    path: normalizePath(text(spec.path) ?? ''),
    dependsOn: list(spec.dependsOn).map((item) => reference(item, namespace, 'Kustomization')),
    suspended: spec.suspend === true,
    suspendedSince: spec.suspend === true ? suspendedSince(object) : undefined,
    prune: spec.prune === true,
    interval: text(spec.interval),
    remote: spec.kubeConfig !== undefined && spec.kubeConfig !== null,
    status: readStatus(record(object.status)),
  }
}

/** The time of an entry is that of its newest change: Flux's own entry changes with every apply. */
function suspendedSince({ metadata }: KubernetesObject): string | undefined {
  const owner = metadata.managedFields?.find(({ manager, fieldsV1 }) => {
    const owned = isRecord(fieldsV1) ? fieldsV1['f:spec'] : undefined
    return manager !== 'kustomize-controller' && isRecord(owned) && 'f:suspend' in owned
  })
  return owner?.time
}

function readStatus(status: Readonly<Record<string, unknown>>): KustomizationStatus {
  const lastAppliedOriginRevision = text(status.lastAppliedOriginRevision)
  return {
    ...(lastAppliedOriginRevision === undefined ? {} : { lastAppliedOriginRevision }),
    conditions: readConditions(status.conditions),
    lastAppliedRevision: text(status.lastAppliedRevision),
    lastAttemptedRevision: text(status.lastAttemptedRevision),
    inventory: list(record(status.inventory).entries)
      .map(record)
      .map((entry) => ({ id: text(entry.id) ?? '', v: text(entry.v) ?? '' })),
    history: list(status.history).map(record).map(readHistoryEntry),
  }
}

/** Reads `status.conditions` of any Flux object. */
export function readConditions(value: unknown): readonly Condition[] {
  return list(value)
    .map(record)
    .map((condition) => ({
      type: text(condition.type) ?? '',
      status: text(condition.status) ?? 'Unknown',
      reason: text(condition.reason) ?? '',
      message: text(condition.message) ?? '',
    }))
}

function readHistoryEntry(entry: Readonly<Record<string, unknown>>): HistoryEntry {
  const { revision, originRevision } = record(entry.metadata)
  const origin = text(originRevision)
  return {
    digest: text(entry.digest) ?? '',
    revision: text(revision),
    ...(origin === undefined ? {} : { originRevision: origin }),
    status: text(entry.lastReconciledStatus),
    lastReconciled: text(entry.lastReconciled),
  }
}

/** The condition `Ready`, which says how the newest reconcile ended. */
export function readyCondition(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find((condition) => condition.type === 'Ready')
}

function reference(value: unknown, namespace: string, kind: string): FluxReference {
  const item = record(value)
  return {
    kind: text(item.kind) ?? kind,
    namespace: text(item.namespace) ?? namespace,
    name: text(item.name) ?? '',
  }
}

/** `./apps/` and `/apps` both mean `apps`: Flux joins the path to the artifact's root (securejoin). */
export function normalizePath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(segment)
  }
  return segments.join('/')
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
