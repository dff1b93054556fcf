import { asGitOpsError, GitOpsError } from '../errors.js'
import { sameRepository } from '../git/location.js'
import { createGate, type Gate } from '../live/gate.js'
import type { KubernetesObject } from '../object.js'
import type { Artifact } from './source/artifact.js'
import {
  type ArtifactGenerator,
  isArtifactGenerator,
  readArtifactGenerator,
} from './source/artifact-generator.js'
import { type Build, build } from './build.js'
import {
  type FluxReference,
  isKustomization,
  type Kustomization,
  normalizePath,
  readKustomization,
} from './kustomization.js'
import { BUILDS_AT_ONCE, type Kustomize } from './kustomize.js'
import { type OriginFile, traceOrigins } from './origin-file.js'
import { bareSource, isHelmSource, isSource, readSource, referenceKey, type Source } from './source/source.js'
import { type OpenRepository, type SourceReader, sourceArtifact } from './source/source-artifact.js'
import { linkSources } from './source/source-links.js'
import { refuseMalformed } from './spec.js'
import { GitVariables } from './git-variables.js'

/** One Kustomization that was found, and what Flux would build from it. */
export type EntryPathResult =
  | {
      readonly kustomization: Kustomization
      readonly build: Build
      /** The file of each object of the build, where origins were asked for. */
      readonly origins?: readonly OriginFile[]
    }
  | { readonly kustomization: Kustomization; readonly error: GitOpsError }

/** What a repository holds for Flux, as far as it can be told without a cluster. */
export interface EntryPath {
  /** The root first; every Kustomization once, after the one that it was found in. */
  readonly kustomizations: readonly EntryPathResult[]
  /** Those of charts as well. */
  readonly sources: readonly Source[]
  readonly generators: readonly ArtifactGenerator[]
}

export interface EntryPathOptions {
  /** Also find the file of each object, which takes a second build. */
  readonly origins?: boolean
  /** Opens other repositories, where `openSource` gives nothing: their sources are read as their `spec.ref` says. */
  readonly openRepository?: OpenRepository
  /**
   * Gives the artifact of a source other than the root's own; undefined where it cannot be had.
   * The second argument is the source as Git declares it, where it does.
   */
  readonly openSource?: (
    reference: FluxReference,
    source: Source | undefined,
  ) => Promise<Artifact | undefined>
  readonly buildsAtOnce?: number
}

/**
 * Reads a repository offline as Flux would once it is bootstrapped there: builds the entry path as the root
 * Kustomization does, finds the Kustomizations (of any API version) and sources in what was built, patches of
 * their parents included, and builds those in turn. A Kustomization that does not build is an answer too; one
 * of another source is SOURCE_UNSUPPORTED unless its repository is opened. What has the root's own URL and ref is
 * read at the root's commit.
 * Source: flux bootstrap (the root is flux-system/flux-system unless the path holds another one for itself).
 * @param artifact the repository as its own `.sourceignore` files leave it; `spec.ignore` is found here
 * @param path from the repository's root, like `clusters/production`
 */
export async function readEntryPath(
  artifact: Artifact,
  path: string,
  kustomize: Kustomize,
  options: EntryPathOptions = {},
): Promise<EntryPath> {
  const bare = new Reading(artifact, rootOf(path), kustomize, options)
  const [first] = await bare.buildRound()
  const root =
    first !== undefined && 'build' in first ? selfOf(first.build.objects, normalizePath(path)) : undefined
  const reading = root === undefined ? bare : bare.restart(root)
  return reading.finish()
}

function rootOf(path: string): Kustomization {
  const name = 'flux-system'
  return readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: name },
    spec: { path, sourceRef: { kind: 'GitRepository', name } },
  })
}

/** The Kustomization in a path that builds this same path: the bootstrapped root. */
function selfOf(objects: readonly KubernetesObject[], path: string): Kustomization | undefined {
  const own = objects
    .filter(isKustomization)
    .map(readKustomization)
    .filter((one) => one.path === path)
  return own.find((one) => one.name === 'flux-system') ?? own[0]
}

/** One walk over the Kustomizations of a repository; it is over when none is waiting. */
class Reading {
  readonly #own: Artifact
  readonly #root: Kustomization
  readonly #kustomize: Kustomize
  readonly #options: EntryPathOptions
  readonly #known = new Set<string>()
  #waiting: readonly Kustomization[]
  readonly #results: EntryPathResult[] = []
  readonly #sources = new Map<string, Source>()
  readonly #chartSources = new Map<string, Source>()
  readonly #generators: ArtifactGenerator[] = []
  readonly #artifacts = new Map<string, Promise<Artifact>>()
  readonly #variables = new GitVariables()
  readonly #turn: Gate

  constructor(own: Artifact, root: Kustomization, kustomize: Kustomize, options: EntryPathOptions) {
    this.#own = own
    this.#root = root
    this.#kustomize = kustomize
    this.#options = options
    this.#waiting = [root]
    this.#known.add(nameOf(root))
    this.#turn = createGate(options.buildsAtOnce ?? BUILDS_AT_ONCE)
    this.#artifacts.set(referenceKey(root.source), Promise.resolve(own))
  }

  /** The same walk from the root as Git declares it, with the artifact that its source makes of the commit. */
  restart(root: Kustomization): Reading {
    const reading = new Reading(this.#own, root, this.#kustomize, this.#options)
    const key = referenceKey(root.source)
    const source = this.#linked().get(key)
    if (source !== undefined && this.#sources.has(key)) {
      const own = sourceArtifact(source, { revision: undefined }, this.#reader(source))
      // Its refusal belongs to each Kustomization that is built from it.
      own.catch(() => undefined)
      reading.#artifacts.set(key, own)
    }
    return reading
  }

  async finish(): Promise<EntryPath> {
    while (this.#waiting.length > 0) await this.buildRound()
    const sources = [...this.#sources.values(), ...this.#chartSources.values()]
    return { kustomizations: this.#results, sources, generators: this.#generators }
  }

  /** Builds the Kustomizations that wait for nothing that others may still declare; if there is none, the first. */
  async buildRound(): Promise<readonly EntryPathResult[]> {
    const linked = this.#linked()
    const round = this.#nextRound(linked)
    this.#waiting = this.#waiting.filter((one) => !round.includes(one))
    const results = await Promise.all(round.map((one) => this.#turn(() => this.#build(one, linked))))
    this.#results.push(...results)
    for (const result of results) {
      // What is applied to another cluster is not Flux's to build here.
      if ('build' in result && !result.kustomization.remote) this.#discover(result.build.objects)
    }
    return results
  }

  /** Those of the root's own source first: they may declare what the others are made of. */
  #nextRound(linked: ReadonlyMap<string, Source>): readonly Kustomization[] {
    const ready = this.#waiting.filter(
      (one) => linked.has(referenceKey(one.source)) && this.#variables.has(one),
    )
    const own = ready.filter((one) => this.#isOwn(one))
    const [first] = [own, ready, this.#waiting.slice(0, 1)].filter((round) => round.length > 0)
    return first ?? []
  }

  async #build(kustomization: Kustomization, linked: ReadonlyMap<string, Source>): Promise<EntryPathResult> {
    try {
      refuseMalformed(kustomization)
      const artifact = await this.#artifactOf(kustomization, linked)
      const variables = this.#variables.of(kustomization)
      const rebuild = (spec: Kustomization): Promise<Build> =>
        build(artifact, spec, this.#kustomize, variables)
      const made = withClaim(await rebuild(kustomization), artifact)
      if (this.#options.origins !== true) return { kustomization, build: made }
      const origins = await traceOrigins({
        kustomization,
        objects: made.objects,
        rebuild: async (spec) => (await rebuild(spec)).objects,
        exists: (file) => artifact.files.has(file),
      })
      return { kustomization, build: made, origins }
    } catch (error) {
      return { kustomization, error: asGitOpsError(error) }
    }
  }

  #isOwn(kustomization: Kustomization): boolean {
    return referenceKey(kustomization.source) === referenceKey(this.#root.source)
  }

  /** All sources found so far, with what they are made of; the root's own, even where Git does not declare it. */
  #linked(): ReadonlyMap<string, Source> {
    const own = this.#root.source
    const undeclared = bareSource(own, this.#own.repository.url)
    return linkSources(new Map([[referenceKey(own), undeclared], ...this.#sources]), this.#generators)
  }

  async #artifactOf(kustomization: Kustomization, linked: ReadonlyMap<string, Source>): Promise<Artifact> {
    const key = referenceKey(kustomization.source)
    const known = this.#artifacts.get(key)
    if (known !== undefined) return known
    const artifact = this.#open(kustomization, linked.get(key), linked)
    this.#artifacts.set(key, artifact)
    // What it is made of may yet be found.
    artifact.catch(() => this.#artifacts.delete(key))
    return artifact
  }

  async #open(
    kustomization: Kustomization,
    source: Source | undefined,
    linked: ReadonlyMap<string, Source>,
  ): Promise<Artifact> {
    const opened = await this.#options.openSource?.(kustomization.source, source)
    if (opened !== undefined) return opened
    if (source === undefined) throw needsAnother(kustomization, source)
    return sourceArtifact(
      source,
      { revision: undefined },
      this.#reader(linked.get(referenceKey(this.#root.source)), () => needsAnother(kustomization, source)),
    )
  }

  /** Reads what is of the root's repository and ref at the root's commit, the rest as it can be opened. */
  #reader(own: Source | undefined, unopened: () => Error = needsRepository): SourceReader {
    const { repository, commit } = this.#own
    const { openRepository } = this.#options
    return {
      open: (url, revision, options) =>
        openRepository === undefined ? Promise.reject(unopened()) : openRepository(url, revision, options),
      pinned: (source) =>
        own !== undefined && isSameTarget(source, own) ? { repository, commit } : undefined,
    }
  }

  #discover(objects: readonly KubernetesObject[]): void {
    this.#variables.add(objects)
    for (const [into, found] of [
      [this.#sources, objects.filter(isSource)],
      [this.#chartSources, objects.filter(isHelmSource)],
    ] as const) {
      for (const source of found.map(readSource)) {
        const key = referenceKey(source.reference)
        if (!into.has(key)) into.set(key, source)
      }
    }
    this.#generators.push(...objects.filter(isArtifactGenerator).map(readArtifactGenerator))
    for (const found of objects.filter(isKustomization).map(readKustomization)) {
      if (this.#known.has(nameOf(found))) continue
      this.#known.add(nameOf(found))
      this.#waiting = [...this.#waiting, found]
    }
  }
}

const nameOf = (kustomization: Kustomization): string => `${kustomization.namespace}/${kustomization.name}`

/** Do two GitRepositories follow the same branch, tag or range of one repository? */
function isSameTarget(a: Source, b: Source): boolean {
  if (referenceKey(a.reference) === referenceKey(b.reference)) return true
  const fields = ['branch', 'tag', 'semver', 'name', 'commit'] as const
  return sameRepository(a.url, b.url) && fields.every((field) => a.ref[field] === b.ref[field])
}

function withClaim(made: Build, { claim }: Artifact): Build {
  if (claim === undefined) return made
  const { approximate } = made
  return { ...made, approximate: approximate === undefined ? claim : `${claim}; ${approximate}` }
}

function needsRepository(): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', { what: 'the source needs another repository' })
}

function needsAnother(kustomization: Kustomization, source: Source | undefined): GitOpsError {
  const key = referenceKey(kustomization.source)
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `Kustomization/${nameOf(kustomization)} needs another repository`,
    why: source === undefined ? `its source ${key} is not declared here` : `its source is ${key}`,
  })
}
