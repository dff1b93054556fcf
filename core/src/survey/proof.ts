import { createHash } from 'node:crypto'
import { unknownFieldsNote } from '../desired/spec.js'
import type { ProofRecord } from '../drift/report.js'
import type { Plan } from './plan.js'

/**
 * Is our build byte for byte what Flux built? Flux keeps the SHA-256 of what it built in `status.history`
 * (kustomize-controller 1.7 and later). Answers undefined where it kept none for this revision.
 */
export function proofOf(plan: Plan): ProofRecord | undefined {
  const { baseline, build, kustomization } = plan
  if (baseline.kind === 'never' || build?.ok !== true) return undefined
  const digests = kustomization.status.history
    .filter((entry) => entry.revision === baseline.revision && entry.digest !== '')
    .map((entry) => entry.digest)
  const approximate = approximateBecause(plan)
  if (digests.length === 0)
    return approximate === undefined ? undefined : { status: 'approximate', why: approximate }
  const ours = `sha256:${createHash('sha256').update(build.build.text).digest('hex')}`
  if (digests.includes(ours)) return { status: 'proved', digest: ours }
  if (approximate !== undefined) return { status: 'approximate', why: approximate }
  return { status: 'mismatch', why: `this build has ${ours}, Flux built ${digests.join(' or ')}` }
}

/** Why a build may not be what Flux built, though nothing failed. */
function approximateBecause({ build, source }: Plan): string | undefined {
  const reasons = [
    build?.ok === true ? build.build.approximate : undefined,
    unknownFieldsNote(source?.unknownFields.map((field) => `${source.reference.kind} ${field}`) ?? []),
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? undefined : reasons.join('; ')
}
