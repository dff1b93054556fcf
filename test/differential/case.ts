import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestFile } from '../support/git-repository.js'

/** One input of the differential test: a tree of files and a Kustomization that builds a folder of it. */
export interface Case {
  /** By path relative to the case's own root. */
  readonly files: Readonly<Record<string, TestFile>>
  /** `spec.path`, relative to the case's own root. */
  readonly path: string
  /** What else `spec` says. */
  readonly spec: Readonly<Record<string, unknown>>
  /** `spec.ignore` of its GitRepository. */
  readonly ignore?: string
}

/** A rule of one case must not act on another, and any rule takes the built-in ones away. */
export function needsOwnSource({ files, ignore }: Case): boolean {
  return ignore !== undefined || Object.keys(files).some((path) => path.split('/').at(-1) === '.sourceignore')
}

/** Writes the files of a case below a folder. */
export async function writeFiles(folder: string, files: Case['files']): Promise<void> {
  for (const [path, file] of Object.entries(files)) await writeOne(join(folder, path), file)
}

async function writeOne(path: string, file: TestFile): Promise<void> {
  if (file === null) return
  await mkdir(dirname(path), { recursive: true })
  if (typeof file === 'string' || file instanceof Uint8Array) await writeFile(path, file)
  else if ('link' in file) await symlink(file.link, path)
  else {
    await writeFile(path, file.executable)
    await chmod(path, 0o755)
  }
}
