import type { Repository } from '../git/repository.js'

/** Opens the repository that holds a revision: a checkout that matches the URL, or a mirror. */
export type OpenRepository = (url: string, revision: string) => Promise<Repository>

/** The repositories of one survey: each is opened once and serves every revision that it holds. */
export class Repositories {
  readonly #open: OpenRepository
  readonly #opened = new Map<string, Repository[]>()
  /** One question after another for each URL: two mirrors of it would be one too many. */
  readonly #queue = new Map<string, Promise<unknown>>()

  constructor(open: OpenRepository) {
    this.#open = open
  }

  /** The repository that holds a revision of a URL. */
  holding(url: string, revision: string): Promise<Repository> {
    const turn = (this.#queue.get(url) ?? Promise.resolve()).then(() => this.#find(url, revision))
    this.#queue.set(
      url,
      turn.catch(() => undefined),
    )
    return turn
  }

  async #find(url: string, revision: string): Promise<Repository> {
    const opened = this.#opened.get(url) ?? []
    for (const repository of opened) {
      const found = await repository.resolve(revision).catch(() => undefined)
      if (found !== undefined) return repository
    }
    const repository = await this.#open(url, revision)
    this.#opened.set(url, [...opened, repository])
    return repository
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].flat().map((repository) => repository.close()))
  }
}
