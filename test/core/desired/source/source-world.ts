import { readArtifactGenerator } from '@kubectl-gitops/core/desired/source/artifact-generator.js'
import { readSource, referenceKey, type Source } from '@kubectl-gitops/core/desired/source/source.js'
import { sourceArtifact, type SourceState } from '@kubectl-gitops/core/desired/source/source-artifact.js'
import { linkSources } from '@kubectl-gitops/core/desired/source/source-links.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { TestRepository } from '../../../support/git-repository.js'
import type { Stage } from '../stage.js'

/** A source of Flux as a cluster has it. */
export const declare = (kind: string, name: string, spec: object, status: object = {}): Source =>
  readSource({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { name, namespace: 'team' },
    spec,
    status,
  })

export const git = (name: string, spec: object = {}, status?: object): Source =>
  declare('GitRepository', name, { url: `https://example.com/${name}`, ...spec }, status)

/** Sources by key, with those that they are made of. */
export const link = (
  sources: readonly Source[],
  generators: readonly object[] = [],
): ReadonlyMap<string, Source> =>
  linkSources(
    new Map(sources.map((source) => [referenceKey(source.reference), source])),
    generators.map((spec) =>
      readArtifactGenerator({
        apiVersion: 'source.extensions.fluxcd.io/v1beta1',
        kind: 'ArtifactGenerator',
        metadata: { name: 'made', namespace: 'team' },
        spec,
      }),
    ),
  )

/** Repositories by URL; what was asked of each is written down. */
export class World {
  readonly #stage: Stage
  readonly asked: string[] = []
  readonly #repositories: Readonly<Record<string, TestRepository>>

  constructor(stage: Stage, repositories: Readonly<Record<string, TestRepository>>) {
    this.#stage = stage
    this.#repositories = repositories
  }

  async artifact(source: Source | undefined, state: SourceState) {
    if (source === undefined) throw new Error('no such source')
    return sourceArtifact(source, state, {
      open: (url, revision, options) => {
        this.asked.push(
          `${url} ${revision?.slice(0, 12) ?? 'newest'}${options?.local === true ? ' local' : ''}`,
        )
        const repository = this.#repositories[url]
        if (repository !== undefined) return this.#stage.checkout(repository.path)
        return Promise.reject(new GitOpsError('REPOSITORY_UNREACHABLE', { what: `no copy of ${url}` }))
      },
    })
  }

  async paths(source: Source | undefined, state: SourceState) {
    return [...(await this.artifact(source, state)).files.keys()]
  }
}

/** The Flux revision of a repository's newest commit. */
export const head = async (repository: TestRepository) =>
  `main@sha1:${await repository.git('rev-parse', 'HEAD')}`
