/**
 * Builds what the cluster and flux tests run on and what is not in the cache yet.
 *
 *   node test/control-plane/build.mjs [module ...]     all modules when none is named
 *
 * Exit code 0: everything the tests need is there, or was said to be skipped; 1: something could not be had;
 * 2: wrong usage; 130: interrupted. With KUBEBUILDER_ASSETS (a folder with etcd, kube-apiserver, kubectl)
 * those three are taken from there and the rest is built only where Go is installed.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ASSET_BINARIES, MODULES, cacheFolder, locateBinary, missingParts } from './modules.mjs'
import { moduleFolder, sourceFolder } from './modules.mjs'
import { goEnvironment, goProblem } from './toolchain.mjs'

const say = (line) => process.stdout.write(`${line}\n`)
const complain = (line) => process.stderr.write(`${line}\n`)
const interrupted = new globalThis.AbortController()

function duration(seconds) {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

/** Runs go in a module folder; answers its output, rejects with its last words. */
function go(module, args, onProgress = () => undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, {
      cwd: sourceFolder(module),
      env: goEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: interrupted.signal,
      killSignal: 'SIGTERM',
    })
    let output = ''
    let words = ''
    child.stdout.on('data', (chunk) => (output += String(chunk)))
    child.stderr.on('data', (chunk) => {
      words = (words + String(chunk)).slice(-8000)
    })
    const ticking = globalThis.setInterval(onProgress, 1000)
    child.once('error', (error) => {
      globalThis.clearInterval(ticking)
      reject(error)
    })
    child.once('close', (code) => {
      globalThis.clearInterval(ticking)
      if (code === 0) resolve(output)
      else reject(new Error(words.trim().split('\n').slice(-15).join('\n') || `go ended with ${code}`))
    })
  })
}

/** Says how far a build is: one rewritten line at a terminal, a line every 30 seconds elsewhere. */
function progressOf(module) {
  const started = Date.now()
  return () => {
    const seconds = Math.round((Date.now() - started) / 1000)
    const line = `  ${module.name}: ${seconds} s of about ${duration(module.seconds)}`
    if (process.stdout.isTTY) process.stdout.write(`\r${line} `)
    else if (seconds > 0 && seconds % 30 === 0) say(line)
  }
}

async function buildBinaries(module, names, scratch) {
  const onProgress = progressOf(module)
  const args = ['build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', module.ldflags]
  for (const name of names) {
    // One package at a time: `-o FILE` names the binary, and Go's own cache keeps what they share.
    const { package: main } = module.binaries[name]
    await go(module, [...args, '-o', join(scratch, name), main], onProgress)
  }
  if (process.stdout.isTTY) process.stdout.write('\n')
}

/** Copies the CRDs out of Go's module cache, so that a warm run needs no module cache. */
async function copyCrds(module, scratch) {
  const listed = await go(module, ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', module.crds.module])
  const from = join(listed.trim(), module.crds.path)
  mkdirSync(scratch)
  const files = statSync(from).isDirectory() ? readdirSync(from).map((name) => join(from, name)) : [from]
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    copyFileSync(file, join(scratch, basename(file)))
  }
}

/** Moves finished parts into place; another build may have been faster, its parts are as good. */
function publish(scratch, target) {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(scratch)) {
    try {
      renameSync(join(scratch, name), join(target, name))
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    }
  }
}

async function build(module, missing) {
  const target = moduleFolder(module, process.env)
  mkdirSync(join(cacheFolder(process.env), 'bin'), { recursive: true })
  const scratch = mkdtempSync(`${target}.building-`)
  try {
    await buildBinaries(module, missing.binaries, scratch)
    if (missing.crds) await copyCrds(module, join(scratch, 'crds'))
    publish(scratch, target)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function partsOf({ module, missing }) {
  return [...missing.binaries, ...(missing.crds ? [`${module.name}'s CRDs`] : [])]
}

/** Without Go: fatal, unless KUBEBUILDER_ASSETS has what the cluster tests need. */
function withoutGo(problem, plan) {
  if (!process.env.KUBEBUILDER_ASSETS) {
    complain(`missing: ${problem}. Install Go 1.26 or newer (it builds the test servers once), or set`)
    complain(
      '  KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl (envtest); the flux tests',
    )
    complain('  are then skipped. Tests that need no server: npm test -- --selectProjects pure')
    return 1
  }
  say(`not built, tests that need them are skipped: ${plan.flatMap(partsOf).join(', ')} (${problem})`)
  return 0
}

/** What KUBEBUILDER_ASSETS promises and does not hold. */
function brokenAssets() {
  if (!process.env.KUBEBUILDER_ASSETS) return []
  return ASSET_BINARIES.filter((name) => !locateBinary(name, process.env).exists)
}

function planFor(names) {
  const modules = names.length === 0 ? MODULES : MODULES.filter((module) => names.includes(module.name))
  return modules
    .map((module) => ({ module, missing: missingParts(module, process.env) }))
    .map(({ module, missing }) => ({ module, missing: withoutAssets(missing) }))
    .filter(({ missing }) => missing.binaries.length > 0 || missing.crds)
}

function withoutAssets(missing) {
  if (!process.env.KUBEBUILDER_ASSETS) return missing
  return { ...missing, binaries: missing.binaries.filter((name) => !ASSET_BINARIES.includes(name)) }
}

async function buildAll(plan) {
  const total = plan.reduce((sum, { module }) => sum + module.seconds, 0)
  say(`building the test servers, once per machine: about ${duration(total)} on two cores the first time`)
  let failed = 0
  for (const part of plan) {
    const started = Date.now()
    say(`  ${part.module.name}: building ${partsOf(part).join(', ')}, about ${duration(part.module.seconds)}`)
    try {
      await build(part.module, part.missing)
      say(`  ${part.module.name}: done in ${duration((Date.now() - started) / 1000)}`)
    } catch (error) {
      if (interrupted.signal.aborted) return 130
      failed += 1
      complain(`  ${part.module.name}: could not be built. Go says:\n${error.message}`)
    }
  }
  if (failed > 0) complain(`${failed} of ${plan.length} modules could not be built; run again to continue`)
  return failed > 0 ? 1 : 0
}

async function main(names) {
  const unknown = names.filter((name) => !MODULES.some((module) => module.name === name))
  if (unknown.length > 0) {
    complain(
      `no such module: ${unknown.join(', ')} (there are ${MODULES.map(({ name }) => name).join(', ')})`,
    )
    return 2
  }
  const broken = brokenAssets()
  if (broken.length > 0) {
    complain(
      `missing: KUBEBUILDER_ASSETS has no ${broken.join(', ')}: point it to a folder that has, or unset it`,
    )
    return 1
  }
  const plan = planFor(names)
  if (plan.length === 0) {
    say(`test servers: all there, in ${cacheFolder(process.env)}`)
    return 0
  }
  const problem = goProblem(process.env)
  return problem === undefined ? buildAll(plan) : withoutGo(problem, plan)
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort())
process.exitCode = await main(process.argv.slice(2))
