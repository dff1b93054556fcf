import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GitOpsError } from '../errors.js'

/** Runs kustomize; kubectl carries it, so the product needs no binary of its own. */
export interface Kustomize {
  /** `KUBECTL_PATH` (set by kubectl for its plugins), else `kubectl` from PATH. */
  readonly kubectl: string
  readonly timeoutMs: number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The files of one build, by path relative to the scratch folder. */
export type ScratchFiles = ReadonlyMap<string, Uint8Array | string>

const OUTPUT_LIMIT = 256 * 1024 * 1024

/**
 * Builds a folder of a scratch copy and answers what kustomize printed. The copy lives for this call
 * only; nobody's work tree is touched. Restrictions on where files are loaded from are off, as in Flux
 * (kustomize-controller SecureBuild): the closure has already refused paths that leave the artifact.
 * @throws GitOpsError BUILD_FAILED with kustomize's words, BUILD_TIMEOUT, KUSTOMIZE_NOT_FOUND
 */
export async function kustomizeBuild(
  kustomize: Kustomize,
  files: ScratchFiles,
  folder: string,
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'kubectl-gitops-'))
  try {
    await writeScratch(scratch, files)
    return await run(kustomize, scratch, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function writeScratch(scratch: string, files: ScratchFiles): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => dirname(join(scratch, path))))
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [path, content] of files)
    await writeFile(join(scratch, path), content, { mode: 0o600, flag: 'wx' })
}

function run(kustomize: Kustomize, scratch: string, folder: string): Promise<string> {
  const target = folder === '' ? scratch : join(scratch, folder)
  const options = {
    cwd: scratch,
    env: offline(kustomize.env, scratch),
    timeout: kustomize.timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: OUTPUT_LIMIT,
  }
  return new Promise((resolve, reject) => {
    execFile(
      kustomize.kubectl,
      ['kustomize', '--load-restrictor=LoadRestrictionsNone', '--', target],
      options,
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(explain(error, stderr, scratch, kustomize))
      },
    )
  })
}

/** A build reads its scratch copy alone: no network, no configuration of the user's. */
function offline(env: Kustomize['env'], scratch: string): NodeJS.ProcessEnv {
  const nowhere = 'http://127.0.0.1:9'
  return {
    PATH: env['PATH'],
    HOME: scratch,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_CONFIG_NOSYSTEM: '1',
    KUBECTL_KUBERC: 'false',
  }
}

interface ExecError {
  readonly code?: string | number | null | undefined
  readonly killed?: boolean | undefined
  readonly message: string
}

function explain(error: ExecError, stderr: string, scratch: string, kustomize: Kustomize): GitOpsError {
  if (error.code === 'ENOENT') {
    return new GitOpsError('KUSTOMIZE_NOT_FOUND', {
      what: `cannot build: ${kustomize.kubectl} was not found`,
      tryThis: 'install kubectl and put it on PATH, or set KUBECTL_PATH',
    })
  }
  if (error.killed === true) {
    return new GitOpsError('BUILD_TIMEOUT', {
      what: 'kustomize was stopped',
      why: `it took longer than ${Math.round(kustomize.timeoutMs / 1000)} s or printed more than ${OUTPUT_LIMIT >> 20} MiB`,
    })
  }
  return new GitOpsError('BUILD_FAILED', {
    what: 'kustomize build failed',
    why: kustomizeWords(stderr, scratch) || error.message,
  })
}

/** kustomize's own words, with paths as they are in the repository and without its deprecation notes. */
export function kustomizeWords(stderr: string, scratch: string): string {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('# Warning:'))
    .join('\n')
    .replace(/^error: /, '')
    .replaceAll(`/private${scratch}/`, '')
    .replaceAll(`${scratch}/`, '')
    .replaceAll(scratch, '.')
}
