import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** One source file of the project, by path from its root. */
export interface SourceFile {
  readonly path: string
  readonly lines: readonly string[]
}

/** One import of a source file. */
export interface Import {
  readonly file: string
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** From the project's root for its own files, else the package or `node:` module. */
  readonly target: string
}

const SKIPPED = new Set(['node_modules', 'dist', 'fixtures', 'corpus'])

/** Every source file below the given folders; a part that has no source yet has none. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders
    .map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(folder))
    .flatMap(walk)
    .map((path) => ({
      path: relative(ROOT, path),
      lines: readFileSync(path, 'utf8').split('\n'),
    }))
}

function walk(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(join(folder, entry.name))
    return /\.(?:ts|mts|js|mjs)$/.test(entry.name) ? [join(folder, entry.name)] : []
  })
}

/** Static, for its effect alone, and dynamic. */
const SPECIFIERS = [
  /^\s*(?:import|export|\}).*?\bfrom\s+['"]([^'"]+)['"]/,
  /^\s*import\s+['"]([^'"]+)['"]/,
  /\bimport\(\s*['"]([^'"]+)['"]/,
]

/** The imports of a file, static and dynamic. */
export function importsOf(file: SourceFile): readonly Import[] {
  return file.lines.flatMap((line, index) =>
    specifiersIn(line).map((specifier) => ({
      file: file.path,
      line: index + 1,
      specifier,
      target: targetOf(file.path, specifier),
    })),
  )
}

function specifiersIn(line: string): readonly string[] {
  if (/^\s*(?:\*|\/\/|\/\*)/.test(line)) return []
  return SPECIFIERS.flatMap((pattern) => pattern.exec(line)?.[1] ?? [])
}

function targetOf(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(from, '..', specifier).replace(/\.js$/, '.ts')
  const own = /^@kubectl-gitops\/([^/]+)\/(.*)\.js$/.exec(specifier)
  return own === null ? specifier : `${own[1] ?? ''}/src/${own[2] ?? ''}.ts`
}
