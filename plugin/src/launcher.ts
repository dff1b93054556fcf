import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from './cache-folder.js'
import { versionLine } from './version.js'

/** Names the program's text, so that code compiled from another text is never run; set by the bundler. */
declare const KUBECTL_GITOPS_PROGRAM: string

/**
 * The head of the shipped file. The program itself stands behind it in a comment: reading 1.6 MB of
 * JavaScript costs more than starting Node, and asking for the version should not pay for it. What is
 * run is compiled once and kept in the cache; a cache that does not fit is ignored by V8.
 */
const [first] = process.argv.slice(2)
if (process.argv.length === 3 && (first === 'version' || first === '--version')) {
  process.stdout.write(`${versionLine()}\n`)
} else {
  void launch()
}

/** The function that Node wraps a CommonJS module in. */
type Program = (
  ...scope: readonly [
    exports: object,
    require: NodeJS.Require,
    module: object,
    filename: string,
    dirname: string,
  ]
) => void

async function launch(): Promise<void> {
  const { Script, constants } = await import('node:vm')
  const cache = codeCache()
  const cachedData = cache === undefined ? undefined : readIfThere(cache)
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${programText()}\n})`,
    {
      filename: __filename,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData === undefined ? {} : { cachedData }),
    },
  )
  const program = script.runInThisContext() as Program
  program({}, require, { exports: {} }, __filename, dirname(__filename))
  if (cache === undefined || (cachedData !== undefined && script.cachedDataRejected !== true)) return
  // Written at the end: by then the functions that are really used have been compiled.
  process.once('exit', () => {
    keep(cache, script.createCachedData())
  })
}

function codeCache(): string | undefined {
  const folder = cacheFolder(process.env)
  if (folder === undefined) return undefined
  return join(folder, 'code', `${KUBECTL_GITOPS_PROGRAM}-${process.versions.v8}`)
}

/** The text between the last opening and the last closing of a comment, with inner closings restored. */
function programText(): string {
  const file = readFileSync(__filename, 'utf8')
  const start = file.lastIndexOf('/*PROGRAM\n') + '/*PROGRAM\n'.length
  return file.slice(start, file.lastIndexOf('*/')).replaceAll('*\u0001/', '*/')
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** A cache that cannot be written costs time at the next start and nothing else. */
function keep(path: string, data: Buffer): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const temporary = `${path}.${String(process.pid)}`
    writeFileSync(temporary, data, { mode: 0o600 })
    renameSync(temporary, path)
  } catch {
    return
  }
}
