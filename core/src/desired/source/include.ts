import { GitOpsError } from '../../errors.js'
import type { Artifact } from './artifact.js'
import { normalizePath } from '../kustomization.js'
import { graft, joinRepository, type Layout, parentsOf } from './layout.js'

/** The artifact of another GitRepository, and where its files are put. */
export interface IncludedArtifact {
  readonly artifact: Artifact
  readonly fromPath: string
  readonly toPath: string
}

/**
 * Puts included artifacts into a layout, one after another, as source-controller moves them: a folder never
 * goes where anything is already, a file replaces a file.
 * Source: source-controller reconcileInclude; fluxcd/pkg artifact/storage CopyToPath (one rename).
 * @throws GitOpsError SOURCE_UNSUPPORTED where Flux could not pack it, or a symbolic link is in the way
 */
export function placeIncludes(layout: Layout, includes: readonly IncludedArtifact[]): Layout {
  return includes.reduce(placeOne, layout)
}

function placeOne(layout: Layout, include: IncludedArtifact): Layout {
  const { artifact } = include
  const from = normalizePath(include.fromPath)
  const to = normalizePath(include.toPath)
  const file = artifact.files.get(from)
  if (file === undefined && !artifact.folders.has(from))
    throw unplaced(include, `cannot stat ${include.fromPath}: no such file or directory`)
  const taken = conflict(layout, to, file === undefined)
  if (taken !== undefined) throw unplaced(include, taken)
  if (file === undefined) return graft(layout, to, partOf(artifact, from))
  return {
    entries: [...layout.entries.filter((entry) => entry.path !== to), { ...file, path: to }],
    folders: new Set([...layout.folders, ...parentsOf([to])]),
    repository: joinRepository(layout.repository, new Map([[file.id, artifact.repository]])),
  }
}

function partOf(artifact: Artifact, folder: string): Layout {
  const start = folder === '' ? 0 : folder.length + 1
  const isBelow = (path: string): boolean => path !== '' && (folder === '' || path.startsWith(`${folder}/`))
  return {
    entries: [...artifact.files.values()]
      .filter((entry) => isBelow(entry.path))
      .map((entry) => ({ ...entry, path: entry.path.slice(start) })),
    folders: new Set([...artifact.folders].filter(isBelow).map((path) => path.slice(start))),
    repository: artifact.repository,
  }
}

/** Why nothing can be moved there. */
function conflict(layout: Layout, to: string, isFolder: boolean): string | undefined {
  if (to === '' || layout.folders.has(to)) return 'a folder is there already'
  const inWay = new Set([...parentsOf([to]), to])
  const blocking = layout.entries.filter((entry) => inWay.has(entry.path))
  if (blocking.some((entry) => entry.mode === '120000')) return 'a symbolic link is in the way'
  const isReplaced = !isFolder && blocking.every((entry) => entry.path === to)
  return blocking.length === 0 || isReplaced ? undefined : 'a file is in the way'
}

function unplaced({ fromPath, toPath }: IncludedArtifact, why: string): GitOpsError {
  const from = fromPath === '' ? 'its root' : fromPath
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `an included GitRepository cannot be put from ${from} to ${toPath}`,
    why,
  })
}
