import { isRecord, type KubernetesObject } from '../object.js'
import { readConditions, type Condition, type InventoryEntry } from './kustomization.js'

/** The labels by which helm-controller marks what a HelmRelease installed (internal/postrender, origin labels). */
export const HELM_OWNER_NAME = 'helm.toolkit.fluxcd.io/name'
export const HELM_OWNER_NAMESPACE = 'helm.toolkit.fluxcd.io/namespace'

/** A Flux HelmRelease, of whichever API version, read leniently; unreadable parts are absent. */
export interface HelmRelease {
  readonly apiVersion: string
  readonly namespace: string
  readonly name: string
  readonly generation: number | undefined
  readonly spec: Readonly<Record<string, unknown>>
  readonly targetNamespace: string
  /** Where Helm keeps its releases: by its status, else by its spec. */
  readonly storageNamespace: string
  readonly suspended: boolean
  /** As written, `10m0s`. */
  readonly interval: string | undefined
  /** True when its objects live on another cluster (`spec.kubeConfig`). */
  readonly remote: boolean
  readonly driftDetection: DriftDetectionMode
  readonly status: HelmReleaseStatus
}

/** What helm-controller does about drift; where nothing is said it does not look. */
export type DriftDetectionMode = 'enabled' | 'warn' | 'disabled'

export interface HelmReleaseStatus {
  readonly conditions: readonly Condition[]
  readonly observedGeneration: number | undefined
  /** Of the values that the newest attempt had. */
  readonly lastAttemptedConfigDigest: string | undefined
  /** Newest first. */
  readonly history: readonly Snapshot[]
  readonly inventory: readonly InventoryEntry[]
}

/** One release that Flux has made (`status.history`). */
export interface Snapshot {
  readonly name: string
  readonly namespace: string
  readonly version: number
  /** Helm's own word: `deployed`, `superseded`, `failed`, `pending-upgrade`, `uninstalled`; empty where not told. */
  readonly status: string
  readonly chartName: string | undefined
  readonly chartVersion: string | undefined
  readonly appVersion: string | undefined
  readonly configDigest: string | undefined
  readonly lastDeployed: string | undefined
}

/**
 * Reads a HelmRelease from a cluster.
 * Source: helm-controller api/v2 helmrelease_types.go, snapshot_types.go; v2beta1 keeps the number of the newest
 * release alone (`lastReleaseRevision`).
 */
export function readHelmRelease(object: KubernetesObject): HelmRelease {
  const spec = record(object.spec)
  const status = record(object.status)
  const namespace = object.metadata.namespace ?? 'default'
  const { name, generation } = object.metadata
  const targetNamespace = text(spec.targetNamespace) ?? namespace
  return {
    apiVersion: object.apiVersion,
    namespace,
    name,
    generation: typeof generation === 'number' ? generation : undefined,
    spec,
    targetNamespace,
    storageNamespace: text(status.storageNamespace) ?? text(spec.storageNamespace) ?? namespace,
    suspended: spec.suspend === true,
    interval: text(spec.interval),
    remote: spec.kubeConfig !== undefined && spec.kubeConfig !== null,
    driftDetection: modeOf(record(spec.driftDetection).mode),
    status: {
      conditions: readConditions(status.conditions),
      observedGeneration: number(status.observedGeneration),
      lastAttemptedConfigDigest: text(status.lastAttemptedConfigDigest),
      history: readHistory(status, { name: releaseName(spec, name), namespace: targetNamespace }),
      inventory: list(record(status.inventory).entries)
        .map(record)
        .map((entry) => ({ id: text(entry.id) ?? '', v: text(entry.v) ?? '' })),
    },
  }
}

const modeOf = (mode: unknown): DriftDetectionMode =>
  mode === 'enabled' || mode === 'warn' ? mode : 'disabled'

function readHistory(
  status: Fields,
  release: { readonly name: string; readonly namespace: string },
): readonly Snapshot[] {
  const snapshots = list(status.history)
    .map(record)
    .flatMap((entry) => readSnapshot(entry))
  if (snapshots.length > 0) return snapshots.sort((a, b) => b.version - a.version)
  const version = number(status.lastReleaseRevision)
  if (version === undefined || version < 1) return []
  const chartVersion = text(status.lastAppliedRevision)
  return [{ ...UNTOLD, ...release, version, status: '', chartVersion }]
}

const UNTOLD = {
  chartName: undefined,
  appVersion: undefined,
  configDigest: undefined,
  lastDeployed: undefined,
}

function readSnapshot(entry: Fields): readonly Snapshot[] {
  const version = number(entry.version)
  const name = text(entry.name)
  const namespace = text(entry.namespace)
  if (version === undefined || name === undefined || namespace === undefined) return []
  return [
    {
      name,
      namespace,
      version,
      status: text(entry.status) ?? '',
      chartName: text(entry.chartName),
      chartVersion: text(entry.chartVersion),
      appVersion: text(entry.appVersion),
      configDigest: text(entry.configDigest),
      lastDeployed: text(entry.lastDeployed),
    },
  ]
}

/** Source: helm-controller api/v2 GetReleaseName; a name beyond Helm's 53 characters had no v2beta1. */
function releaseName(spec: Fields, name: string): string {
  const target = text(spec.targetNamespace)
  return text(spec.releaseName) ?? (target === undefined ? name : `${target}-${name}`)
}

type Fields = Readonly<Record<string, unknown>>

const record = (value: unknown): Fields => (isRecord(value) ? value : {})
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
