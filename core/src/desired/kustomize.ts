import { execFile, type ExecFileException } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { GitOpsError } from '../errors.js'
import type { BuildCache } from './cache/build-cache.js'
import { KUSTOMIZATION_NAMES } from './kustomization-file.js'
import { removeScratch, trackScratch } from './scratch.js'
import { printYaml, readFirstYaml } from './yaml.js'

/** Runs kustomize; kubectl carries it, so the product needs no binary of its own. */
export interface Kustomize {
  /** `KUBECTL_PATH` (set by kubectl for its plugins), else `kubectl` from PATH. */
  readonly kubectl: string
  readonly timeoutMs: number
  /** Only PATH and TMPDIR are used. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What earlier runs printed; without it everything is built anew. */
  readonly cache?: BuildCache | undefined
}

/** The files of one build, by path relative to the scratch folder; `a/b/` is a folder that may stay empty. */
export type ScratchFiles = ReadonlyMap<string, Uint8Array | string>

/** Three keep two cores busy; one more, and all together need more than 300 MB. */
export const BUILDS_AT_ONCE = 3

const OUTPUT_LIMIT = 256 * 1024 * 1024

/**
 * Builds a folder of a scratch copy and answers what kustomize printed. The copy lives for this call
 * only; nobody's work tree is touched. Restrictions on where files are loaded from are off, as in Flux
 * (kustomize-controller SecureBuild): the closure has already refused paths that leave the artifact, and
 * every kustomization file is written as the closure understood it, so that kustomize cannot read it otherwise.
 * @throws GitOpsError BUILD_FAILED with kustomize's words, BUILD_TIMEOUT, LIMIT_EXCEEDED, KUSTOMIZE_NOT_FOUND,
 * YAML_INVALID
 */
export async function kustomizeBuild(
  kustomize: Kustomize,
  files: ScratchFiles,
  folder: string,
): Promise<string> {
  const scratch = await mkdtemp(join(kustomize.env.TMPDIR ?? tmpdir(), 'kubectl-gitops-'))
  trackScratch(scratch)
  try {
    await writeScratch(join(scratch, 'files'), files)
    await mkdir(join(scratch, 'home'), { mode: 0o700 })
    return await run(kustomize, scratch, folder)
  } finally {
    await removeScratch(scratch)
  }
}

async function writeScratch(root: string, files: ScratchFiles): Promise<void> {
  const folders = new Set([root, ...[...files.keys()].map((path) => join(root, folderIn(path)))])
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [path, content] of files) {
    if (path.endsWith('/')) continue
    await writeFile(join(root, path), unambiguous(path, content), { mode: 0o600, flag: 'wx' })
  }
}

const folderIn = (path: string): string => (path.endsWith('/') ? path : dirname(path))

function unambiguous(path: string, content: Uint8Array | string): Uint8Array | string {
  if (!KUSTOMIZATION_NAMES.some((name) => name === basename(path))) return content
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content)
  const document = readFirstYaml(text, path)
  return document === null ? '' : `${printYaml(document)}\n`
}

function run(kustomize: Kustomize, scratch: string, folder: string): Promise<string> {
  const options = {
    cwd: join(scratch, 'files'),
    env: kustomizeEnvironment(kustomize.env, join(scratch, 'home')),
    timeout: kustomize.timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: OUTPUT_LIMIT,
  }
  const args = ['kustomize', '--load-restrictor=LoadRestrictionsNone', '--', join(scratch, 'files', folder)]
  return new Promise((resolve, reject) => {
    execFile(kustomize.kubectl, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(explain(error, stderr, scratch, kustomize))
    })
  })
}

/** A build reads its scratch copy alone: no network, no configuration of the user's or the repository's. */
export function kustomizeEnvironment(env: Kustomize['env'], home: string): NodeJS.ProcessEnv {
  const nowhere = 'http://127.0.0.1:9'
  return {
    PATH: env.PATH,
    HOME: home,
    KUBECONFIG: '/dev/null',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_CONFIG_NOSYSTEM: '1',
    KUBECTL_KUBERC: 'false',
    // A third of a small build's time went into collecting garbage of a process that is about to end; 400 is no faster.
    GOGC: '200',
  }
}

function explain(
  error: ExecFileException,
  stderr: string,
  scratch: string,
  kustomize: Kustomize,
): GitOpsError {
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    return new GitOpsError('KUSTOMIZE_NOT_FOUND', {
      what: `cannot build: ${kustomize.kubectl} ${error.code === 'ENOENT' ? 'was not found' : 'cannot be run'}`,
      tryThis: 'install kubectl and put it on PATH, or set KUBECTL_PATH',
    })
  }
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    const why = `it printed more than ${OUTPUT_LIMIT >> 20} MiB`
    return new GitOpsError('LIMIT_EXCEEDED', { what: 'kustomize was stopped', why })
  }
  if (error.killed === true) {
    const why = `it took longer than ${kustomize.timeoutMs / 1000} s`
    return new GitOpsError('BUILD_TIMEOUT', { what: 'kustomize was stopped', why })
  }
  return new GitOpsError('BUILD_FAILED', {
    what: 'kustomize build failed',
    why: kustomizeWords(stderr, scratch) || ending(error),
  })
}

/** Node's own message would repeat the whole command line. */
const ending = ({ signal, code }: ExecFileException): string =>
  typeof signal === 'string' ? `it ended with ${signal}` : `it ended with exit code ${String(code)}`

/** Where kustomize repeats its input, which may be a secret. */
const REPEATED: readonly (readonly [RegExp, string])[] = [
  [/with config: `[^]*`/g, 'with config: ***'],
  [/literal sources \[[^]*\]: /g, 'literal sources ***: '],
  [/invalid literal source [^]*, expected key=value/g, 'invalid literal source ***, expected key=value'],
  [/\[(patch(?:es)?): "[^]*"\]/g, '[$1: ***]'],
  [/(apiVersion, kind and name from: )[^]*/, '$1***'],
  [/map\[string\]interface \{\}[{(][^]*[})]: /g, 'a resource: '],
  [/line \[[\d ]*\] has invalid utf8 bytes : .*/g, 'a line has invalid utf8 bytes'],
  // Where Go keeps something in memory: another place in every run.
  [/\b0x[\da-f]{8,16}\b/g, '0x...'],
  [/anchor '[^]*' (referenced|value contains itself)/g, "anchor '***' $1"],
  [/(cannot decode \S+) `[^]*` (as a)/g, '$1 *** $2'],
  [/invalid map key: [^]*/, 'invalid map key: ***'],
  [/(unsupported map key of type: [^,]*), key: [^]*/, '$1'],
  [/(Object '\w+' is missing in) [^]*/, '$1 ***'],
]

/** Some builds of kubectl log an error, with the time and quoted by Go, instead of printing it. */
const LOGGED = /^E\d{4} .*\] "command failed" err=(?:<\n([^]*)\n >|(".*"))$/m

function unlogged(_: string, lines: string | undefined, quoted: string): string {
  if (lines !== undefined) return lines.replace(/^\t/gm, '')
  try {
    return String(JSON.parse(quoted.replace(/\\x/g, '\\u00')))
  } catch {
    // Quoted, a secret could hide from what is taken out below.
    return 'kustomize failed in words that cannot be read'
  }
}

/** How Go ends a program; the controller lives on and says what it was (fluxcd/pkg kustomize, Build). */
const PANIC = /^panic: ([^]*?)\n(?:\[signal [^\n]*\n)?goroutine \d+ \[[^]*$/

const recovered = (_: string, value: string): string =>
  `recovered from kustomize build panic: ${value.replaceAll('\n\t', '\n')}`

/** What kustomize logs on the way, with the time, is no error. */
const NOTE = /^[IW]\d{4} \d\d:\d\d:\d\d\.\d+ /

/** kustomize's own words, with paths as they are in the repository and without its deprecation notes. */
export function kustomizeWords(stderr: string, scratch: string): string {
  const root = join(scratch, 'files')
  const words = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('# Warning:') && !NOTE.test(line))
    .join('\n')
    .replace(LOGGED, unlogged)
    .replace(PANIC, recovered)
    .replace(/^error: /, '')
    .replaceAll(`/private${root}`, root)
    .replaceAll(`${root}/`, '')
    .replaceAll(root, '.')
  return REPEATED.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), words)
}
