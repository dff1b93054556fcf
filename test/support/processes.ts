import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardFolder, guardGroup } from './warden.js'

const KEPT_LINES = 40
const GRACE_MS = 5_000
const POLL_MS = 25

export interface ProcessSpec {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  /** The whole environment: a server under test inherits nothing. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface ServerProcess {
  readonly name: string
  readonly pid: number
  /** The last lines of stdout and stderr, oldest first, 40 at most. */
  lastLines(): readonly string[]
  /** How it ended (`exit code 1`, `signal SIGKILL`); undefined while it runs. */
  ended(): string | undefined
  /** Waits for `ready` to answer true; throws with the last log lines when the process ends or time is up. */
  waitUntil(ready: () => Promise<boolean>, timeoutMs: number): Promise<void>
  /** SIGTERM, after five seconds SIGKILL, to the whole process group; answers when it is gone. */
  stop(): Promise<void>
}

/** A server that did not come up: its own last words are in the message. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
  readonly lines: readonly string[]

  constructor(what: string, lines: readonly string[]) {
    super([`${what}. Its last log lines:`, ...lines.map((line) => `  ${line}`)].join('\n'))
    this.lines = lines
  }

  /** True when a port was taken between the moment the kernel gave it and the moment it was bound. */
  get isPortTaken(): boolean {
    return this.lines.some((line) => /address already in use/i.test(line))
  }
}

/** Starts a server in a process group of its own that dies with this process, even on SIGKILL. */
export function startProcess(spec: ProcessSpec): ServerProcess {
  const child = spawn(spec.file, [...spec.args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...spec.env },
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  })
  const { pid } = child
  const release = pid === undefined ? (): void => undefined : guardGroup(pid)
  const lines: string[] = []
  keepLines(child.stdout, lines)
  keepLines(child.stderr, lines)
  let end: string | undefined
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message)
      end = 'it could not be started'
      resolve()
    })
    child.once('close', (code, signal) => {
      end ??= code === null ? `signal ${String(signal)}` : `exit code ${code}`
      release()
      resolve()
    })
  })

  const waitUntil = async (ready: () => Promise<boolean>, timeoutMs: number): Promise<void> => {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      if (end !== undefined) throw new StartFailure(`${spec.name} ended with ${end}`, lines)
      if (await ready().catch(() => false)) return
      if (Date.now() > deadline)
        throw new StartFailure(`${spec.name} was not ready in ${timeoutMs} ms`, lines)
      await sleep(POLL_MS)
    }
  }

  const stop = async (): Promise<void> => {
    if (end === undefined && pid !== undefined) {
      signalGroup(pid, 'SIGTERM')
      await Promise.race([closed, sleep(GRACE_MS, undefined, { ref: false })])
    }
    if (pid !== undefined) signalGroup(pid, 'SIGKILL')
    await closed
  }

  return { name: spec.name, pid: pid ?? -1, lastLines: () => [...lines], ended: () => end, waitUntil, stop }
}

function keepLines(stream: Readable, lines: string[]): void {
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line)
    if (lines.length > KEPT_LINES) lines.shift()
  })
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    // ESRCH: gone. EPERM: macOS says so for a group whose last process has ended but was not waited for.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** TCP ports of 127.0.0.1 that were free a moment ago, all different, chosen by the kernel. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      resolve(server)
    })
  })
}

/** Calls `start` again, with new ports, while a port turns out to be taken by somebody else. */
export async function withFreePorts<T>(
  count: number,
  start: (ports: readonly number[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count))
    } catch (error) {
      if (!(error instanceof StartFailure && error.isPortTaken && attempt < 5)) throw error
    }
  }
}

export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** A new folder in the system's temporary folder, removed at the latest when this process dies. */
export async function temporaryFolder(purpose: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `kubectl-gitops-${purpose}-`))
  const release = guardFolder(path)
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    release()
  }
  return { path, remove }
}
