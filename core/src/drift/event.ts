import { formatJson } from '../json.js'
import type { KustomizationRecord, ObjectRecord, Verdict } from './report.js'

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
}

/** Is this still what was told before? Times and actors alone are no news. */
export function isSameObject(one: ObjectRecord, other: ObjectRecord): boolean {
  return digestOfObject(one) === digestOfObject(other)
}

const digestOfObject = ({ verdict, reason, fields = [] }: ObjectRecord): string =>
  formatJson([verdict, reason, fields.map(({ field, op, git, live }) => [field, op, git, live])])

/** The same of a Kustomization. */
export function isSameKustomization(one: KustomizationRecord, other: KustomizationRecord): boolean {
  return digestOfKustomization(one) === digestOfKustomization(other)
}

const digestOfKustomization = (record: KustomizationRecord): string =>
  JSON.stringify([record.verdict, record.reason, record.revision, record.nextRevision, record.suspended])
