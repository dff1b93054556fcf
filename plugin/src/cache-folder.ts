import { homedir } from 'node:os'
import { join } from 'node:path'

/** The cache folder by the XDG rules; everything in it can be deleted at any time. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_CACHE_HOME']
  return join(base?.startsWith('/') === true ? base : join(homedir(), '.cache'), 'kubectl-gitops')
}
