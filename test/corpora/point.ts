/** Runs git where a repository is; answers what it printed. */
export type Git = (...args: readonly string[]) => Promise<string>

/** One commit at which everything is built. */
export interface Point {
  /** 40 hex, in the repository that is read. */
  readonly commit: string
  /** What it is called on the page: the short id, or that of the upstream. */
  readonly label: string
  /** Of the commit, `2023-05-24`. */
  readonly date: string
}

/** The newest commit and others before it, spread evenly over the first-parent history; the oldest comes first. */
export async function spreadPoints(git: Git, count: number): Promise<readonly Point[]> {
  const log = await git('log', '--first-parent', '--reverse', '--format=%H %h %cs', '--abbrev=7', 'main')
  const all = log.split('\n').map((line) => {
    const [commit = '', label = '', date = ''] = line.split(' ')
    return { commit, label, date }
  })
  const chosen = Array.from({ length: count }, (_, i) => all[Math.round(((i + 1) * all.length) / count) - 1])
  return [...new Set(chosen.filter((point) => point !== undefined))]
}

/** Where Flux is bootstrapped: `clusters/NAME`; in a commit without clusters, each folder that holds manifests. */
export async function entryPaths(git: Git, commit: string): Promise<readonly string[]> {
  const paths = (await git('ls-tree', '-r', '--name-only', commit)).split('\n')
  const clusters = paths.flatMap((path) => /^clusters\/[^/]+(?=\/)/.exec(path)?.[0] ?? [])
  return unique(clusters.length > 0 ? clusters : manifestFolders(paths))
}

/** The folders that hold manifests themselves, in the order of their names. */
export function manifestFolders(paths: readonly string[]): readonly string[] {
  return unique(paths.flatMap((path) => /^(.+)\/[^/]+\.ya?ml$/i.exec(path)?.[1] ?? []))
}

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)].sort()
