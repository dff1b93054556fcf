import { GitOpsError } from '../errors.js'
import type { TreeEntry } from './repository.js'

const ENTRY = /^(\d+) [a-z]+ ([0-9a-f]+) +(\S+)\t([^]*)$/

/** The code points that macOS ignores in file names, so that `.g<U+200C>it` is `.git` there (git, utf8.c). */
const IGNORED_ON_MACOS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/**
 * Reads the output of `git ls-tree -r -z -l`. Newlines, quotes and the like are legal in names and kept: who
 * prints a path escapes it.
 * Throws PATH_ESCAPES for the whole tree if one entry could leave a folder it is written to, or stands for two
 * things at once: leaving that entry out would answer for a tree that Flux never built.
 */
export function parseTree(listing: Uint8Array): readonly TreeEntry[] {
  const records = Buffer.from(listing).toString('utf8').split('\0').slice(0, -1)
  const entries = records.map(parseEntry)
  checkPaths(entries)
  return entries
}

function parseEntry(record: string): TreeEntry {
  const [, mode = '', id, size = '', path] = ENTRY.exec(record) ?? []
  if (id === undefined || path === undefined)
    throw new GitOpsError('GIT_FAILED', { what: 'git ls-tree printed a line that is not a tree entry' })
  // "-" for a submodule and where sizes were not asked for, "BAD" for an object that is damaged.
  return { path, mode: canonicalMode(mode), id, size: /^\d+$/.test(size) ? Number(size) : undefined }
}

/** Old repositories hold modes like 100664; git itself reads them this way (git, cache.h: canon_mode). */
function canonicalMode(octal: string): TreeEntry['mode'] {
  const mode = Number.parseInt(octal, 8)
  switch (mode & 0o170000) {
    case 0o100000:
      return (mode & 0o100) === 0 ? '100644' : '100755'
    case 0o120000:
      return '120000'
    default:
      return '160000'
  }
}

function checkPaths(entries: readonly TreeEntry[]): void {
  const paths = new Set<string>()
  for (const { path } of entries) {
    const reason = paths.has(path) ? 'it stands in the tree twice' : escapes(path)
    if (reason !== undefined) throw pathEscapes(path, reason)
    paths.add(path)
  }
  for (const path of paths) {
    const file = ancestors(path).find((folder) => paths.has(folder))
    if (file !== undefined) throw pathEscapes(path, `${JSON.stringify(file)} is a file and a folder`)
  }
}

function escapes(path: string): string | undefined {
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it leaves its folder'
  const isGit = (part: string): boolean => /^(?:\.git|git~1)$/i.test(part.replace(IGNORED_ON_MACOS, ''))
  return parts.some(isGit) ? "it would overwrite git's own files" : undefined
}

function ancestors(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))
}

function pathEscapes(path: string, why: string): GitOpsError {
  return new GitOpsError('PATH_ESCAPES', { what: `the tree holds the path ${JSON.stringify(path)}`, why })
}
