import type { FluxReference } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import type { Wanted } from '../live/list.js'
import { keyString } from '../object.js'

/** What has to be judged again. */
export interface Batch {
  /** Everything: so much has changed that it is not worth telling apart. */
  readonly everything: boolean
  readonly owners: readonly FluxReference[]
  readonly objects: readonly Wanted[]
  /** Who may apply the objects, as their labels say. */
  readonly labelled: readonly FluxReference[]
}

/** Milliseconds without a change after which a burst is over, and the longest that one may last. */
const QUIET_MS = 300
const LONGEST_MS = 2_000
/** Names that are kept at most; a batch of more is a survey of everything. */
const MOST = 2_000

/** Collects the names of what changes until they are taken, each once. */
export class WatchQueue {
  readonly #owners = new Map<string, FluxReference>()
  readonly #objects = new Map<string, Wanted>()
  readonly #labelled = new Map<string, FluxReference>()
  #everything = false
  #first: number | undefined
  #last = 0
  #wake: () => void = () => undefined
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  addOwner(owner: FluxReference): void {
    this.#owners.set(referenceKey(owner), owner)
    this.#added()
  }

  addObject(wanted: Wanted, labelled: readonly FluxReference[]): void {
    this.#objects.set(keyString(wanted.key), wanted)
    for (const owner of labelled) this.#labelled.set(referenceKey(owner), owner)
    this.#added()
  }

  addEverything(): void {
    this.#everything = true
    this.#added()
  }

  /** Gives back a batch that could not be judged. */
  giveBack({ everything, owners, objects, labelled }: Batch): void {
    for (const owner of owners) this.addOwner(owner)
    for (const wanted of objects) this.addObject(wanted, labelled)
    if (everything) this.addEverything()
  }

  /** The next batch, once a burst is over; undefined when the signal is aborted. */
  async take(signal: AbortSignal): Promise<Batch | undefined> {
    while (!signal.aborted) {
      const due = this.#due()
      if (due === 0) return this.#empty()
      await this.#wait(due, signal)
    }
    return undefined
  }

  /** Milliseconds until a batch may be taken; undefined while there is nothing. */
  #due(): number | undefined {
    if (this.#first === undefined) return undefined
    return Math.max(0, Math.min(this.#last + QUIET_MS, this.#first + LONGEST_MS) - this.#now())
  }

  #wait(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds)
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
      this.#wake = milliseconds === undefined ? done : () => undefined
    })
  }

  #empty(): Batch {
    const batch = {
      everything: this.#everything,
      owners: [...this.#owners.values()],
      objects: [...this.#objects.values()],
      labelled: [...this.#labelled.values()],
    }
    this.#clear()
    this.#everything = false
    this.#first = undefined
    return batch
  }

  #added(): void {
    if (this.#owners.size + this.#objects.size > MOST) {
      this.#clear()
      this.#everything = true
    }
    this.#last = this.#now()
    this.#first ??= this.#last
    this.#wake()
  }

  #clear(): void {
    for (const names of [this.#owners, this.#objects, this.#labelled]) names.clear()
  }
}
