// Builds of whole repositories beside the same work of others: in turn, medians, and the ratios pair by pair.
//   node bench/desired/run.mjs [RUNS [PART ...]]     all of: platform, small, corpora, flux-local
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { peers } from '../peers/peers.mjs'
import { peakMemory } from './memory.mjs'
import { CLUSTER, platform, smallPaths } from './platform.mjs'
import { bundleProgram, change, cloneBundle, createRepository, time } from './subjects.mjs'

const [runs = '5', ...parts] = process.argv.slice(2)
const RUNS = Number(runs)
const isWanted = (part) => parts.length === 0 || parts.includes(part)
const HISTORIES = new URL('../../../shared/corpora/histories/', import.meta.url).pathname

const kubectl = findKubectl()
const folder = mkdtempSync(join(tmpdir(), 'kubectl-gitops-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const say = (text = '') => process.stdout.write(`${text}\n`)
const note = (text) => process.stderr.write(`${text}\n`)

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const seconds = (values) => (median(values) / 1000).toFixed(2)
const ratio = (ours, theirs) => median(ours.map((ms, i) => ms / theirs[i])).toFixed(2)

function findKubectl() {
  const named = process.env.KUBECTL_PATH
  const places = (process.env.PATH ?? '').split(delimiter).map((place) => join(place, 'kubectl'))
  const found = [...(named ? [named] : []), ...places].find(existsSync)
  if (!found) throw new Error('there is no kubectl on PATH')
  return found
}

/** One run of ours; the cache is its own. */
const ours = (program, repository, entry, cache, binary = kubectl) =>
  time(process.execPath, [program, repository, entry, binary, cache])

function sequential(scratch) {
  const paths = JSON.parse(readFileSync(join(scratch, 'paths.json'), 'utf8'))
  const args = (path) => ['kustomize', '--load-restrictor=LoadRestrictionsNone', path]
  return { ms: paths.reduce((sum, path) => sum + time(kubectl, args(path)).ms, 0), count: paths.length }
}

/** How often kubectl is started, told by one that writes a line each time. */
function countStarts(program, repository, entry, cache) {
  const log = join(folder, 'starts')
  const counted = join(folder, 'kubectl')
  writeFileSync(log, '')
  writeFileSync(counted, `#!/bin/sh\necho "$1" >>${log}\nexec ${kubectl} "$@"\n`)
  chmodSync(counted, 0o755)
  ours(program, repository, entry, cache, counted)
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line === 'kustomize').length
}

/** Times cold, warm and sequential builds of one repository in turn. */
function measure(program, name, repository, entry) {
  const cache = join(folder, `${name}-cache`)
  const scratch = join(folder, `${name}-scratch`)
  const facts = JSON.parse(
    time(process.execPath, [program, repository, entry, kubectl, cache, scratch]).stdout,
  )
  const times = { one: [], cold: [], warm: [] }
  for (let run = 0; run < RUNS; run++) {
    note(`${name}: run ${run + 1} of ${RUNS}`)
    times.one.push(sequential(scratch).ms)
    rmSync(cache, { recursive: true, force: true })
    times.cold.push(ours(program, repository, entry, cache).ms)
    times.warm.push(ours(program, repository, entry, cache).ms)
  }
  return { name, facts, times, cache }
}

function row({ name, facts, times }) {
  const { one, cold, warm } = times
  const figures = [ratio(cold, one), ratio(warm, one), seconds(one), seconds(cold), seconds(warm)]
  say(`| ${name} | ${facts.built} of ${facts.kustomizations}, ${facts.objects} | ${figures.join(' | ')} |`)
}

function corpora() {
  if (!existsSync(HISTORIES)) return []
  const entries = {
    'gitops-linkerd': 'clusters/my-cluster',
    'flux2-kustomize-helm-example': 'clusters/production',
    'flux2-multi-tenancy': 'clusters/production',
  }
  const bundles = readdirSync(HISTORIES).filter((file) => file.endsWith('.bundle'))
  return bundles.map((file) => {
    const name = file.replace('.bundle', '')
    cloneBundle(join(HISTORIES, file), join(folder, name))
    return [name, join(folder, name), entries[name] ?? 'clusters']
  })
}

async function platformDetails(program, { cache }) {
  const repository = join(folder, 'platform')
  const cold = countStarts(program, repository, CLUSTER, join(folder, 'count-cache'))
  const again = countStarts(program, repository, CLUSTER, join(folder, 'count-cache'))
  const settings = 'apps/app-007/settings.ini'
  change(repository, { [settings]: '[server]\nname = changed\n' })
  const changed = countStarts(program, repository, CLUSTER, join(folder, 'count-cache'))
  change(repository, {
    'base/app-003/service-1.yaml': platform()['base/app-003/service-1.yaml'].replace('80', '81'),
  })
  const base = countStarts(program, repository, CLUSTER, join(folder, 'count-cache'))
  say()
  say(
    `kustomize was started ${cold} times cold, ${again} times warm, ${changed} time after \`${settings}\` had changed,`,
  )
  say(`${base} time after a file of a base had changed.`)
  rmSync(cache, { recursive: true, force: true })
  const peak = await peakMemory(process.execPath, [program, repository, CLUSTER, kubectl, cache])
  say(`Peak memory of a cold run: ${peak.own} MB, ${peak.all} MB with the kubectl processes beside it.`)
}

function beside(program, { fluxLocal, fluxLocalName, path }) {
  const repository = join(folder, 'small')
  const cache = join(folder, 'small-cache')
  const output = join(folder, 'flux-local.yaml') // It opens /dev/stdout anew, which a pipe of Node's is not made for.
  const args = ['build', 'ks', '--path', join(repository, CLUSTER), '-A', '--output-file', output]
  const times = { theirs: [], cold: [], warm: [] }
  for (let run = 0; run < Math.max(3, Math.ceil(RUNS / 2)); run++) {
    note(`flux-local: run ${run + 1}`)
    times.theirs.push(time(fluxLocal, args, path).ms)
    rmSync(cache, { recursive: true, force: true })
    times.cold.push(ours(program, repository, CLUSTER, cache).ms)
    times.warm.push(ours(program, repository, CLUSTER, cache).ms)
  }
  say(`| times faster cold | times faster warm | ${fluxLocalName}, s | ours cold, s | ours warm, s |`)
  say('|---|---|---|---|---|')
  const figures = [ratio(times.theirs, times.cold), ratio(times.theirs, times.warm)]
  say(`| ${[...figures, ...Object.values(times).map(seconds)].join(' | ')} |`)
}

const version = JSON.parse(execFileSync(kubectl, ['version', '--client', '-o', 'json']).toString())
createRepository(join(folder, 'platform'), platform())
createRepository(join(folder, 'small'), smallPaths())
const program = await bundleProgram(folder)
const details = []

say(`${RUNS} runs each, in turn; ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}),`)
say(
  `${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0].toFixed(1)} at the start; Node ${process.version}, kubectl`,
)
say(`${version.clientVersion.gitVersion} (kustomize ${version.kustomizeVersion}).`)
say()
say(
  '| repository | built, objects | cold / one by one | warm / one by one | one by one, s | cold, s | warm, s |',
)
say('|---|---|---|---|---|---|---|')
if (isWanted('platform')) {
  const measured = measure(program, 'platform', join(folder, 'platform'), CLUSTER)
  row(measured)
  details.push(() => platformDetails(program, measured))
}
if (isWanted('small')) row(measure(program, '300 small paths', join(folder, 'small'), CLUSTER))
if (isWanted('corpora'))
  for (const [name, repository, entry] of corpora()) row(measure(program, name, repository, entry))
for (const tell of details) await tell()
if (isWanted('flux-local')) {
  say()
  const found = havePeers()
  if (found.why === undefined) beside(program, found)
  else say(`flux-local could not be had: ${found.why}`)
}

function havePeers() {
  try {
    return peers()
  } catch (error) {
    return { why: error.message }
  }
}
