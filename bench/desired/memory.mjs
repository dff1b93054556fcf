// The memory of a process and its children while it runs (Linux: /proc).
import { clearInterval, setInterval } from 'node:timers'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const EVERY_MS = 10

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const residentKb = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
const childrenOf = (pid) => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)

/** Peaks in MB: of the process itself, and of it and its children together. */
export async function peakMemory(file, args, env) {
  const child = spawn(file, args, { stdio: 'ignore', ...(env === undefined ? {} : { env }) })
  const peaks = { own: 0, all: 0 }
  const timer = setInterval(() => {
    const own = residentKb(child.pid)
    const all = childrenOf(child.pid).reduce((sum, pid) => sum + residentKb(pid), own)
    peaks.own = Math.max(peaks.own, own)
    peaks.all = Math.max(peaks.all, all)
  }, EVERY_MS)
  await once(child, 'close')
  clearInterval(timer)
  return { own: Math.round(peaks.own / 1024), all: Math.round(peaks.all / 1024) }
}
