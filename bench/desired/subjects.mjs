// Who is measured, and on what: everything is put into a folder outside the checkout.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const FLUX_LOCAL = '6.1.1'
const KUSTOMIZE = 'v5.8.1'

const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
/** Tools stay here for the next run; it can be deleted at any time. */
const TOOLS = join(cacheHome, 'kubectl-gitops-bench')
const LOCAL_PATH = `${join(TOOLS, 'bin')}:${process.env.PATH ?? ''}`

const git = (folder, ...args) =>
  execFileSync(
    'git',
    ['-C', folder, '-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )

/** Writes files into a real repository and commits them. */
export function createRepository(folder, files) {
  mkdirSync(folder, { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  change(folder, files)
}

/** Commits a change. */
export function change(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'change')
}

/** Clones a bundle. */
export function cloneBundle(bundle, folder) {
  execFileSync('git', ['clone', '--quiet', '--branch', 'main', bundle, folder], { stdio: 'pipe' })
}

/** The program under test, bundled as the plugin is; answers its path. */
export async function bundleProgram(folder) {
  const outfile = join(folder, 'build-all.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('build-all.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minify: true,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  return outfile
}

/** flux-local and the kustomize that it runs, or why they cannot be had. */
export function installFluxLocal() {
  const program = join(TOOLS, 'venv', 'bin', 'flux-local')
  try {
    if (!existsSync(program)) {
      rmSync(join(TOOLS, 'venv'), { recursive: true, force: true })
      execFileSync('python3', ['-m', 'venv', join(TOOLS, 'venv')])
      execFileSync(join(TOOLS, 'venv', 'bin', 'pip'), ['install', '--quiet', `flux-local==${FLUX_LOCAL}`], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    }
    if (!existsSync(join(TOOLS, 'bin', 'kustomize'))) {
      execFileSync('go', ['install', `sigs.k8s.io/kustomize/kustomize/v5@${KUSTOMIZE}`], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, GOBIN: join(TOOLS, 'bin') },
      })
    }
    // flux-local builds with the flux command, whose module Go alone cannot install.
    execFileSync('flux', ['--version'], { stdio: 'ignore' })
    return { program, versions: `flux-local ${FLUX_LOCAL} with kustomize ${KUSTOMIZE}` }
  } catch (error) {
    return {
      why: String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
    }
  }
}

/** Runs a command and answers how long it took, in ms; throws with its words where it fails. */
export function time(file, args) {
  const start = process.hrtime.bigint()
  const { status, stderr, stdout, error } = spawnSync(file, args, {
    env: { ...process.env, PATH: LOCAL_PATH },
    maxBuffer: 1 << 30,
  })
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  if (error) throw error
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr.toString().slice(-500)}`)
  return { ms, stdout: stdout.toString() }
}
