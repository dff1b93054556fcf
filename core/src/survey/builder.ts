import type { Artifact } from '../desired/source/artifact.js'
import { build, type Build } from '../desired/build.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Kustomize } from '../desired/kustomize.js'
import { commitOf, originOf } from '../desired/source/origin-revision.js'
import type { Origin, Source } from '../desired/source/source.js'
import { referenceKey } from '../desired/source/source.js'
import { sourceArtifact } from '../desired/source/source-artifact.js'
import type { Variables } from '../desired/variables.js'
import { asGitOpsError, GitOpsError } from '../errors.js'
import { formatJson } from '../json.js'
import type { Repository } from '../git/repository.js'
import { createGate, type Gate } from '../live/gate.js'
import { doubt, settleClaim } from './claim.js'
import { Repositories, type OpenRepository } from './repositories.js'

export { commitOf }

/** Reads the variables that a Kustomization substitutes, as they are now. */
export type ReadVariables = (kustomization: Kustomization) => Promise<Variables>

/** What a build came to; a failure is an answer like any other. */
export type BuildResult =
  { readonly ok: true; readonly build: Build } | { readonly ok: false; readonly error: GitOpsError }

/** Builds Kustomizations at revisions; each repository is opened and each artifact listed once. */
export class Builder {
  readonly #kustomize: Kustomize
  readonly #readVariables: ReadVariables
  readonly #variables = new Map<string, Promise<Variables>>()
  readonly #repositories: Repositories
  readonly #artifacts = new Map<string, Promise<Artifact>>()
  readonly #turn: Gate

  constructor(open: OpenRepository, kustomize: Kustomize, readVariables: ReadVariables, concurrency: number) {
    this.#repositories = new Repositories(open)
    this.#kustomize = kustomize
    this.#readVariables = readVariables
    this.#turn = createGate(concurrency)
  }

  /** Builds one Kustomization at a Flux revision of its source. Never throws. */
  async build(kustomization: Kustomization, source: Source, revision: string): Promise<BuildResult> {
    try {
      const artifact = await this.artifactOf(kustomization, source, revision)
      const variables = await this.#variablesOf(kustomization)
      const made = await this.#turn(() => build(artifact, kustomization, this.#kustomize, variables)).catch(
        (error: unknown) => {
          throw doubt(error, artifact, source)
        },
      )
      return { ok: true, build: settleClaim(made, artifact, kustomization, revision) }
    } catch (error) {
      return { ok: false, error: asGitOpsError(error) }
    }
  }

  #variablesOf(kustomization: Kustomization): Promise<Variables> {
    const { namespace, name, spec } = kustomization
    // The spec of another revision may name other variables.
    const key = formatJson([namespace, name, spec.postBuild])
    return once(this.#variables, key, () => this.#readVariables(kustomization))
  }

  /** The files that a Kustomization was built from at a revision of its source. */
  artifactOf(kustomization: Kustomization, source: Source, revision: string): Promise<Artifact> {
    return this.artifact(source, revision, originOf(kustomization, source, revision))
  }

  /**
   * The repository that holds a revision of a GitRepository; without one, that with its newest branches and tags.
   * @throws GitOpsError SOURCE_UNSUPPORTED for another kind, and what opening it throws
   */
  async repository(source: Source, revision: string | undefined): Promise<Repository> {
    if (source.reference.kind !== 'GitRepository') {
      throw new GitOpsError('SOURCE_UNSUPPORTED', {
        what: `${referenceKey(source.reference)} has no revisions in Git`,
        why: 'its revisions are those of artifacts',
      })
    }
    return this.#repositories.holding(source.url, revision)
  }

  /** The files of a source at a revision; `origin` is what its artifact said of its own. */
  artifact(source: Source, revision: string, origin?: Origin): Promise<Artifact> {
    const key = [referenceKey(source.reference), revision, origin?.url ?? '', origin?.revision ?? '']
    return once(this.#artifacts, key.join('\u0000'), () =>
      sourceArtifact(source, { revision, origin }, { open: this.#repositories.holding }),
    )
  }

  /** Closes what was opened. */
  close(): Promise<void> {
    return this.#repositories.close()
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
