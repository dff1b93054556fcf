import { unknownFields } from '../desired/spec.js'
import type { KustomizationRecord } from '../drift/report.js'
import type { Commit } from '../git/repository.js'
import { nextReconcileOf } from './next-reconcile.js'
import type { Plan } from './plan.js'
import { findingOf, nextRevision } from './kustomization-finding.js'
import { proofOf } from './proof.js'

/** Says of a Kustomization what its objects cannot: waiting, failing, ahead, suspended, unreadable. */
export function kustomizationRecord(plan: Plan, objects: number): KustomizationRecord {
  const { kustomization, baseline, broken } = plan
  const { source, path, suspended, interval } = kustomization
  const next = nextRevision(plan)
  const proof = proofOf(plan)
  const unknown = unknownFieldsOf(plan)
  return {
    apiVersion: kustomization.apiVersion,
    kind: 'Kustomization',
    namespace: kustomization.namespace,
    name: kustomization.name,
    ...findingOf(plan),
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: source.kind,
      namespace: source.namespace,
      name: source.name,
    },
    path: path === '' ? './' : path,
    ...(baseline.kind === 'never' ? {} : { revision: baseline.revision }),
    ...(next === undefined ? {} : { nextRevision: next }),
    suspended,
    ...(interval === undefined ? {} : { interval }),
    ...timesOf(plan),
    ...(broken?.by === undefined ? {} : { brokenBy: commitRecord(broken.by) }),
    ...(proof === undefined ? {} : { proof }),
    ...(unknown.length === 0 ? {} : { unknownFields: unknown }),
    objects,
  }
}

/** Fields that this product builds without, because it does not know them; those of the source are named so. */
export function unknownFieldsOf({ kustomization, source }: Plan): readonly string[] {
  const { apiVersion, spec } = kustomization
  const ofSource = source?.unknownFields.map((field) => `${source.reference.kind} ${field}`) ?? []
  return [...unknownFields('Kustomization', apiVersion, spec), ...ofSource]
}

function timesOf(plan: Plan): Pick<KustomizationRecord, 'lastReconciled' | 'nextReconcile'> {
  // What was applied then is another revision.
  if (plan.other !== undefined) return {}
  const lastReconciled = plan.kustomization.status.history[0]?.lastReconciled
  const nextReconcile = heldBecause(plan) === undefined ? nextReconcileOf(plan.kustomization) : undefined
  return {
    ...(lastReconciled === undefined ? {} : { lastReconciled }),
    ...(nextReconcile === undefined ? {} : { nextReconcile }),
  }
}

function commitRecord(commit: Commit): NonNullable<KustomizationRecord['brokenBy']> {
  return { id: commit.id, author: commit.author.name, time: commit.author.time, subject: commit.subject }
}

/** Why Flux will not put anything back for now; undefined when it will at its next reconcile. */
export function heldBecause(plan: Plan): string | undefined {
  const { kustomization, baseline, broken, other } = plan
  if (other !== undefined) return other.because
  if (kustomization.suspended)
    return `Kustomization ${kustomization.namespace}/${kustomization.name} is suspended`
  if (broken !== undefined) return 'the newest revision does not build, so Flux applies nothing'
  if (baseline.kind === 'mixed') return 'the newest apply failed'
  if (baseline.kind !== 'in-flight' && baseline.waiting !== undefined) return 'Flux waits for a dependency'
  return undefined
}
