import { formatJson } from '../json.js'
import type { HelmReleaseRecord, KustomizationRecord, ObjectRecord, Verdict } from './report.js'

/** What a watch tells after its first report: one object or Kustomization that is not as it was. */
export interface DriftEvent {
  readonly apiVersion: 'kubectl-gitops/v1'
  readonly kind: 'DriftEvent'
  readonly time: string
  /** Absent for what was not there before. */
  readonly previous?: Verdict
  /** It is Flux's no more, or its Kustomization is gone; the record is the last one. */
  readonly gone?: true
  readonly object?: ObjectRecord
  readonly kustomization?: KustomizationRecord
  readonly helmRelease?: HelmReleaseRecord
}

/** Is this still what was told before? Times and actors alone are no news. */
export function isSameObject(one: ObjectRecord, other: ObjectRecord): boolean {
  return digestOfObject(one) === digestOfObject(other)
}

const digestOfObject = ({ verdict, reason, fields = [] }: ObjectRecord): string =>
  formatJson([verdict, reason, fields.map(({ field, op, git, live }) => [field, op, git, live])])

/** The same of a Kustomization or HelmRelease. */
export function isSameOwner(one: OwnerRecord, other: OwnerRecord): boolean {
  return digestOfOwner(one) === digestOfOwner(other)
}

/** What applies objects. */
export type OwnerRecord = KustomizationRecord | HelmReleaseRecord

function digestOfOwner(record: OwnerRecord): string {
  const { verdict, reason, suspended } = record
  const revisions = 'path' in record ? [record.revision, record.nextRevision] : []
  return formatJson([verdict, reason, suspended, ...revisions])
}
