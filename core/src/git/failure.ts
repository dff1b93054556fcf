import { type ErrorCode, GitOpsError } from '../errors.js'

/** A word as a POSIX shell reads it back, for commands that a person is told to run. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The stable codes of this folder's errors, so that a caller can tell "absent" from "broken". */
export function hasCode(thrown: unknown, ...codes: readonly ErrorCode[]): thrown is GitOpsError {
  return thrown instanceof GitOpsError && codes.includes(thrown.code)
}

/** git ended with an exit code that no rule expects. */
export function gitFailed(what: string, words: string): GitOpsError {
  return new GitOpsError('GIT_FAILED', { what, why: words })
}

/** No clone or fetch: `words` are git's own, `url` is free of credentials. */
export function unreachable(url: string, words: string): GitOpsError {
  return new GitOpsError('REPOSITORY_UNREACHABLE', {
    what: `the repository ${url} cannot be read`,
    why: words,
    tryThis: `git ls-remote ${shellWord(url)}, or name a clone of it with --repo PATH`,
  })
}

export interface Absence {
  readonly revision: string
  /** Where it was looked for: a folder or a URL. */
  readonly place: string
  readonly words: string
  readonly tryThis?: string
}

/** The commit (or object) is not in this repository. */
export function revisionNotFound({ revision, place, words, tryThis }: Absence): GitOpsError {
  return new GitOpsError('REVISION_NOT_FOUND', {
    what: `${revision} is not in ${place}`,
    why: words,
    tryThis,
  })
}
