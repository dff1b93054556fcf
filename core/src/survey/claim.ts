import type { Artifact } from '../desired/source/artifact.js'
import type { Build } from '../desired/build.js'
import type { Kustomization } from '../desired/kustomization.js'
import { referenceKey, type Source } from '../desired/source/source.js'
import { GitOpsError } from '../errors.js'
import { digestOf } from './rendering.js'

/** The digests that Flux recorded for a revision; none where it keeps none. */
export function recordedDigests({ status }: Kustomization, revision: string): readonly string[] {
  return status.history.flatMap((entry) =>
    entry.revision === revision && entry.digest !== '' ? [entry.digest] : [],
  )
}

/**
 * Holds what an artifact claims of itself against Flux's digest. The same digest proves claim and build at once.
 * Another one says that the claim is wrong, not that the build is: the files that Flux had are then not known, and
 * nothing may be compared with these. Without a digest the build stays an approximation, and says why.
 * @throws GitOpsError SOURCE_UNSUPPORTED where the digest is another
 */
export function settleClaim(
  build: Build,
  { claim, commit }: Artifact,
  kustomization: Kustomization,
  revision: string,
): Build {
  if (claim === undefined) return build
  const theirs = recordedDigests(kustomization, revision)
  const ours = digestOf(build)
  if (theirs.includes(ours)) return build
  const reasons = [claim, ...(build.approximate === undefined ? [] : [build.approximate])]
  if (theirs.length === 0) return { ...build, approximate: reasons.join('; ') }
  throw new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `commit ${commit.slice(0, 12)} does not give what Flux built from ${referenceKey(kustomization.source)}`,
    why: `${reasons.join('; ')}; this build has ${ours}, Flux built ${theirs.join(' or ')}`,
  })
}

/**
 * A build that fails with files that are only claimed to be Flux's says nothing of Flux's own: the path may be
 * absent because a part of the repository was pushed.
 */
export function doubt(thrown: unknown, { claim, commit }: Artifact, source: Source): unknown {
  if (claim === undefined || !(thrown instanceof GitOpsError)) return thrown
  const isAbsent = thrown.code === 'PATH_NOT_FOUND'
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `commit ${commit.slice(0, 12)} cannot be built as ${referenceKey(source.reference)}`,
    why: [
      claim,
      `${thrown.message}${thrown.why === undefined ? '' : `: ${thrown.why}`}`,
      ...(isAbsent
        ? ['the artifact may hold one folder of the repository alone, and does not say which']
        : []),
    ].join('; '),
    tryThis: thrown.tryThis,
    cause: thrown,
  })
}
