import type { Kustomization } from '../desired/kustomization.js'
import { commitOf } from '../desired/source/origin-revision.js'
import type { Source } from '../desired/source/source.js'
import type { Commit } from '../git/repository.js'
import type { Builder } from './builder.js'

/** How many commits are built at most before the search is given up. */
const SEARCH_LIMIT = 48

/**
 * Finds the commit that made a build fail: it fails, and none of the commits before it that touch the same
 * folder does. Answers undefined where that cannot be said (too far back, history cut off).
 */
export async function findBreakingCommit(
  builder: Builder,
  kustomization: Kustomization,
  source: Source,
  revision: string,
): Promise<Commit | undefined> {
  const repository = await builder.repository(source, revision)
  const paths = kustomization.path === '' ? [] : [kustomization.path]
  const commits = await repository.log(commitOf(revision), { paths, max: SEARCH_LIMIT })
  const listed = new Map(commits.map((commit) => [commit.id, commit]))
  const fails = async (id: string): Promise<boolean> => {
    const result = await builder.build(kustomization, source, `sha1:${id}`)
    return !result.ok && result.error.code !== 'PATH_NOT_FOUND'
  }
  let at = commits[0]
  for (let steps = 0; at !== undefined && steps < SEARCH_LIMIT; steps++) {
    if (at.boundary === true) return undefined
    const failing = await firstFailing(at.parents, fails)
    if (failing === undefined) return (await fails(at.id)) ? at : undefined
    at = listed.get(failing)
  }
  return undefined
}

async function firstFailing(
  ids: readonly string[],
  fails: (id: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const id of ids) if (await fails(id)) return id
  return undefined
}
