/** A Flux revision: a named pointer and the hash it stood for (Flux RFC-0005). */
export interface Revision {
  /** `main`, `v1.0.1`, `refs/pull/420/head`; absent where the revision names the hash alone. */
  readonly pointer?: string
  readonly algorithm: 'sha1' | 'sha256'
  readonly hash: string
}

const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const LENGTH = { sha1: 40, sha256: 64 } as const

/**
 * Reads `main@sha1:<40 hex>`, `sha1:<40 hex>`, `latest@sha256:<64 hex>` and the legacy `main/<hash>`.
 * Answers undefined for anything else (a chart version, for one).
 * Source: Flux RFC-0005, fluxcd/pkg git/utils.go.
 */
export function parseRevision(text: string): Revision | undefined {
  const colon = text.lastIndexOf(':')
  return colon >= 0 ? parseCanonical(text, colon) : parseLegacy(text)
}

function parseCanonical(text: string, colon: number): Revision | undefined {
  const at = text.lastIndexOf('@')
  const algorithm = text.slice(at + 1, colon)
  const hash = text.slice(colon + 1)
  if (algorithm !== 'sha1' && algorithm !== 'sha256') return undefined
  if (!HASH.test(hash) || hash.length !== LENGTH[algorithm]) return undefined
  return at > 0 ? { pointer: text.slice(0, at), algorithm, hash } : { algorithm, hash }
}

function parseLegacy(text: string): Revision | undefined {
  const slash = text.lastIndexOf('/')
  const hash = text.slice(slash + 1)
  if (!HASH.test(hash)) return undefined
  const algorithm = hash.length === 40 ? 'sha1' : 'sha256'
  const pointer = text.slice(0, Math.max(slash, 0))
  return pointer === '' || pointer === 'HEAD' ? { algorithm, hash } : { pointer, algorithm, hash }
}

/** Prints a revision in its canonical form. */
export function formatRevision(revision: Revision): string {
  const hash = `${revision.algorithm}:${revision.hash}`
  return revision.pointer === undefined ? hash : `${revision.pointer}@${hash}`
}

/** Prints a revision for people: `main@sha1:3f1c9ad2`. */
export function shortRevision(text: string): string {
  const revision = parseRevision(text)
  return revision === undefined ? text : formatRevision({ ...revision, hash: revision.hash.slice(0, 8) })
}
