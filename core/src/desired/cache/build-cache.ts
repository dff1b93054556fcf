import { join } from 'node:path'
import { formatJson, parseJson } from '../../json.js'
import type { KubernetesObject } from '../../object.js'
import { keyOf } from './closure-key.js'
import { EntryStore } from './entry-store.js'
import { kubectlVersion } from './kubectl-version.js'
import type { Kustomize } from '../kustomize.js'

type Objects = readonly KubernetesObject[]

/** To be raised when objects are read otherwise than before. */
const FORMAT = 1

const LIMIT = 256 * 1024 * 1024

/** One run of kustomize that may have been made before. */
export interface Run {
  /** Its key, for the name of the kustomize that makes it. */
  readonly key: (printer: string) => string
  readonly make: () => Promise<string>
  readonly mayKeep: (text: string) => boolean
}

/** What kustomize printed. */
export interface Printed {
  readonly text: string
  /** May it, and what is made of it, lie on disk? Secrets may not. */
  readonly mayKeep: boolean
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
  async text(kustomize: Kustomize, { key, make, mayKeep }: Run): Promise<Printed> {
    const printer = await this.#printer(kustomize)
    const name = printer === undefined ? undefined : key(printer)
    const kept = name === undefined ? undefined : this.#store.read(name)
    if (kept !== undefined) return { text: kept, mayKeep: true }
    const text = await make()
    const printed = { text, mayKeep: mayKeep(text) }
    if (name !== undefined && printed.mayKeep) await this.#store.write(name, text)
    return printed
  }

  /**
   * The objects of a text that may lie on disk: reading JSON takes a tenth of what reading YAML takes.
   * Throws what `read` throws.
   */
  async objects(text: string, read: (text: string) => Objects): Promise<Objects> {
    const key = keyOf(['objects', FORMAT, this.#program, text])
    const kept = this.#store.read(key)
    if (kept !== undefined) return parseJson(kept) as Objects
    const objects = read(text)
    await this.#store.write(key, formatJson(objects))
    return objects
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
