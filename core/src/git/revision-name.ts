import { GitOpsError } from '../errors.js'
import { parseRevision } from '../revision.js'

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const LONGEST = 255

/** Why a text cannot be a revision, by what it contains; git-check-ref-format(1) and gitrevisions(7). */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'it is empty'],
  [/^-/, 'it begins with a dash, like an option'],
  [/^\^/, 'it begins with ^, which excludes a commit'],
  [/\p{Cc}/u, 'it contains a control character'],
  [/\.\./, 'it contains "..", which names a range or another folder'],
  [/[\s:?*[\\]/, 'it contains a character that no revision of a commit has'],
  [/\{\//, 'it is a search, which names no fixed commit'],
]

/** True for a whole object id, SHA-1 or SHA-256. */
export function isFullId(text: string): boolean {
  return FULL_ID.test(text)
}

/**
 * The part of a revision that git may see: the hash of a Flux revision (`main@sha1:<40 hex>`), else the text
 * itself. Throws REVISION_INVALID before git sees what could be an option, a range, a path or a search.
 */
export function revisionName(revision: string): string {
  const name = parseRevision(revision)?.hash ?? revision
  const reason =
    name.length > LONGEST
      ? `it is longer than ${LONGEST} characters`
      : FORBIDDEN.find(([pattern]) => pattern.test(name))?.[1]
  if (reason === undefined) return name
  throw invalid(revision, reason)
}

/** Throws REVISION_INVALID for anything but a whole object id: what resolve() answers. */
export function fullId(id: string): string {
  if (isFullId(id)) return id
  throw invalid(id, 'a whole commit id (40 or 64 hex digits) is needed here')
}

function invalid(revision: string, why: string): GitOpsError {
  return new GitOpsError('REVISION_INVALID', {
    what: `${JSON.stringify(revision.slice(0, LONGEST))} is not a revision`,
    why,
    tryThis: 'a commit id, a branch or a tag',
  })
}
