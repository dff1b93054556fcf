/** Somebody who writes or lands commits: roles only, the demo invents no people. */
export interface Role {
  readonly name: string
  readonly email: string
}

export const PLATFORM_TEAM: Role = { name: 'Platform Team', email: 'platform@example.com' }
export const APP_TEAM: Role = { name: 'App Team', email: 'apps@example.com' }
export const SECURITY_TEAM: Role = { name: 'Security Team', email: 'security@example.com' }
export const RELEASE_BOT: Role = { name: 'Release Bot', email: 'release-bot@example.com' }

interface Recorded {
  /** Names the step within its history, in order: `05-flagger`. */
  readonly slug: string
  readonly author: Role
  /** Who put it on the branch; the author unless said. */
  readonly committer?: Role
  /** Author and committer date, RFC 3339 in UTC. */
  readonly date: string
}

/** One place in a file to replace; `from` occurs exactly once in it. */
export interface Edit {
  readonly path: string
  readonly from: string
  readonly to: string
}

/** Changes on a branch, made in this order: moves, removes, files, edits. */
export interface Commit extends Recorded {
  readonly kind: 'commit'
  readonly message: string
  /** `main` unless said; a branch not seen before starts at main. */
  readonly branch?: string
  /** Whether the folder named by the slug holds files to copy in. */
  readonly files?: true
  readonly moves?: readonly { readonly from: string; readonly to: string }[]
  readonly removes?: readonly string[]
  readonly edits?: readonly Edit[]
}

/** A merge of a branch into main, never fast-forward. */
export interface Merge extends Recorded {
  readonly kind: 'merge'
  readonly message: string
  readonly branch: string
}

/** Takes one earlier commit back on main; git's wording for the message, then the reason. */
export interface Revert extends Recorded {
  readonly kind: 'revert'
  readonly reverts: string
  readonly reason: string
}

export type Step = Commit | Merge | Revert
