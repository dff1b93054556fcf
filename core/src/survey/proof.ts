import { unknownFieldsNote } from '../desired/spec.js'
import type { ProofRecord } from '../drift/report.js'
import { recordedDigests } from './claim.js'
import type { Plan } from './plan.js'
import { digestOf } from './rendering.js'

/**
 * Is our build byte for byte what Flux built? Flux keeps the SHA-256 of what it built in `status.history`
 * (kustomize-controller 1.7 and later). Answers undefined where it kept none for this revision, unless the
 * build is an approximation for a reason of its own.
 */
export function proofOf(plan: Plan): ProofRecord | undefined {
  const { baseline, build, kustomization } = plan
  if (baseline.kind === 'never' || build?.ok !== true) return undefined
  const digests = recordedDigests(kustomization, baseline.revision)
  const approximate = approximateBecause(plan)
  const ours = digestOf(build.build)
  if (digests.includes(ours)) return { status: 'proved', digest: ours }
  if (approximate !== undefined) return { status: 'approximate', why: approximate }
  if (digests.length === 0) return undefined
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
