import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The cache folder by the XDG rules; everything in it can be deleted at any time. Undefined where neither
 * XDG_CACHE_HOME nor the home folder is an absolute path.
 */
export function cacheFolder(env: Environment): string | undefined {
  const xdg = env.XDG_CACHE_HOME ?? ''
  if (isAbsolute(xdg)) return join(xdg, 'kubectl-gitops')
  const home = homedir()
  return isAbsolute(home) ? join(home, '.cache', 'kubectl-gitops') : undefined
}

/** The cache folder if it can be written, else an empty one that is gone when the process ends; then `note` says so. */
export function openCache(env: Environment): { readonly folder: string; readonly note?: string } {
  const folder = cacheFolder(env)
  const hindrance = folder === undefined ? 'there is no home folder' : whyUnwritable(folder)
  if (folder !== undefined && hindrance === undefined) return { folder }
  const temporary = mkdtempSync(join(tmpdir(), 'kubectl-gitops-cache-'))
  process.once('exit', () => {
    rmSync(temporary, { recursive: true, force: true })
  })
  const where = folder === undefined ? 'no cache' : `no cache in ${folder}`
  return { folder: temporary, note: `${where} (${hindrance ?? ''}): nothing is kept for the next run` }
}

function whyUnwritable(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'it cannot be written'
  }
}
