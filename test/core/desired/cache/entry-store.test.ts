import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EntryStore } from '@kubectl-gitops/core/desired/cache/entry-store.js'
import { temporaryFolder, type TemporaryFolder } from '../../../support/processes.js'

const MIB = 1024 * 1024
const key = (letter: string): string => letter.repeat(64)
/** A text that does not compress. */
const noise = (bytes: number): string => randomBytes(bytes / 2).toString('hex')

let place: TemporaryFolder
let folder: string
let count = 0

beforeAll(async () => {
  place = await temporaryFolder('entry-store')
})

afterAll(async () => {
  await place.remove()
})

beforeEach(() => {
  folder = join(place.path, `store-${count++}`, 'builds')
})

const bytesIn = async (): Promise<number> => {
  const sizes = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

describe('an entry store', () => {
  it('gives back what was written, to another process too, and nothing under another key', async () => {
    const text = 'name: é\u2028\ntext: |\n  a\r\n'
    await new EntryStore(folder, MIB).write(key('a'), text)
    const store = new EntryStore(folder, MIB)
    expect([store.read(key('a')), store.read(key('b'))]).toEqual([text, undefined])
  })

  it('keeps its folder and its entries from other people, and leaves no scratch behind', async () => {
    await new EntryStore(folder, MIB).write(key('a'), 'text')
    const modes = [folder, join(folder, key('a'))].map(async (path) => (await stat(path)).mode & 0o777)
    expect(await Promise.all(modes)).toEqual([0o700, 0o600])
    expect(await readdir(folder)).toEqual([key('a')])
  })

  it('does not show the text to who searches the disk for words', async () => {
    await new EntryStore(folder, MIB).write(key('a'), 'needle '.repeat(100))
    expect((await readFile(join(folder, key('a')))).length).toBeLessThan(100)
  })

  const faults: readonly (readonly [string, (entry: Buffer) => Buffer])[] = [
    ['empty', () => Buffer.alloc(0)],
    ['only a digest', (entry) => entry.subarray(0, 32)],
    ['cut off', (entry) => entry.subarray(0, entry.length - 3)],
    [
      'changed in its digest',
      (entry) => Buffer.concat([Buffer.from([(entry[0] ?? 0) ^ 1]), entry.subarray(1)]),
    ],
    // The last byte may be padding, which means nothing.
    [
      'changed near its end',
      (entry) =>
        Buffer.concat([entry.subarray(0, -8), Buffer.from([(entry.at(-8) ?? 0) ^ 255]), entry.subarray(-7)]),
    ],
    ['no entry at all', () => randomBytes(200)],
  ]
  it.each(faults)('takes an entry that is %s for none, and replaces it', async (_, spoil) => {
    const store = new EntryStore(folder, MIB)
    const path = join(folder, key('a'))
    await store.write(key('a'), noise(200))
    await writeFile(path, spoil(await readFile(path)))
    expect(store.read(key('a'))).toBeUndefined()
    await store.write(key('a'), 'again')
    expect(store.read(key('a'))).toBe('again')
  })

  it('takes an entry that lies under another key’s name for none', async () => {
    const store = new EntryStore(folder, MIB)
    await store.write(key('a'), 'text')
    await writeFile(join(folder, key('b')), await readFile(join(folder, key('a'))))
    expect(store.read(key('b'))).toBeUndefined()
  })

  it('does not inflate what would fill the memory beyond what a build may print', async () => {
    const store = new EntryStore(folder, MIB)
    await mkdir(folder, { recursive: true })
    await mkdir(join(folder, key('c')))
    expect(store.read(key('c'))).toBeUndefined()
  })

  it('goes on when its folder is deleted, and when it cannot be made', async () => {
    const store = new EntryStore(folder, MIB)
    await store.write(key('a'), 'text')
    await rm(folder, { recursive: true })
    expect(store.read(key('a'))).toBeUndefined()
    await store.write(key('a'), 'anew')
    expect(store.read(key('a'))).toBe('anew')
    const blocked = new EntryStore(join(folder, key('a'), 'builds'), MIB)
    await blocked.write(key('a'), 'text')
    expect(blocked.read(key('a'))).toBeUndefined()
  })

  it('stays below its bound, and drops the oldest entries first', async () => {
    const limit = 160_000
    const store = new EntryStore(folder, limit)
    for (let i = 0; i < 40; i++) {
      const name = key(i.toString(16).padStart(2, '0')).slice(0, 64)
      await store.write(name, noise(20_000))
      await utimes(join(folder, name), i, i)
      expect(await bytesIn()).toBeLessThanOrEqual(limit)
    }
    const left = (await readdir(folder)).sort()
    const newest = Array.from({ length: 40 }, (_, i) => key(i.toString(16).padStart(2, '0')).slice(0, 64))
    expect(left).toEqual(newest.slice(40 - left.length))
    expect(left.length).toBeGreaterThan(5)
  })

  it('clears away what a killed process left an hour ago, not what another one is writing', async () => {
    await mkdir(join(folder, 'writing-old'), { recursive: true })
    await mkdir(join(folder, 'writing-now'))
    await utimes(join(folder, 'writing-old'), 1, 1)
    await new EntryStore(folder, MIB).write(key('a'), 'text')
    expect((await readdir(folder)).sort()).toEqual([key('a'), 'writing-now'])
  })

  it('is one for several writers at once', async () => {
    const texts = Array.from({ length: 8 }, () => noise(50_000))
    const stores = texts.map(() => new EntryStore(folder, MIB))
    await Promise.all(
      stores.map(async (store, i) => {
        for (let round = 0; round < 20; round++) {
          await store.write(key('a'), texts[i] ?? '')
          expect([...texts, undefined]).toContain(store.read(key('a')))
        }
      }),
    )
    expect(texts).toContain(new EntryStore(folder, MIB).read(key('a')))
  })
})
