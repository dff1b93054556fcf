import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { GitOpsError } from '../errors.js'
import { type Environment, SAFE_OPTIONS } from './environment.js'
import { redactWords } from './redaction.js'

/** One run of git. `args` holds our own words, hex ids and what stands behind `--end-of-options`, no more. */
export interface GitCall {
  readonly args: readonly string[]
  readonly env: Environment
  readonly directory?: string
  readonly input?: string
  readonly timeoutMs: number
  /** Most bytes of stdout that are kept; more is LIMIT_EXCEEDED. */
  readonly maxBytes?: number
  /** The URL that is talked to: its credentials are struck from what git says. */
  readonly url?: string
}

export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  /** What git said, fit for messages. */
  readonly words: string
}

const MAX_BYTES = 16 * 1024 * 1024
const MAX_WORDS = 64 * 1024
const GRACE_MS = 2_000
/** An ssh master or a credential daemon may hold git's pipes open after git itself has ended. */
const LINGER_MS = 500

const groups = new Set<number>()

// A child in a group of its own does not see the terminal's Ctrl-C, so it goes when this process goes.
process.on('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL')
})

/**
 * Starts git in a process group (and session) of its own: no prompt can reach the terminal, and a stop
 * reaches ssh and the remote helpers too.
 */
export function startGit(call: Pick<GitCall, 'args' | 'env' | 'directory'>): ChildProcessWithoutNullStreams {
  const child = spawn('git', [...SAFE_OPTIONS, ...call.args], {
    env: { ...call.env },
    ...(call.directory === undefined ? {} : { cwd: call.directory }),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid !== undefined) {
    groups.add(pid)
    child.once('exit', () => groups.delete(pid))
  }
  child.stdin.on('error', () => undefined)
  return child
}

/** Stops git and everything it started; what has ended already stays ended. */
export function stopGit(child: ChildProcessWithoutNullStreams, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid !== undefined) signalGroup(child.pid, signal)
}

function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal)
  } catch {
    // ESRCH: the group has ended.
  }
}

/**
 * Runs git to its end and answers its exit code, output and words, whatever the code.
 * Throws GIT_NOT_FOUND, GIT_FAILED (no end within `timeoutMs`) and LIMIT_EXCEEDED.
 */
export async function runGit(call: GitCall): Promise<GitAnswer> {
  const child = startGit(call)
  const output = new Output(child, call)
  const timer = setTimeout(() => {
    output.stop(tooSlow(call))
  }, call.timeoutMs)
  try {
    const closed = new Promise<void>((resolve) =>
      child.once('close', () => {
        resolve()
      }),
    )
    const ended = exitOf(child, call)
    child.stdin.end(call.input)
    const code = await ended
    await (call.url === undefined ? closed : Promise.race([closed, delay(LINGER_MS)]))
    return output.answer(code)
  } finally {
    clearTimeout(timer)
    output.end()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

function exitOf(child: ChildProcessWithoutNullStreams, call: GitCall): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(startFailure(error, call.directory))
    })
    child.once('exit', (code) => {
      resolve(code ?? 128)
    })
  })
}

/** Why git could not be started: ENOENT is also what a vanished working directory looks like. */
export function startFailure(error: Error, directory: string | undefined): GitOpsError {
  if (directory !== undefined && !existsSync(directory))
    return new GitOpsError('REPOSITORY_NOT_FOUND', { what: `the folder ${directory} is gone`, cause: error })
  return new GitOpsError('GIT_NOT_FOUND', {
    what: 'git could not be started',
    why: error.message,
    tryThis: 'install git 2.39 or newer and put it on PATH',
    cause: error,
  })
}

function tooSlow(call: GitCall): GitOpsError {
  return new GitOpsError('GIT_FAILED', {
    what: `git ${call.args.find((word) => /^[a-z][a-z-]+$/.test(word)) ?? ''} took too long`,
    why: `no end within ${Math.round(call.timeoutMs / 100) / 10} s`,
  })
}

/** Collects what one run of git prints, and stops it when it prints or takes too much. */
class Output {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #call: GitCall
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #words = ''
  #stopped: GitOpsError | undefined
  #lastResort: NodeJS.Timeout | undefined

  constructor(child: ChildProcessWithoutNullStreams, call: GitCall) {
    this.#child = child
    this.#call = call
    child.stdout.on('data', (chunk: Buffer) => {
      this.#keep(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (this.#words.length < MAX_WORDS) this.#words += chunk.toString()
    })
  }

  #keep(chunk: Buffer): void {
    const limit = this.#call.maxBytes ?? MAX_BYTES
    this.#bytes += chunk.length
    if (this.#bytes <= limit) this.#chunks.push(chunk)
    else
      this.stop(
        new GitOpsError('LIMIT_EXCEEDED', { what: 'git printed too much', why: `more than ${limit} bytes` }),
      )
  }

  stop(reason: GitOpsError): void {
    if (this.#stopped !== undefined) return
    this.#stopped = reason
    // SIGTERM first: git then removes its lock files and half-written packs.
    stopGit(this.#child, 'SIGTERM')
    this.#lastResort = setTimeout(() => {
      stopGit(this.#child, 'SIGKILL')
    }, GRACE_MS)
  }

  end(): void {
    clearTimeout(this.#lastResort)
    if (this.#stopped !== undefined) stopGit(this.#child, 'SIGKILL')
  }

  answer(code: number): GitAnswer {
    if (this.#stopped !== undefined) throw this.#stopped
    return { code, stdout: Buffer.concat(this.#chunks), words: redactWords(this.#words, this.#call.url) }
  }
}
