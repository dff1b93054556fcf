import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'

/** Scratch folders that are in use: a copy of somebody's repository must not outlive this process. */
const live = new Set<string>()

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** From now on the folder is removed when the process ends, whether by itself or by a signal. */
export function trackScratch(folder: string): void {
  if (live.size === 0) {
    process.on('exit', removeAll)
    for (const signal of SIGNALS) process.on(signal, endBySignal)
  }
  live.add(folder)
}

/** Removes a folder and forgets it. */
export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  live.delete(folder)
  if (live.size > 0) return
  process.off('exit', removeAll)
  for (const signal of SIGNALS) process.off(signal, endBySignal)
}

function removeAll(): void {
  for (const folder of live) rmSync(folder, { recursive: true, force: true })
}

/** Somebody else's handler may want to finish its work first; without one, the signal ends the process. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  removeAll()
  process.off(signal, endBySignal)
  process.kill(process.pid, signal)
}
