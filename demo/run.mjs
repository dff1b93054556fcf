// Plays the tour. With KEEP=1 the cluster outlives this command: it then belongs to a process of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TOUR = 'DEMO_TOUR'
const keep = (process.env.KEEP ?? '') !== '' && process.env.KEEP !== '0'

if (!keep || process.env[TOUR] !== undefined) {
  await import('../test/support/typescript.mjs')
  const { playTour } = await import('./tour.ts')
  await playTour(keep).catch((error) => {
    process.stderr.write(`the tour ended early: ${error.message}\n`)
    process.exit(1)
  })
} else {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { ...process.env, [TOUR]: '1' },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  process.once('SIGINT', () => child.kill('SIGTERM'))
  process.once('SIGTERM', () => child.kill('SIGTERM'))
  child.once('exit', (code) => process.exit(code ?? 1))
  child.once('message', () => {
    child.disconnect()
    child.unref()
    process.exit(0)
  })
}
