// Start-up of the shipped file beside bare Node: runs in turn, medians, and the ratio pair by pair.
//   npm run build && node bench/startup.mjs [RUNS]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const runs = Number(process.argv[2] ?? 15)
const bundle = fileURLToPath(new URL('../plugin/dist/kubectl-gitops', import.meta.url))
const rows = [
  ['node -e 0', ['-e', '0']],
  ['kubectl-gitops version', [bundle, 'version']],
  ['kubectl-gitops drift --help', [bundle, 'drift', '--help']],
]

function milliseconds(args) {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

for (const [, args] of rows) milliseconds(args)
const times = rows.map(() => [])
for (let run = 0; run < runs; run++) rows.forEach(([, args], row) => times[row].push(milliseconds(args)))

process.stdout.write(`${runs} runs each, in turn; Node ${process.version}\n\n`)
process.stdout.write(
  '| command | median ms | best ms | times bare Node (median of pairs) |\n|---|---|---|---|\n',
)
rows.forEach(([name], row) => {
  const ratios = times[row].map((time, run) => time / times[0][run])
  const figures = [median(times[row]), Math.min(...times[row])].map((time) => time.toFixed(0))
  process.stdout.write(`| ${name} | ${figures.join(' | ')} | ${median(ratios).toFixed(2)} |\n`)
})
