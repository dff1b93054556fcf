/**
 * Does kustomize fetch this path from the network as a file? It asks that before it looks for a local file.
 * Source: kustomize api/internal/loader/fileloader.go IsRemoteFile.
 */
export function isRemoteFile(path: string): boolean {
  return /^https?:/i.test(path)
}

/**
 * Does kustomize clone this path as a Git repository? It asks that before it looks for a local folder.
 * Source: kustomize api/internal/git/repospec.go NewRepoSpecFromURL, step for step.
 */
export function isRemoteBase(path: string): boolean {
  if (path.startsWith('/')) return false
  const [location = ''] = path.split('?', 1)
  const host = readHost(location.replace(/^git::/i, ''))
  return host !== undefined && hasRepository(host.rest, host.takesAll)
}

interface Host {
  /** What stands behind the host. */
  readonly rest: string
  /** A `file://` URL names no host: all of it is the repository. */
  readonly takesAll: boolean
}

function readHost(text: string): Host | undefined {
  const scheme = /^(?:ssh|https|http|file):\/\//i.exec(text)?.[0] ?? ''
  const location = text.slice(scheme.length)
  if (scheme.toLowerCase() === 'file://') return { rest: location, takesAll: true }
  const [user = ''] = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(location) ?? []
  const address = location.slice(user.length)
  const isScp = scheme === '' && (user !== '' || /^github\.com[/:]/i.test(address))
  return scheme === '' && !isScp ? undefined : splitHost(address, isScp)
}

function splitHost(address: string, isScp: boolean): Host | undefined {
  const end = separator(address, isScp)
  if (address === '') return undefined
  return { rest: end < 0 ? '' : address.slice(end + 1), takesAll: false }
}

function separator(address: string, isScp: boolean): number {
  const slash = address.indexOf('/')
  const colon = address.indexOf(':')
  return isScp && (slash < 0 || (colon > 0 && colon < slash)) ? colon : slash
}

function hasRepository(rest: string, takesAll: boolean): boolean {
  const { repository, folder } = splitRepository(rest, takesAll)
  return repository !== '' && !leaves(folder)
}

function splitRepository(rest: string, takesAll: boolean): { repository: string; folder: string } {
  const azure = rest.indexOf('_git/')
  if (azure >= 0) {
    const [name = '', ...below] = rest.slice(azure + 5).split('/')
    return { repository: rest.slice(0, azure + 5) + name, folder: below.join('/') }
  }
  const double = rest.indexOf('//')
  if (double >= 0) return { repository: rest.slice(0, double), folder: rest.slice(double + 2) }
  const suffix = rest.indexOf('.git')
  if (suffix >= 0) return { repository: rest.slice(0, suffix + 4), folder: rest.slice(suffix + 4) }
  if (takesAll) return { repository: rest, folder: '' }
  const segments = rest.split('/')
  if (segments.length < 2) return { repository: '', folder: '' }
  return { repository: segments.slice(0, 2).join('/'), folder: segments.slice(2).join('/') }
}

/** Does a path, read segment by segment, climb above where it starts? */
function leaves(path: string): boolean {
  let depth = 0
  for (const segment of path.split('/')) {
    if (segment === '..') depth--
    else if (segment !== '' && segment !== '.') depth++
    if (depth < 0) return true
  }
  return false
}
