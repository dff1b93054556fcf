import { posix } from 'node:path'
import { GitOpsError } from '../../errors.js'
import type { Repository, TreeEntry } from '../../git/repository.js'
import { graft, type Layout, layoutOf } from './layout.js'

/** Opens the repository of a submodule; it must hold the commit. */
export type OpenSubmodule = (url: string, commit: string) => Promise<Repository>

/** go-git's DefaultSubmoduleRecursionDepth. */
const DEEPEST = 10

/**
 * Puts the trees of submodules into a layout, theirs too (`spec.recurseSubmodules`). Their URLs are what the
 * repository's `.gitmodules` says, a relative one as seen from `url`: who opens them decides which may be read.
 * Source: go-git submodule.go, repository.go clone.
 * @throws GitOpsError SOURCE_UNSUPPORTED and what `open` and the repositories throw
 */
export async function placeSubmodules(
  layout: Layout,
  url: string,
  open: OpenSubmodule,
  depth: number = DEEPEST,
): Promise<Layout> {
  const pinned = layout.entries.filter((entry) => entry.mode === '160000')
  if (pinned.length === 0 || depth === 0) return layout
  const urls = await readUrls(layout)
  let whole = layout
  for (const entry of pinned) {
    const written = urls.get(entry.path)
    // go-git follows what .gitmodules names: a pinned commit that it does not name stays an empty folder.
    if (written === undefined) continue
    const found = absoluteUrl(written, url)
    const repository = await openOne(entry, found, open)
    const tree = layoutOf(await repository.tree(entry.id), repository)
    whole = graft(whole, entry.path, await placeSubmodules(tree, found, open, depth - 1))
  }
  return whole
}

async function openOne(entry: TreeEntry, url: string, open: OpenSubmodule): Promise<Repository> {
  try {
    return await open(url, entry.id)
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error
    throw new GitOpsError('SOURCE_UNSUPPORTED', {
      what: `the submodule ${JSON.stringify(entry.path)} at ${entry.id.slice(0, 12)} cannot be read`,
      why: error.why === undefined ? error.message : `${error.message}: ${error.why}`,
      tryThis: 'name a clone of it with --repo URL=PATH',
      cause: error,
    })
  }
}

/** The URLs in `.gitmodules`, by path. */
async function readUrls(layout: Layout): Promise<ReadonlyMap<string, string>> {
  const file = layout.entries.find(({ path, mode }) => path === '.gitmodules' && mode !== '120000')
  if (file === undefined) return new Map()
  const content = (await layout.repository.read([file.id])).get(file.id)
  return readGitmodules(new TextDecoder().decode(content))
}

const SECTION = /^\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]$/i
const SETTING = /^([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)$/

/**
 * The URL of each submodule by its path (git-config(1), Syntax). Continued lines and comments behind a value
 * are refused rather than misread.
 * @throws GitOpsError SOURCE_UNSUPPORTED
 */
export function readGitmodules(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue
    const name = SECTION.exec(line)?.[1]
    if (name === undefined) readSetting(line, current)
    else sections.set(name, (current = sections.get(name) ?? new Map<string, string>()))
  }
  return new Map(
    [...sections.values()].flatMap((section): readonly [string, string][] => {
      const [path, url] = [section.get('path'), section.get('url')]
      return path === undefined || url === undefined ? [] : [[path.replace(/\/+$/, ''), url]]
    }),
  )
}

function readSetting(line: string, section: Map<string, string> | undefined): void {
  const [, key, value = ''] = SETTING.exec(line) ?? []
  if (section === undefined || key === undefined) throw unreadable(line)
  section.set(key.toLowerCase(), plain(value))
}

function plain(value: string): string {
  const quoted = /^"([^"\\]*)"$/.exec(value)?.[1]
  if (quoted !== undefined) return quoted
  if (/["\\#;]/.test(value)) throw unreadable(value)
  return value
}

function unreadable(line: string): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: '.gitmodules cannot be read',
    why: `${JSON.stringify(line.slice(0, 80))} is not a plain setting`,
  })
}

/** git-submodule(1): a URL that begins with `./` or `../` is relative to the superproject's own. */
function absoluteUrl(url: string, base: string): string {
  if (!/^\.\.?(?:\/|$)/.test(url)) return url
  const [, start, path] = /^([a-z+]+:\/\/[^/]+)(\/.*)$/i.exec(base) ?? []
  if (start !== undefined && path !== undefined) return start + posix.join(path, url)
  return posix.join(base, url)
}
