import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'

const compress = promisify(deflateRaw)

const DIGEST_BYTES = 32
/** As much as one build may print. */
const LARGEST_TEXT = 256 * 1024 * 1024
const SCRATCH = 'writing-'
const HOUR_MS = 3_600_000

/**
 * Texts by key in a folder that may be deleted, or shared with other processes, at any time. An entry is written
 * beside and renamed, and holds a digest of its key and text: what is torn or was put there by mistake is not there.
 * What cannot be written costs time, never an answer.
 */
export class EntryStore {
  readonly #folder: string
  readonly #limit: number
  /** Bytes that may still be written before the folder is looked through. */
  #allowance = 0

  /** @param limit bytes on disk; the oldest entries go first */
  constructor(folder: string, limit: number) {
    this.#folder = folder
    this.#limit = limit
  }

  /**
   * The text with this key (64 hex digits); undefined where there is none. Waits for the disk: most entries are a few
   * kilobytes, and a turn of the thread pool takes longer.
   */
  read(key: string): string | undefined {
    try {
      const entry = readFileSync(this.#path(key))
      const text = inflateRawSync(entry.subarray(DIGEST_BYTES), { maxOutputLength: LARGEST_TEXT })
      return digest(key, text).equals(entry.subarray(0, DIGEST_BYTES)) ? text.toString() : undefined
    } catch {
      return undefined
    }
  }

  /** Keeps a text. */
  async write(key: string, text: string): Promise<void> {
    const bytes = Buffer.from(text)
    try {
      const entry = Buffer.concat([digest(key, bytes), await compress(bytes, { level: 1 })])
      await this.#makeRoom(entry.length)
      await this.#place(key, entry)
    } catch {
      return
    }
  }

  #path(key: string): string {
    return join(this.#folder, key)
  }

  async #place(key: string, entry: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const scratch = await mkdtemp(join(this.#folder, SCRATCH))
    try {
      await writeFile(join(scratch, 'entry'), entry, { mode: 0o600 })
      await rename(join(scratch, 'entry'), this.#path(key))
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  /** Looks through the folder before the first write and once in a sixteenth of the limit: others write too. */
  async #makeRoom(bytes: number): Promise<void> {
    this.#allowance -= bytes
    if (this.#allowance >= 0) return
    this.#allowance = Math.floor(this.#limit / 16)
    await this.#sweep(this.#limit - this.#allowance - bytes)
  }

  async #sweep(limit: number): Promise<void> {
    const found = await this.#list()
    const newest = found[0]?.writtenMs ?? 0
    let bytes = 0
    for (const { name, size, writtenMs } of found) {
      const isScratch = name.startsWith(SCRATCH)
      // A process that was killed left it; one that is at work is not an hour old.
      if (!isScratch) bytes += size
      const isStale = isScratch ? writtenMs < newest - HOUR_MS : bytes > limit
      if (isStale) await rm(this.#path(name), { recursive: true, force: true })
    }
  }

  /** Newest first. */
  async #list(): Promise<readonly { name: string; size: number; writtenMs: number }[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const found = await Promise.all(
      names.map(async (name) => {
        const facts = await stat(this.#path(name)).catch(() => undefined)
        return facts === undefined ? [] : [{ name, size: facts.size, writtenMs: facts.mtimeMs }]
      }),
    )
    return found.flat().sort((a, b) => b.writtenMs - a.writtenMs)
  }
}

const digest = (key: string, text: Uint8Array): Buffer =>
  createHash('sha256').update(key).update(text).digest()
