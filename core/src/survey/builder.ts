import { readArtifact, type Artifact } from '../desired/artifact.js'
import { build, type Build } from '../desired/build.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { Kustomize } from '../desired/kustomize.js'
import type { Source } from '../desired/source.js'
import type { Variables } from '../desired/variables.js'
import { asGitOpsError, GitOpsError } from '../errors.js'
import type { Repository } from '../git/repository.js'
import { createGate, type Gate } from '../live/gate.js'
import { parseRevision } from '../revision.js'
import { Repositories, type OpenRepository } from './repositories.js'

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
      const artifact = await this.artifact(source, revision)
      const variables = await this.#variablesOf(kustomization)
      const made = await this.#turn(() => build(artifact, kustomization, this.#kustomize, variables))
      return { ok: true, build: made }
    } catch (error) {
      return { ok: false, error: asGitOpsError(error) }
    }
  }

  #variablesOf(kustomization: Kustomization): Promise<Variables> {
    const { namespace, name, spec } = kustomization
    // The spec of another revision may name other variables.
    const key = JSON.stringify([namespace, name, spec.postBuild])
    return once(this.#variables, key, () => this.#readVariables(kustomization))
  }

  /** The repository that holds a revision of a source. */
  repository(source: Source, revision: string): Promise<Repository> {
    return this.#repositories.holding(source.url, revision)
  }

  /** The files of a source at a revision. */
  artifact(source: Source, revision: string): Promise<Artifact> {
    return once(this.#artifacts, `${source.url}\u0000${source.ignore ?? ''}\u0000${revision}`, async () => {
      refuseShaped(source)
      const repository = await this.repository(source, revision)
      return readArtifact(repository, commitOf(revision), source.ignore)
    })
  }

  /** Closes what was opened. */
  close(): Promise<void> {
    return this.#repositories.close()
  }
}

/** The commit of a Flux revision. */
export function commitOf(revision: string): string {
  const parsed = parseRevision(revision)
  if (parsed === undefined) {
    throw new GitOpsError('REVISION_INVALID', { what: `${revision} is not a revision that names a commit` })
  }
  return parsed.hash
}

function refuseShaped(source: Source): void {
  if (source.unsupported.length === 0) return
  const { kind, namespace, name } = source.reference
  throw new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `${kind}/${namespace}/${name} shapes its artifact in a way that cannot be followed yet`,
    why: source.unsupported.map((field) => `spec.${field} is set`).join(', '),
  })
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
