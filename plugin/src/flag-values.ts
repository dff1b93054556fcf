import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { parseDuration } from '@kubectl-gitops/core/drift/canonical.js'

/** `PATH` or `URL=PATH`; a URL has `://` or a colon before the equals sign, and no path starts so. */
export function readRepoFlag(value: string): { readonly url?: string; readonly path: string } {
  const match = /^([^=]*(?:\/\/|[^/=]:)[^=]*)=(.+)$/.exec(value)
  if (match?.[1] !== undefined && match[2] !== undefined) return { url: match[1], path: match[2] }
  return { path: value }
}

/** Milliseconds of kubectl's duration flags: `30s`, `2m`, a bare number is seconds, 0 is none. */
export function readTimeout(value: string): number {
  const nanoseconds = /^\d+$/.test(value) ? Number(value) * 1e9 : parseDuration(value)
  if (nanoseconds === undefined || nanoseconds < 0) {
    throw new GitOpsError('USAGE', {
      what: `--request-timeout ${value} is not a duration`,
      tryThis: 'write it like 30s, 2m or 1m30s; 0 means no limit',
    })
  }
  return Math.round(nanoseconds / 1e6)
}
