import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { BUNDLE } from './support/plugin.js'

const RUNS = 9
const MOST_BYTES = 2 * 1024 * 1024

const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', XDG_CACHE_HOME: '/dev/null' }

/** Milliseconds of one run from start to end. */
function time(file: string, ...args: readonly string[]): number {
  const start = performance.now()
  const { status } = spawnSync(file, args, { env, stdio: 'ignore' })
  expect(status).toBe(0)
  return performance.now() - start
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN

describe('the shipped file', () => {
  it('is at most 2 MB', () => {
    const { size } = statSync(BUNDLE)
    process.stdout.write(`plugin/dist/kubectl-gitops: ${(size / 1024 / 1024).toFixed(2)} MB\n`)
    expect(size).toBeLessThanOrEqual(MOST_BYTES)
  })

  // How fast is printed for people to read: a slow machine is no failure.
  it('starts: its time beside that of Node alone is printed', () => {
    const own: number[] = []
    const bare: number[] = []
    for (let run = 0; run < RUNS; run++) {
      bare.push(time(process.execPath, '-e', '0'))
      own.push(time(BUNDLE, 'version'))
    }
    const [ours, nodes] = [median(own), median(bare)]
    process.stdout.write(
      `kubectl-gitops version: ${ours.toFixed(0)} ms, node -e 0: ${nodes.toFixed(0)} ms, ` +
        `${(ours / nodes).toFixed(2)} times (median of ${RUNS} interleaved runs)\n`,
    )
  })
})
