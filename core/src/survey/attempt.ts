import { baselineOf } from '../desired/baseline.js'
import type { Build } from '../desired/build.js'
import { fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { resolveSourceRef } from '../desired/source/source-ref.js'
import type { Source } from '../desired/source/source.js'
import { refuseMalformed } from '../desired/spec.js'
import { asGitOpsError, GitOpsError } from '../errors.js'
import { formatRevision, parseRevision } from '../revision.js'
import { commitOf, type Builder } from './builder.js'
import { referenceKey, type FluxState } from './flux-state.js'
import { sourceProblem } from './plan.js'
import { proofOf } from './proof.js'
import type { RenderProof } from './rendering.js'

/** A Kustomization that was built at a revision, or why it was not. */
export type Attempt =
  | {
      readonly ok: true
      readonly source: Source
      /** The Flux revision that was built. */
      readonly revision: string
      readonly build: Build
      readonly proof: RenderProof
    }
  | { readonly ok: false; readonly error: GitOpsError }

export interface AttemptOptions {
  readonly state: FluxState
  readonly builder: Builder
  /** A commit, branch or tag; without one it is the revision that the live objects come from. */
  readonly choice?: string | undefined
}

/** Builds one Kustomization at its applied revision or at another one. Never throws. */
export async function attempt(kustomization: Kustomization, options: AttemptOptions): Promise<Attempt> {
  try {
    return await build(kustomization, options)
  } catch (error) {
    return { ok: false, error: asGitOpsError(error) }
  }
}

async function build(kustomization: Kustomization, options: AttemptOptions): Promise<Attempt> {
  const { state, builder, choice } = options
  refuseMalformed(kustomization)
  const source = state.sources.get(referenceKey(kustomization.source))
  const problem = sourceProblem(kustomization, state, source)
  if (problem !== undefined || source === undefined) throw problem ?? neverApplied(kustomization, undefined)
  const revision =
    choice === undefined
      ? appliedRevision(kustomization, source)
      : await resolveChoice(choice, kustomization, source, builder)
  const result = await builder.build(kustomization, source, revision)
  if (!result.ok) return result
  const baseline = { kind: 'applied', revision } as const
  const proof =
    proofOf({ kustomization, source, baseline, build: result }) ?? ({ status: 'no-digest' } as const)
  return { ok: true, source, revision, build: result.build, proof }
}

function appliedRevision(kustomization: Kustomization, source: Source): string {
  const baseline = baselineOf(kustomization)
  if (baseline.kind !== 'never') return baseline.revision
  throw neverApplied(kustomization, source.artifactRevision)
}

function neverApplied(kustomization: Kustomization, next: string | undefined): GitOpsError {
  return new GitOpsError('REVISION_NOT_FOUND', {
    what: `no revision of Kustomization/${fullName(kustomization)} was ever applied`,
    tryThis: `--revision ${next ?? 'REV'}`,
  })
}

/**
 * The Flux revision of a commit, branch or tag: the one in Flux's history, where it is there. `HEAD` is what a checkout
 * has checked out; in a mirror, where nobody has, it is what the source follows.
 * @throws GitOpsError REVISION_NOT_FOUND, REVISION_INVALID, SOURCE_UNSUPPORTED and what opening the repository throws
 */
export async function resolveChoice(
  choice: string,
  { status }: Kustomization,
  source: Source,
  builder: Builder,
): Promise<string> {
  const isHead = choice === 'HEAD'
  const repository = await builder.repository(source, isHead ? undefined : choice)
  const followed = isHead && repository.kind === 'mirror'
  const hash = followed
    ? commitOf(await resolveSourceRef(repository, source.ref))
    : await repository.resolve(choice)
  const known = [source.artifactRevision, ...status.history.map(({ revision }) => revision)]
  const flux = known.find((revision) => parseRevision(revision ?? '')?.hash === hash)
  return flux ?? revisionOf(hash)
}

/** The Flux revision of a commit of which nobody knows a branch. */
export const revisionOf = (hash: string): string =>
  formatRevision({ algorithm: hash.length === 40 ? 'sha1' : 'sha256', hash })
