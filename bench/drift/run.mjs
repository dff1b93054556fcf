// Drift of whole fleets beside its peers: in turn, medians, and the ratios pair by pair.
//   node bench/drift/run.mjs [RUNS] [SIZES, comma separated]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { peakMemory } from '../desired/memory.mjs'
import '../../test/support/typescript.mjs'

const { startFleet, driftOnePercent } = await import('./stage.ts')
const { LISTS } = await import('./fleet.ts')

const RUNS = Number(process.argv[2] ?? 5)
const SIZES = (process.argv[3] ?? '1,100,1000,10000').split(',').map(Number)
const PROGRAM = fileURLToPath(new URL('../../plugin/dist/kubectl-gitops', import.meta.url))
const FLOOR = fileURLToPath(new URL('floor.mjs', import.meta.url))

const say = (text = '') => process.stdout.write(`${text}\n`)
const note = (text) => process.stderr.write(`${text}\n`)
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const seconds = (values) => (values.length === 0 ? '' : (median(values) / 1000).toFixed(2))
const ratio = (ours, theirs) =>
  theirs.length === 0 ? '' : median(theirs.map((ms, i) => ours[Math.min(i, ours.length - 1)] / ms)).toFixed(2)

const folder = mkdtempSync(join(tmpdir(), 'kubectl-gitops-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Runs a command and answers its time in ms, its output and its exit code; throws where that is not one of `codes`. */
function run(file, args, codes = [0], env = {}) {
  const start = process.hrtime.bigint()
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
    maxBuffer: 1 << 30,
  })
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  if (error) throw error
  if (!codes.includes(status))
    throw new Error(`${file} ${args[0]} ended with ${status}: ${stderr.toString().slice(-800)}`)
  return { ms, stdout: stdout.toString(), status }
}

/** The commands that are timed on one fleet. */
function commandsOf(fleet) {
  const { access } = fleet.cluster
  const authority = join(folder, 'ca.crt')
  writeFileSync(authority, access.authority)
  const env = { KUBECONFIG: fleet.cluster.kubeconfig, KUBECTL_PATH: access.kubectl }
  const kubectlEnv = { KUBECONFIG: fleet.cluster.kubeconfig }
  const args = ['drift', '--repo', fleet.checkout]
  const file = (paths) => paths.flatMap((path) => ['-f', path])
  return {
    env,
    args,
    floor: () => run(process.execPath, [FLOOR, access.url, access.tokens.admin, authority, ...LISTS]),
    oneList: () => run(access.kubectl, ['get', '--raw', `${LISTS[0]}?limit=500`], [0], kubectlEnv),
    ours: () => run(process.execPath, [PROGRAM, ...args], [0, 1, 2], env),
    json: () => run(process.execPath, [PROGRAM, ...args, '-o', 'json'], [0, 1, 2], env),
    cold: () => {
      rmSync(join(folder, 'cache'), { recursive: true, force: true })
      return run(process.execPath, [PROGRAM, ...args], [0, 1, 2], env)
    },
    serverSide: () =>
      run(access.kubectl, ['diff', '--server-side', ...file(fleet.manifests)], [0, 1], kubectlEnv),
    clientSide: () => run(access.kubectl, ['diff', ...file(fleet.manifests)], [0, 1], kubectlEnv),
    flux: () => {
      const started = process.hrtime.bigint()
      for (const { name, path } of fleet.kustomizations) {
        const words = [
          'diff',
          'kustomization',
          name,
          '--path',
          join(fleet.checkout, path),
          '--progress-bar=false',
        ]
        run(process.env.FLUX, words, [0, 1], kubectlEnv)
      }
      return { ms: Number(process.hrtime.bigint() - started) / 1e6 }
    },
  }
}

function summaryOf({ stdout, status }) {
  const { summary, objects } = JSON.parse(stdout)
  return { ...summary, objects: objects.length, status }
}

async function measure(count) {
  const fleet = await startFleet(count, note)
  try {
    const command = commandsOf(fleet)
    const times = {
      floor: [],
      warm: [],
      json: [],
      cold: [],
      serverSide: [],
      clientSide: [],
      flux: [],
      oneList: [],
    }
    command.cold()
    const first = summaryOf(command.json())
    for (let i = 0; i < RUNS; i++) {
      note(`${count} objects: run ${i + 1} of ${RUNS}`)
      times.floor.push(command.floor().ms)
      times.warm.push(command.ours().ms)
      times.json.push(command.json().ms)
      times.oneList.push(command.oneList().ms)
    }
    const slow = Math.max(1, Math.floor(RUNS / 3))
    for (let i = 0; i < slow; i++) {
      note(`${count} objects, slow peers: run ${i + 1} of ${slow}`)
      times.cold.push(command.cold().ms)
      times.serverSide.push(command.serverSide().ms)
      if (count <= 1000) times.clientSide.push(command.clientSide().ms)
      if (count <= 1000 && process.env.FLUX && existsSync(process.env.FLUX))
        times.flux.push(command.flux().ms)
    }
    const memory = await memoryOf(command)
    const drifted = await driftOnePercent(fleet)
    const second = summaryOf(command.json())
    times.drifted = []
    for (let i = 0; i < RUNS; i++) times.drifted.push(command.ours().ms)
    return { count, times, memory, first, drifted, second }
  } finally {
    await fleet.stop()
  }
}

/** Peaks of two runs one after another: the second starts with what the first left in the cache. */
async function memoryOf({ env, args }) {
  const inherited = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env }
  const peaks = []
  for (let i = 0; i < 2; i++)
    peaks.push(await peakMemory(process.execPath, [PROGRAM, ...args], { ...process.env, ...inherited }))
  return peaks
}

say(`${RUNS} runs each, in turn; ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}),`)
say(
  `${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0].toFixed(1)} at the start; Node ${process.version}.`,
)
say()
const results = []
for (const size of SIZES) results.push(await measure(size))

say(
  '| objects | warm / floor | warm / one raw LIST | kubectl diff --server-side / warm | … / cold | kubectl diff / warm | flux diff / warm |',
)
say('|---|---|---|---|---|---|---|')
for (const { count, times } of results) {
  const { warm, cold, floor, oneList, serverSide, clientSide, flux } = times
  const faster = (theirs, ours) => ratio(theirs, ours)
  const figures = [
    ratio(warm, floor),
    ratio(warm, oneList),
    faster(serverSide, warm.slice(0, serverSide.length)),
    faster(serverSide, cold),
    clientSide.length === 0 ? '' : faster(clientSide, warm.slice(0, clientSide.length)),
    flux.length === 0 ? '' : faster(flux, warm.slice(0, flux.length)),
  ]
  say(`| ${count} | ${figures.join(' | ')} |`)
}
say()
say(
  '| objects | floor, s | warm, s | warm as JSON, s | warm with drift, s | cold, s | kubectl diff --server-side, s | kubectl diff, s | flux diff, s | peak MB, first and second run |',
)
say('|---|---|---|---|---|---|---|---|---|---|')
for (const { count, times, memory } of results) {
  const { floor, warm, json, drifted, cold, serverSide, clientSide, flux } = times
  const figures = [floor, warm, json, drifted, cold, serverSide, clientSide, flux].map(seconds)
  say(`| ${count} | ${figures.join(' | ')} | ${memory.map(({ own }) => own).join(', ')} |`)
}
say()
for (const { count, first, drifted, second } of results) {
  say(`${count}: ${JSON.stringify(first)}; after ${drifted} edits by hand ${JSON.stringify(second)}`)
}
