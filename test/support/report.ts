import {
  summarize,
  type DriftReport,
  type FieldRecord,
  type HelmReleaseRecord,
  type KustomizationRecord,
  type ObjectRecord,
} from '@kubectl-gitops/core/drift/report.js'

/** The instant at which all reports of these builders are printed. */
export const NOW = new Date('2026-03-01T12:00:00Z')

/** Five minutes before NOW for 5, as the API writes times. */
export function minutesAgo(minutes: number): string {
  return new Date(NOW.getTime() - minutes * 60_000).toISOString().replace('.000Z', 'Z')
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** What was given over the defaults; a field given as undefined is left out. */
function over<T extends object>(defaults: T, given: Given<T>): T {
  const entries = Object.entries({ ...defaults, ...given }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as T
}

/** A Kustomization `flux-system/apps` in sync, reconciled four minutes ago, next in six. */
export function kustomization(given: Given<KustomizationRecord> = {}): KustomizationRecord {
  const defaults: KustomizationRecord = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'apps',
    verdict: 'in-sync',
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      namespace: 'flux-system',
      name: 'fleet',
    },
    path: 'apps',
    revision: 'main@sha1:3f1c9ad2b0c4d5e6f708192a3b4c5d6e7f809102',
    suspended: false,
    interval: '10m',
    lastReconciled: minutesAgo(4),
    nextReconcile: minutesAgo(-6),
    objects: 1,
  }
  return over(defaults, given)
}

/** A HelmRelease `flux-system/podinfo` in sync, installed three hours ago. */
export function helmRelease(given: Given<HelmReleaseRecord> = {}): HelmReleaseRecord {
  const defaults: HelmReleaseRecord = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    namespace: 'flux-system',
    name: 'podinfo',
    verdict: 'in-sync',
    chart: { name: 'podinfo', version: '6.5.0', appVersion: '6.5.0' },
    release: { namespace: 'apps', name: 'podinfo', version: 3, status: 'deployed' },
    suspended: false,
    interval: '10m',
    driftDetection: 'disabled',
    lastDeployed: minutesAgo(180),
    objects: 1,
  }
  return over(defaults, given)
}

/** A Deployment `apps/podinfo` in sync, of the Kustomization above. */
export function object(given: Given<ObjectRecord> = {}): ObjectRecord {
  const { apiVersion, kind, namespace, name } = kustomization()
  const defaults: ObjectRecord = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'apps',
    name: 'podinfo',
    owner: { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) },
    verdict: 'in-sync',
    confidence: 'proved',
  }
  return over(defaults, given)
}

/** `spec.replicas`, 3 in Git and 5 live, by kubectl-edit eleven minutes ago; Flux will put it back. */
export function field(given: Given<FieldRecord> = {}): FieldRecord {
  const defaults: FieldRecord = {
    path: '/spec/replicas',
    field: 'spec.replicas',
    op: 'changed',
    git: 3,
    live: 5,
    actor: { class: 'person', manager: 'kubectl-edit', operation: 'Update', time: minutesAgo(11) },
    willRevert: true,
    because: 'Git declares it',
  }
  return over(defaults, given)
}

/** A field that somebody added and Git lacks. */
export function added(name: string, live: unknown, given: Given<FieldRecord> = {}): FieldRecord {
  const path = `/${name.replaceAll('.', '/')}`
  return field({ path, field: name, op: 'added', git: undefined, live, ...given })
}

/** An object that drifted in these fields. */
export function drifted(fields: readonly FieldRecord[], given: Given<ObjectRecord> = {}): ObjectRecord {
  return object({ verdict: 'drifted', reason: 'modified', fields, ...given })
}

/** A report of these; the summary is counted. */
export function report(
  objects: readonly ObjectRecord[],
  kustomizations: readonly KustomizationRecord[] = [kustomization({ objects: objects.length })],
  given: Given<DriftReport> = {},
): DriftReport {
  const defaults: DriftReport = {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'DriftReport',
    takenAt: NOW.toISOString(),
    cluster: { context: 'test', server: 'https://127.0.0.1:6443' },
    scope: {},
    summary: summarize([...kustomizations, ...(given.helmReleases ?? [])], objects),
    kustomizations,
    helmReleases: [],
    objects,
    notes: [],
  }
  return over(defaults, given)
}

/** Something drifted and something missing among what is in sync. */
export const MIXED = report(
  [
    drifted([field()]),
    object({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'podinfo-env',
      verdict: 'missing',
      reason: 'deleted',
      message: 'Flux will create it again',
    }),
    object({ apiVersion: 'v1', kind: 'Service' }),
    object({ apiVersion: 'v1', kind: 'Namespace', name: 'apps', namespace: undefined }),
  ],
  [kustomization({ objects: 4 }), kustomization({ name: 'infrastructure', objects: 0 })],
)
