import { readEntryFile, readInputs } from '../desired/inputs.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Source } from '../desired/source/source.js'
import type { Repository } from '../git/repository.js'
import { formatRevision, parseRevision } from '../revision.js'
import { commitOf, type Builder } from './builder.js'
import type { AheadRecord, SourceRecord } from './status-report.js'

/** Commits that are counted at most. */
const MOST_COMMITS = 500

/** How far a source is ahead of what a Kustomization applied; undefined where it is not. Never throws. */
export async function aheadOf(
  kustomization: Kustomization,
  source: Source,
  applied: string,
  builder: Builder,
): Promise<AheadRecord | undefined> {
  const { artifactRevision: revision } = source
  if (revision === undefined || hashOf(revision) === hashOf(applied)) return undefined
  try {
    const repository = await builder.repository(source, revision)
    const [older, newer] = [commitOf(applied), commitOf(revision)]
    const counted = await count(repository, older, newer)
    if (counted === undefined) return { revision }
    const paths = await filesRead(kustomization, source, [applied, revision], builder)
    const touching =
      paths === undefined ? {} : { touching: await countTouching(repository, older, newer, paths) }
    return { revision, ...counted, ...touching }
  } catch {
    return { revision }
  }
}

/** What Flux calls a revision may change its branch and stay the same commit. */
const hashOf = (revision: string): string => parseRevision(revision)?.hash ?? revision

type Count = Pick<AheadRecord, 'commits' | 'more'>

/** Undefined where history was rewritten: then nothing is simply ahead. */
async function count(repository: Repository, older: string, newer: string): Promise<Count | undefined> {
  if (!(await repository.isAncestor(older, newer))) return undefined
  const commits = await repository.log(newer, { paths: [], max: MOST_COMMITS + 1, since: older })
  const more = commits.length > MOST_COMMITS ? ({ more: true } as const) : {}
  return { commits: Math.min(commits.length, MOST_COMMITS), ...more }
}

async function countTouching(
  repository: Repository,
  older: string,
  newer: string,
  paths: readonly string[],
): Promise<number> {
  const commits = await repository.log(newer, { paths, max: MOST_COMMITS, since: older })
  return commits.filter(({ parents }) => parents.length < 2).length
}

/** The files that the builds of both revisions read; undefined where one of them cannot be followed. */
async function filesRead(
  kustomization: Kustomization,
  source: Source,
  revisions: readonly string[],
  builder: Builder,
): Promise<readonly string[] | undefined> {
  try {
    const sets = await Promise.all(
      revisions.map(async (revision) => {
        const artifact = await builder.artifact(source, revision)
        const entry = await readEntryFile(artifact, kustomization.path)
        const { files } = await readInputs(artifact, kustomization, entry)
        return entry.isGenerated ? [...files] : [...files, entry.path]
      }),
    )
    return [...new Set(sets.flat())]
  } catch {
    return undefined
  }
}

/** What a source's branch has here that its artifact has not; undefined where it has nothing, or is not here. */
export async function branchOf(source: Source, builder: Builder): Promise<SourceRecord['branch']> {
  const artifact = parseRevision(source.artifactRevision ?? '')
  const name = artifact?.pointer
  if (artifact === undefined || name === undefined) return undefined
  try {
    const repository = await builder.repository(source, source.artifactRevision ?? '')
    const head = await repository.resolve(`refs/heads/${name}`)
    if (head === artifact.hash) return undefined
    const counted = await count(repository, artifact.hash, head)
    if (counted === undefined) return undefined
    return { name, place: repository.kind, revision: formatRevision({ ...artifact, hash: head }), ...counted }
  } catch {
    return undefined
  }
}
