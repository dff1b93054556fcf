import type { OpenRepository } from '../desired/source/source-artifact.js'
import { isFullId } from '../git/revision-name.js'
import type { Repository } from '../git/repository.js'
import { parseRevision } from '../revision.js'

export type { OpenRepository }

/** Does a revision stay what it is? Names move. */
const isFixed = (revision: string): boolean => parseRevision(revision) !== undefined || isFullId(revision)

/** The repositories of one survey: each is opened once and serves every revision that it holds. */
export class Repositories {
  readonly #open: OpenRepository
  readonly #opened = new Map<string, Repository[]>()
  /** Those that were opened for a branch, a tag or all of them: one opened before may have older ones. */
  readonly #newest = new Map<string, Repository>()
  /** One question after another for each URL: two mirrors of it would be one too many. */
  readonly #queue = new Map<string, Promise<unknown>>()

  constructor(open: OpenRepository) {
    this.#open = open
  }

  /** The repository that holds a revision of a URL; where none is named, the one with the newest branches. */
  holding: OpenRepository = (url, revision, options) => {
    const find = (): Promise<Repository> =>
      revision === undefined || !isFixed(revision)
        ? this.#findNewest(url, revision, options)
        : this.#find(url, revision, options)
    const turn = (this.#queue.get(url) ?? Promise.resolve()).then(find)
    this.#queue.set(
      url,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #findNewest(
    url: string,
    name: string | undefined,
    options: Parameters<OpenRepository>[2],
  ): Promise<Repository> {
    const key = JSON.stringify([url, name, options])
    const found = this.#newest.get(key)
    if (found !== undefined) return found
    const repository = this.#keep(url, await this.#open(url, name, options))
    this.#newest.set(key, repository)
    return repository
  }

  async #find(url: string, revision: string, options: Parameters<OpenRepository>[2]): Promise<Repository> {
    for (const repository of this.#opened.get(url) ?? []) {
      const found = await repository.resolve(revision).catch(() => undefined)
      if (found !== undefined) return repository
    }
    return this.#keep(url, await this.#open(url, revision, options))
  }

  #keep(url: string, repository: Repository): Repository {
    this.#opened.set(url, [...(this.#opened.get(url) ?? []), repository])
    return repository
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].flat().map((repository) => repository.close()))
  }
}
