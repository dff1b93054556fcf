/**
 * The programs that ours is measured beside. They are built and installed outside the checkout, each once, in a folder
 * of its version; no test needs them.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../test/control-plane/modules.mjs'
import { goEnvironment } from '../../test/control-plane/toolchain.mjs'

const KUSTOMIZE = { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.8.1' }
const FLUX = {
  module: 'github.com/fluxcd/flux2/v2',
  version: 'v2.9.5',
  // What Go's checksum database has for it: here the module is built as a main module, with its own go.sum.
  sum: 'h1:jwCccxvkD+2QnsjN+pl5QqM8KnFUwA8pIoQ1Lf0avkA=',
}
const FLUX_LOCAL = '6.1.1'

const FOLDER = join(cacheFolder(process.env), 'peers')

const run = (file, args, options = {}) =>
  execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options })

/** Makes a folder of a name once: `make` fills a scratch folder, which then takes the name as a whole. */
function once(name, make) {
  const folder = join(FOLDER, name)
  if (existsSync(folder)) return folder
  mkdirSync(FOLDER, { recursive: true })
  const scratch = mkdtempSync(join(FOLDER, 'building-'))
  try {
    make(scratch)
    renameSync(scratch, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return folder
}

/** Go's own words are the last lines of what it says. */
function go(args, options) {
  try {
    return run('go', args, { env: goEnvironment(process.env), ...options })
  } catch (error) {
    throw new Error(
      `go ${args[0]}: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .slice(-3)
        .join(' ')}`,
    )
  }
}

/**
 * The flux command. `go install` cannot make it: it embeds manifests that are no part of the module. It needs them to
 * install Flux, and never to build or to compare, so that an empty one does; a copy of the module can be written to.
 */
function flux() {
  return once(`flux-${FLUX.version}`, (scratch) => {
    const found = JSON.parse(go(['mod', 'download', '-json', `${FLUX.module}@${FLUX.version}`]))
    if (found.Sum !== FLUX.sum) throw new Error(`${FLUX.module}@${FLUX.version} is ${found.Sum}`)
    const copy = join(scratch, 'module')
    cpSync(found.Dir, copy, { recursive: true })
    run('chmod', ['-R', 'u+w', copy])
    mkdirSync(join(copy, 'cmd/flux/manifests'), { recursive: true })
    writeFileSync(join(copy, 'cmd/flux/manifests/none.yaml'), '')
    const flags = [
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      `-s -w -X main.VERSION=${FLUX.version.slice(1)}`,
    ]
    go(['build', ...flags, '-o', join(scratch, 'flux'), './cmd/flux'], { cwd: copy })
    rmSync(copy, { recursive: true })
  })
}

function kustomize() {
  return once(`kustomize-${KUSTOMIZE.version}`, (scratch) => {
    go(['install', '-trimpath', `${KUSTOMIZE.module}@${KUSTOMIZE.version}`], {
      env: { ...goEnvironment(process.env), GOBIN: scratch },
    })
  })
}

/** A virtual environment keeps its own path in itself, so it is made where it stays. */
function fluxLocal() {
  const folder = join(FOLDER, `flux-local-${FLUX_LOCAL}`)
  const program = join(folder, 'bin', 'flux-local')
  if (existsSync(join(folder, 'complete'))) return program
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  run('python3', ['-m', 'venv', folder])
  run(join(folder, 'bin', 'pip'), ['install', '--quiet', `flux-local==${FLUX_LOCAL}`])
  writeFileSync(join(folder, 'complete'), '')
  return program
}

/**
 * All of them, built where they are missing (flux takes about 5 minutes on two cores): paths of the programs, the PATH
 * to run flux-local with, and what they are called in tables. Throws with the words of what failed.
 */
export function peers() {
  const folders = [flux(), kustomize()]
  return {
    flux: join(folders[0], 'flux'),
    kustomize: join(folders[1], 'kustomize'),
    fluxLocal: fluxLocal(),
    path: [...folders, process.env.PATH ?? ''].join(':'),
    fluxLocalName: `flux-local ${FLUX_LOCAL} (flux ${FLUX.version}, kustomize ${KUSTOMIZE.version})`,
  }
}

if (process.argv[1] === import.meta.filename) {
  const { flux: fluxPath, kustomize: kustomizePath, fluxLocal: fluxLocalPath } = peers()
  for (const path of [fluxPath, kustomizePath, fluxLocalPath]) process.stdout.write(`${path}\n`)
}
