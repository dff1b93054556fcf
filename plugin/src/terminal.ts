/** Where a command writes and what it may know of its surroundings. */
export interface Terminal {
  readonly stdout: {
    write(text: string): unknown
    /** Told when a reader that was too slow has caught up. */
    once?(event: 'drain', listener: () => void): unknown
    readonly isTTY?: boolean
    readonly columns?: number
    readonly rows?: number
  }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly now: () => Date
}

/** A progress line on a terminal's stderr; silent in a pipe and in CI. */
export interface Progress {
  say(message: string): void
  end(): void
}

/** How wide an answer is that no terminal shows. */
export const PIPE_COLUMNS = 100

const QUIET_MS = 400

/** The line appears only where something takes long, and is wiped before the answer is printed. */
export function createProgress({ stderr, env, now }: Terminal): Progress {
  const silent = stderr.isTTY !== true || (env.CI ?? '') !== ''
  const start = now().getTime()
  let shown = false
  return {
    say(message) {
      if (silent || now().getTime() - start < QUIET_MS) return
      stderr.write(`\r\u001b[K${message} …`)
      shown = true
    },
    end() {
      if (shown) stderr.write('\r\u001b[K')
      shown = false
    },
  }
}
