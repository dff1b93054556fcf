import { join } from 'node:path'
import { type Artifact, readArtifact } from '@kubectl-gitops/core/desired/source/artifact.js'
import { build, type Build } from '@kubectl-gitops/core/desired/build.js'
import { type Kustomization, readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import { mergeVariables } from '@kubectl-gitops/core/desired/variables.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import type { Repository } from '@kubectl-gitops/core/git/repository.js'
import { GIT_ENV, type TestFile, TestRepository } from '../../support/git-repository.js'
import { temporaryFolder, type TemporaryFolder } from '../../support/processes.js'

/** The kubectl of the machine; its TMPDIR is one where a test can see what is left behind. */
export const kustomizeIn = (tmp: string): Kustomize => ({
  kubectl: process.env.KUBECTL_PATH ?? 'kubectl',
  timeoutMs: 60_000,
  env: { PATH: process.env.PATH, TMPDIR: tmp },
})

export type Files = Readonly<Record<string, TestFile>>

/** Real repositories, one a call, in a folder that one call removes. */
export class Stage {
  readonly folder: TemporaryFolder
  readonly #opened: Repository[] = []
  #count = 0

  private constructor(folder: TemporaryFolder) {
    this.folder = folder
  }

  static async create(): Promise<Stage> {
    return new Stage(await temporaryFolder('desired'))
  }

  get kustomize(): Kustomize {
    return kustomizeIn(this.folder.path)
  }

  /** The artifact of a repository that holds these files. */
  async artifact(files: Files, ignore?: string): Promise<Artifact> {
    const path = join(this.folder.path, `repository-${this.#count++}`)
    const commit = await (await TestRepository.create(path)).commit({ files })
    return this.open(path, commit, ignore)
  }

  async open(path: string, revision: string, ignore?: string): Promise<Artifact> {
    const repository = await this.checkout(path)
    return readArtifact(repository, await repository.resolve(revision), ignore)
  }

  /** A repository that holds these files, to go on with. */
  async repository(files: Files): Promise<TestRepository> {
    const made = await TestRepository.create(join(this.folder.path, `repository-${this.#count++}`))
    await made.commit({ files })
    return made
  }

  /** Opens a repository; it is closed with the stage. */
  async checkout(path: string): Promise<Repository> {
    const repository = await openCheckout(path, { env: GIT_ENV })
    this.#opened.push(repository)
    return repository
  }

  /** Builds a folder of these files as a Kustomization with this spec. */
  async build(files: Files, spec: Readonly<Record<string, unknown>> = {}): Promise<Build> {
    const kustomization = kustomizationOf(spec)
    const variables = mergeVariables(kustomization.spec, [])
    return build(await this.artifact(files), kustomization, this.kustomize, variables)
  }

  async remove(): Promise<void> {
    for (const repository of this.#opened) await repository.close()
    await this.folder.remove()
  }
}

export const kustomizationOf = (spec: Readonly<Record<string, unknown>>): Kustomization =>
  readKustomization({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: { path: './', ...spec },
  })

/** A ConfigMap as YAML. */
export const configMap = (name: string, data = 'a: "1"'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`

/** What a promise is rejected with, as plain facts; fails where it is not rejected. */
export async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; what: string; why: string }> {
  const thrown = await promise.then(
    (value) => new Error(`no refusal but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (!(thrown instanceof GitOpsError)) throw thrown
  return { code: thrown.code, what: thrown.message, why: thrown.why ?? '' }
}
