import { readArtifact } from '../desired/source/artifact.js'
import { fullName } from '../desired/dependency-order.js'
import { readEntryPath, type EntryPath } from '../desired/entry-path.js'
import { isKustomization, readKustomization } from '../desired/kustomization.js'
import type { Kustomize } from '../desired/kustomize.js'
import type { OpenRepository } from '../desired/source/source-artifact.js'
import type { Repository } from '../git/repository.js'
import { revisionOf } from './attempt.js'
import { parentsBy, type Parents } from './family.js'

/** A repository to read without any cluster. */
export interface OfflineRequest {
  readonly repository: Repository
  /** A commit, branch, tag, `HEAD` or a Flux revision. */
  readonly revision: string
  /** The entry path, like `clusters/production`. */
  readonly path: string
  readonly kustomize: Kustomize
  /** Opens the repositories of other sources; without it what is built from those stays unknown. */
  readonly openRepository?: OpenRepository
  /** Also find the file of each object, which takes a second build. */
  readonly origins: boolean
  /** Told what is going on, for a progress line. */
  readonly progress: (message: string) => void
}

/** What a repository holds for Flux at one commit. */
export interface Offline extends EntryPath {
  /** The Flux revision that was read. */
  readonly revision: string
  readonly parents: Parents
}

/**
 * Reads what Flux would build once it is bootstrapped at a path of a repository.
 * @throws GitOpsError REVISION_INVALID, REVISION_NOT_FOUND and what reading the commit's tree throws
 */
export async function readOffline(request: OfflineRequest): Promise<Offline> {
  const { repository, kustomize, path, origins, progress, openRepository } = request
  const commit = await repository.resolve(request.revision)
  progress(`building what is below ${path}`)
  const artifact = await readArtifact(repository, commit, undefined)
  const entry = await readEntryPath(artifact, path, kustomize, {
    origins,
    ...(openRepository === undefined ? {} : { openRepository }),
  })
  return { ...entry, revision: revisionOf(commit), parents: parentsOf(entry) }
}

function parentsOf({ kustomizations }: EntryPath): Parents {
  const children = new Map(
    kustomizations.map((result) => [
      result.kustomization,
      'build' in result
        ? result.build.objects.filter(isKustomization).map((object) => fullName(readKustomization(object)))
        : [],
    ]),
  )
  return parentsBy([...children.keys()], (parent) => children.get(parent) ?? [])
}
