import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mirror, type MirrorOptions, openMirror } from '@kubectl-gitops/core/git/mirror.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { type GitServer, startGitServer } from '../../support/git-server.js'
import { type TemporaryFolder, temporaryFolder } from '../../support/processes.js'

/** A Git server for one test file; for each test a served repository with one commit, and an empty cache. */
export class MirrorStage {
  folder!: TemporaryFolder
  server!: GitServer
  served!: string
  work!: TestRepository
  bare!: TestRepository
  first!: string
  cacheDirectory!: string
  count = 0
  readonly #mirrors: Mirror[] = []

  /** Registers the hooks of the test file. */
  static use(): MirrorStage {
    const stage = new MirrorStage()
    beforeAll(() => stage.#start())
    afterAll(() => stage.#stop())
    beforeEach(() => stage.#prepare())
    afterEach(() => stage.#closeMirrors())
    return stage
  }

  async #start(): Promise<void> {
    this.folder = await temporaryFolder('mirror')
    this.served = this.at('served')
    await mkdir(this.served)
    this.server = await startGitServer({ folder: this.served })
  }

  async #stop(): Promise<void> {
    await this.server.stop()
    await this.folder.remove()
  }

  async #prepare(): Promise<void> {
    this.count += 1
    this.work = await TestRepository.create(this.at(`work-${this.count}`))
    this.first = await this.work.commit({ files: { 'apps/a.yaml': 'one\n' } })
    this.bare = await this.work.cloneBare(join(this.served, this.name))
    this.cacheDirectory = this.at(`cache-${this.count}`)
    await this.work.git('remote', 'add', 'origin', this.bare.path)
  }

  async #closeMirrors(): Promise<void> {
    for (const mirror of this.#mirrors.splice(0)) await mirror.close()
  }

  get name(): string {
    return `r${this.count}.git`
  }

  get url(): string {
    return this.server.urlOf(this.name)
  }

  at(name: string): string {
    return join(this.folder.path, name)
  }

  async open(options: Partial<MirrorOptions> = {}, url = this.url): Promise<Mirror> {
    const { cacheDirectory } = this
    const mirror = await openMirror(url, { cacheDirectory, env: GIT_ENV, timeoutMs: 30_000, ...options })
    this.#mirrors.push(mirror)
    return mirror
  }

  async push(...refs: readonly string[]): Promise<void> {
    await this.work.git('push', '--quiet', '--force', 'origin', ...refs)
  }

  /** What the cache holds. */
  cached(): Promise<readonly string[]> {
    return readdir(join(this.cacheDirectory, 'git'))
  }
}
