import { asGitOpsError, GitOpsError } from '../errors.js'
import { createGate, type Gate } from '../live/gate.js'
import type { KubernetesObject } from '../object.js'
import { type Artifact, readArtifact } from './artifact.js'
import { type Build, build } from './build.js'
import {
  type FluxReference,
  isKustomization,
  type Kustomization,
  normalizePath,
  readKustomization,
} from './kustomization.js'
import type { Kustomize } from './kustomize.js'
import { type OriginFile, traceOrigins } from './origin-file.js'
import { isSource, readSource, type Source } from './source.js'
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
  readonly sources: readonly Source[]
}

export interface EntryPathOptions {
  /** Also find the file of each object, which takes a second build. */
  readonly origins?: boolean
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

const BUILDS_AT_ONCE = 4

/**
 * Reads a repository offline as Flux would once it is bootstrapped there: builds the entry path as the root
 * Kustomization does, finds the Kustomizations (of any API version) and sources in what was built, patches of
 * their parents included, and builds those in turn. A Kustomization that does not build is an answer too; one
 * of another source is SOURCE_UNSUPPORTED unless `openSource` gives its artifact.
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
  const reading = root === undefined ? bare : await bare.restart(root)
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
  readonly #artifact: Artifact
  readonly #root: Kustomization
  readonly #kustomize: Kustomize
  readonly #options: EntryPathOptions
  readonly #known = new Set<string>()
  #waiting: readonly Kustomization[]
  readonly #results: EntryPathResult[] = []
  readonly #sources = new Map<string, Source>()
  readonly #variables = new GitVariables()
  readonly #turn: Gate

  constructor(artifact: Artifact, root: Kustomization, kustomize: Kustomize, options: EntryPathOptions) {
    this.#artifact = artifact
    this.#root = root
    this.#kustomize = kustomize
    this.#options = options
    this.#waiting = [root]
    this.#known.add(nameOf(root))
    this.#turn = createGate(options.buildsAtOnce ?? BUILDS_AT_ONCE)
  }

  /** The same walk from the root as Git declares it, with the `spec.ignore` of its source. */
  async restart(root: Kustomization): Promise<Reading> {
    const ignore = this.#sources.get(keyOf(root.source))?.ignore
    const { repository, commit } = this.#artifact
    const artifact = ignore === undefined ? this.#artifact : await readArtifact(repository, commit, ignore)
    return new Reading(artifact, root, this.#kustomize, this.#options)
  }

  async finish(): Promise<EntryPath> {
    while (this.#waiting.length > 0) await this.buildRound()
    return { kustomizations: this.#results, sources: [...this.#sources.values()] }
  }

  /** Builds the Kustomizations that wait for nothing that others may still declare; if there is none, the first. */
  async buildRound(): Promise<readonly EntryPathResult[]> {
    const ready = this.#waiting.filter((one) => this.#isOwn(one) && this.#variables.has(one))
    const round = ready.length > 0 ? ready : this.#waiting.slice(0, 1)
    this.#waiting = this.#waiting.filter((one) => !round.includes(one))
    const results = await Promise.all(round.map((one) => this.#turn(() => this.#build(one))))
    this.#results.push(...results)
    for (const result of results) {
      // What is applied to another cluster is not Flux's to build here.
      if ('build' in result && !result.kustomization.remote) this.#discover(result.build.objects)
    }
    return results
  }

  async #build(kustomization: Kustomization): Promise<EntryPathResult> {
    try {
      refuseMalformed(kustomization)
      const artifact = await this.#artifactOf(kustomization)
      const variables = this.#variables.of(kustomization)
      const rebuild = (spec: Kustomization): Promise<Build> =>
        build(artifact, spec, this.#kustomize, variables)
      const made = await rebuild(kustomization)
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
    return keyOf(kustomization.source) === keyOf(this.#root.source)
  }

  async #artifactOf(kustomization: Kustomization): Promise<Artifact> {
    const reference = kustomization.source
    const source = this.#sources.get(keyOf(reference))
    if (source !== undefined && source.unsupported.length > 0) throw shaped(source)
    if (this.#isOwn(kustomization)) return this.#artifact
    const opened = await this.#options.openSource?.(reference, source)
    if (opened === undefined) throw needsAnother(kustomization, source)
    return opened
  }

  #discover(objects: readonly KubernetesObject[]): void {
    this.#variables.add(objects)
    for (const source of objects.filter(isSource).map(readSource)) {
      const key = keyOf(source.reference)
      if (!this.#sources.has(key)) this.#sources.set(key, source)
    }
    for (const found of objects.filter(isKustomization).map(readKustomization)) {
      if (this.#known.has(nameOf(found))) continue
      this.#known.add(nameOf(found))
      this.#waiting = [...this.#waiting, found]
    }
  }
}

const nameOf = (kustomization: Kustomization): string => `${kustomization.namespace}/${kustomization.name}`

const keyOf = ({ kind, namespace, name }: FluxReference): string => `${kind}/${namespace}/${name}`

function shaped(source: Source): GitOpsError {
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `${keyOf(source.reference)} shapes its artifact in a way that cannot be followed yet`,
    why: source.unsupported.map((field) => `spec.${field} is set`).join(', '),
  })
}

function needsAnother(kustomization: Kustomization, source: Source | undefined): GitOpsError {
  const key = keyOf(kustomization.source)
  return new GitOpsError('SOURCE_UNSUPPORTED', {
    what: `Kustomization/${nameOf(kustomization)} needs another repository`,
    why: source === undefined ? `its source ${key} is not declared here` : `its source is ${key}`,
  })
}
