import { GitOpsError } from '../../errors.js'
import { parseRevision } from '../../revision.js'
import type { Kustomization } from '../kustomization.js'
import type { Origin, Source } from './source.js'

/**
 * What an artifact said of its origin when a Kustomization had it: the history keeps the origin revision of each
 * reconcile, the status that of the newest apply, the source that of its newest artifact. Undefined where nobody
 * says it any more. The repository's URL is known of the newest artifact alone, and taken from there.
 * Source: kustomize-controller kustomization_controller.go (originRevision, lastAppliedOriginRevision).
 * @param revision the source's own revision, like `latest@sha256:<64 hex>`
 */
export function originOf({ status }: Kustomization, source: Source, revision: string): Origin | undefined {
  const recorded = status.history.find((entry) => entry.revision === revision)?.originRevision
  const applied = status.lastAppliedRevision === revision ? status.lastAppliedOriginRevision : undefined
  const newest = source.artifactRevision === revision ? source.origin?.revision : undefined
  const origin = recorded ?? applied ?? newest
  return origin === undefined ? undefined : { url: source.origin?.url, revision: origin }
}

/**
 * The commit of a Flux revision.
 * @throws GitOpsError REVISION_INVALID
 */
export function commitOf(revision: string): string {
  const parsed = parseRevision(revision)
  if (parsed === undefined) {
    throw new GitOpsError('REVISION_INVALID', { what: `${revision} is not a revision that names a commit` })
  }
  return parsed.hash
}
