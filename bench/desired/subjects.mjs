// What is measured: everything is put into a folder outside the checkout.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

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

/** Runs a command and answers how long it took, in ms; throws with its words where it fails. */
export function time(file, args, path = process.env.PATH) {
  const start = process.hrtime.bigint()
  const { status, stderr, stdout, error } = spawnSync(file, args, {
    env: { ...process.env, PATH: path },
    maxBuffer: 1 << 30,
  })
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  if (error) throw error
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr.toString().slice(-500)}`)
  return { ms, stdout: stdout.toString() }
}
