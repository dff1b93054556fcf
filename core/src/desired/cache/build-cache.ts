import { join } from 'node:path'
import { keyOf } from './closure-key.js'
import { EntryStore } from './entry-store.js'
import { kubectlVersion } from './kubectl-version.js'
import type { Kustomize } from '../kustomize.js'

const LIMIT = 256 * 1024 * 1024

/** One run of kustomize that may have been made before. */
export interface Run {
  /** Its key, for the name of the kustomize that makes it. */
  readonly key: (printer: string) => string
  readonly make: () => Promise<string>
  /** May the text lie on disk? Secrets may not. */
  readonly mayKeep: (text: string) => boolean
}

/**
 * What kustomize printed, kept between runs of the program in `builds` below the cache folder. Failures are not
 * kept, and nothing that holds a secret.
 */
export class BuildCache {
  readonly #store: EntryStore
  readonly #program: string
  readonly #printers = new Map<string, Promise<string | undefined>>()

  /** @param program version of this program: what another one kept is not used */
  constructor(cacheDirectory: string, program: string, limit = LIMIT) {
    this.#store = new EntryStore(join(cacheDirectory, 'builds'), limit)
    this.#program = program
  }

  /** The text of a run, from the cache or made now. Throws what `make` throws. */
  async text(kustomize: Kustomize, { key, make, mayKeep }: Run): Promise<string> {
    const printer = await this.#printer(kustomize)
    if (printer === undefined) return make()
    const name = key(printer)
    const kept = await this.#store.read(name)
    if (kept !== undefined) return kept
    const text = await make()
    if (mayKeep(text)) await this.#store.write(name, text)
    return text
  }

  #printer(kustomize: Kustomize): Promise<string | undefined> {
    const place = keyOf([kustomize.kubectl, kustomize.env.PATH])
    const known = this.#printers.get(place)
    if (known !== undefined) return known
    const asked = kubectlVersion(kustomize, this.#store).then((version) =>
      version === undefined ? undefined : keyOf([this.#program, version]),
    )
    this.#printers.set(place, asked)
    return asked
  }
}
