import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { TestFile } from '../support/git-repository.js'
import { type Case, writeFiles } from './case.js'
import type { Outcome } from './outcome.js'

/** A case with what Flux made of it, as a folder: `tree/` and `case.json`. */
export interface Fixture {
  readonly input: Case
  readonly flux: Outcome
}

export async function writeFixture(folder: string, { input, flux }: Fixture): Promise<void> {
  const { files, ...rest } = input
  await mkdir(join(folder, 'tree'), { recursive: true })
  await writeFiles(join(folder, 'tree'), files)
  await writeFile(join(folder, 'case.json'), `${JSON.stringify({ ...rest, flux }, undefined, 2)}\n`)
}

export async function readFixture(folder: string): Promise<Fixture> {
  const text = await readFile(join(folder, 'case.json'), 'utf8')
  const { flux, ...rest } = JSON.parse(text) as Omit<Case, 'files'> & Pick<Fixture, 'flux'>
  const tree = join(folder, 'tree')
  const entries = await readdir(tree, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
  const files = await Promise.all(
    paths.map(async (path) => [relative(tree, path), await readOne(path)] as const),
  )
  return { input: { ...rest, files: Object.fromEntries(files) }, flux }
}

async function readOne(path: string): Promise<TestFile> {
  const facts = await lstat(path)
  if (facts.isSymbolicLink()) return { link: await readlink(path) }
  const isExecutable = (facts.mode & 0o100) !== 0
  return isExecutable ? { executable: await readFile(path, 'utf8') } : new Uint8Array(await readFile(path))
}
