import { GitOpsError } from '../../errors.js'
import type { Repository } from '../../git/repository.js'
import { type Artifact, readArtifact, readPushedArtifact } from './artifact.js'
import type { Generated } from './artifact-generator.js'
import { generateArtifact } from './generated-artifact.js'
import type { IncludedArtifact } from './include.js'
import { commitOf } from './origin-revision.js'
import { type Include, type Origin, referenceKey, type Source } from './source.js'
import { resolveSourceRef } from './source-ref.js'
import { placeSubmodules } from './submodule.js'

/**
 * Opens a repository that holds a revision; where none is named, one whose branches and tags are as new as they
 * can be had. `local` forbids the network: the URL was written by whoever wrote the repository.
 */
export type OpenRepository = (
  url: string,
  revision: string | undefined,
  options?: { readonly local: boolean },
) => Promise<Repository>

/** Where sources are read from. */
export interface SourceReader {
  readonly open: OpenRepository
  /** The commit that stands for what the `spec.ref` of some sources means today: what a person looks at. */
  readonly pinned?: (source: Source) => PinnedCommit | undefined
}

export interface PinnedCommit {
  readonly repository: Repository
  readonly commit: string
}

/** At what state a source is to be read. */
export interface SourceState {
  /** The source's own revision; undefined for what its `spec.ref` means today. */
  readonly revision: string | undefined
  /** What the artifact of that revision said of its origin; known of a cluster alone. */
  readonly origin?: Origin | undefined
}

/**
 * The artifact of a source, whichever kind it is, as far as Git can give it. One that hangs on anything but its
 * revision (included GitRepositories, an origin that the artifact itself names, the rules of source-watcher) is
 * marked: only Flux's digest of the build can prove it.
 * @throws GitOpsError SOURCE_UNSUPPORTED where Git cannot give it, and what the repositories throw
 */
export function sourceArtifact(source: Source, state: SourceState, reader: SourceReader): Promise<Artifact> {
  switch (source.reference.kind) {
    case 'GitRepository':
      return gitArtifact(source, state, reader)
    case 'ExternalArtifact':
      return source.generated === undefined
        ? pushedArtifact(source, state, reader)
        : generatedArtifact(source, source.generated, state, reader)
    default:
      return pushedArtifact(source, state, reader)
  }
}

async function gitArtifact(
  source: Source,
  { revision }: SourceState,
  reader: SourceReader,
): Promise<Artifact> {
  const { repository, commit } = await commitAt(source, revision, reader)
  const includes = await Promise.all(
    source.includes.map((include) => includedArtifact(include, source, reader)),
  )
  const artifact = await readArtifact(repository, commit, source.ignore, {
    sparseCheckout: source.sparseCheckout,
    includes,
    ...(source.recurseSubmodules
      ? {
          submodules: (layout) =>
            placeSubmodules(layout, source.url, (url, id) => reader.open(url, id, { local: true })),
        }
      : {}),
  })
  const isRecorded = source.includes.some((include) => include.revision !== undefined)
  const claims = includes.flatMap(({ artifact: { claim } }) => claim ?? [])
  if (isRecorded) claims.unshift('the included GitRepositories are taken as the newest artifact has them')
  return claims.length === 0 ? artifact : { ...artifact, claim: claims.join('; ') }
}

async function commitAt(
  source: Source,
  revision: string | undefined,
  { open, pinned }: SourceReader,
): Promise<PinnedCommit> {
  const pin = revision === undefined ? pinned?.(source) : undefined
  if (pin !== undefined) return pin
  const repository = await open(source.url, revision)
  return { repository, commit: commitOf(revision ?? (await resolveSourceRef(repository, source.ref))) }
}

async function includedArtifact(
  { repository, fromPath, toPath, revision, source }: Include,
  includer: Source,
  reader: SourceReader,
): Promise<IncludedArtifact> {
  if (source === undefined) {
    throw new GitOpsError('SOURCE_UNSUPPORTED', {
      what: `${referenceKey(includer.reference)} includes ${referenceKey(repository)}, which is not to be found`,
      why: 'without its URL its files cannot be read',
      tryThis: `kubectl get gitrepository -n ${repository.namespace} ${repository.name}`,
    })
  }
  return { artifact: await sourceArtifact(source, { revision }, reader), fromPath, toPath }
}

/** An artifact that somebody pushed: its origin is what it says itself, and it may hold a part of a repository. */
async function pushedArtifact(
  source: Source,
  { revision, origin = revision === undefined ? source.origin : undefined }: SourceState,
  { open }: SourceReader,
): Promise<Artifact> {
  if (origin?.revision === undefined) {
    if (revision === undefined) throw notFromGit(source, 'is on the cluster alone')
    throw notFromGit(source, 'does not name the commit it was made from (org.opencontainers.image.revision)')
  }
  const url = origin.url ?? source.origin?.url
  if (url === undefined) {
    throw notFromGit(
      source,
      'does not name the repository it was made from (org.opencontainers.image.source)',
    )
  }
  const repository = await open(url, origin.revision)
  const artifact = await readPushedArtifact(repository, commitOf(origin.revision), source.ignore)
  return { ...artifact, claim: `that it was made from ${origin.revision} is what the artifact says itself` }
}

function notFromGit({ reference }: Source, lack: string): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `${referenceKey(reference)} cannot be read from Git`,
    why: `its artifact ${lack}`,
    ...(reference.kind === 'OCIRepository'
      ? { tryThis: 'flux push artifact --source=URL --revision=BRANCH@sha1:COMMIT' }
      : {}),
  })
}

async function generatedArtifact(
  source: Source,
  { generator, output, inputs }: Generated,
  state: SourceState,
  reader: SourceReader,
): Promise<Artifact> {
  const shown = referenceKey(generator.reference)
  if (generator.pathPattern !== undefined) {
    throw new GitOpsError('SOURCE_UNSUPPORTED', {
      what: `what ${shown} makes cannot be followed`,
      why: 'spec.pathPattern is set',
    })
  }
  const artifacts = await Promise.all(
    generator.inputs.map(async ({ alias, reference }): Promise<readonly [string, Artifact]> => {
      const input = inputs.get(alias)
      if (input === undefined) {
        throw new GitOpsError('SOURCE_UNSUPPORTED', {
          what: `${referenceKey(source.reference)} is made of ${referenceKey(reference)}, which is not to be found`,
          why: 'without its URL its files cannot be read',
        })
      }
      return [alias, await sourceArtifact(input, inputState(alias, input, output, state), reader)]
    }),
  )
  const claims = artifacts.flatMap(([, { claim }]) => claim ?? [])
  const artifact = await generateArtifact(output, new Map(artifacts))
  return { ...artifact, claim: [`${shown} made it by rules of its own`, ...claims].join('; ') }
}

/** The artifact may take over one input's revision, or name it as its origin; the others are known as of now. */
function inputState(
  alias: string,
  input: Source,
  output: Generated['output'],
  { revision, origin }: SourceState,
): SourceState {
  if (revision === undefined) return { revision }
  const isGit = input.reference.kind === 'GitRepository'
  if (output.revision === alias) return { revision, origin }
  if (output.originRevision === alias && origin?.revision !== undefined)
    return isGit
      ? { revision: origin.revision }
      : { revision: input.artifactRevision, origin: { url: input.origin?.url, revision: origin.revision } }
  if (input.artifactRevision === undefined) {
    throw new GitOpsError('SOURCE_UNSUPPORTED', {
      what: `${referenceKey(input.reference)} has no artifact`,
      why: 'what was made of it cannot be told without its revision',
    })
  }
  return { revision: input.artifactRevision, origin: input.origin }
}
