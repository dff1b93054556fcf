import type { EntryPathResult } from '@kubectl-gitops/core/desired/entry-path.js'
import { isRecord } from '@kubectl-gitops/core/object.js'
import type { Git } from './point.js'

/** What the page says of a build whose artifact was laid out here. */
export const LAID_OUT =
  'the artifact was laid out by git as the ArtifactGenerator says, not by source-watcher'

/** An artifact that an ArtifactGenerator makes of the repository that declares it. */
interface Layout {
  readonly name: string
  /** From folder to folder; '' is the root. */
  readonly copies: readonly (readonly [from: string, to: string])[]
}

/**
 * Lays out the artifacts of the ArtifactGenerators among some builds, each as a commit of its own on a branch of
 * its own. It is done by `git read-tree`, so that it shares nothing with what it is compared with.
 * @returns the commits, by `ExternalArtifact/NAMESPACE/NAME`
 */
export async function layOut(
  git: Git,
  commit: string,
  results: readonly EntryPathResult[],
): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>()
  for (const { name, copies } of results.flatMap(layoutsOf)) {
    await git('read-tree', '--empty')
    for (const [from, to] of copies)
      await git('read-tree', ...(to === '' ? [] : [`--prefix=${to}/`]), `${commit}:${from}`)
    const tree = await git('write-tree')
    const author = ['-c', 'user.name=Test Author', '-c', 'user.email=author@example.com']
    commits.set(
      `ExternalArtifact/${name}`,
      await git(...author, 'commit-tree', '-m', `Lay out ${name} of ${commit}`, tree),
    )
  }
  return commits
}

function layoutsOf(result: EntryPathResult): readonly Layout[] {
  const objects = 'build' in result ? result.build.objects : []
  return objects
    .filter(({ kind }) => kind === 'ArtifactGenerator')
    .flatMap(({ metadata, spec }) =>
      recordsIn(isRecord(spec) ? spec.artifacts : []).map((artifact) => ({
        name: `${metadata.namespace ?? 'default'}/${String(artifact.name)}`,
        copies: recordsIn(artifact.copy).map(
          ({ from, to }) => [folderOf(from, '/**'), folderOf(to, '/')] as const,
        ),
      })),
    )
}

/** `@monorepo/apps/**` is `apps`. */
function folderOf(path: unknown, ending: string): string {
  const parts =
    typeof path === 'string' && path.endsWith(ending) ? path.slice(0, -ending.length).split('/') : []
  if (parts.length === 0 || parts.some((part) => part.includes('*')))
    throw new Error(`a copy between ${String(path)} is more than this layout does`)
  return parts.slice(1).join('/')
}

const recordsIn = (value: unknown) =>
  (Array.isArray(value) ? (value as readonly unknown[]) : []).filter(isRecord)
