import { visible } from './printers/text.js'

/** Where a command writes and what it may know of its surroundings. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingDirectory: string
  readonly now: () => Date
}

/** A progress line on a terminal's stderr; silent in a pipe, in CI and where a line cannot be redrawn. */
export interface Progress {
  say(message: string): void
  end(): void
}

/** How wide an answer is that no terminal shows. */
export const PIPE_COLUMNS = 100

const QUIET_MS = 1000
const WIPE = '\r\u001b[K'

/**
 * One line that says what is going on, redrawn with every message. It comes where something takes longer than a
 * second, also where the last message is older than that, and is wiped before the answer is printed.
 */
export function createProgress({ stderr, env }: Pick<Terminal, 'stderr' | 'env'>): Progress {
  const isMute = stderr.isTTY !== true || (env.CI ?? '') !== '' || env.TERM === 'dumb'
  let latest: string | undefined
  let isShown = false
  const draw = (): void => {
    if (latest === undefined) return
    // A line that is broken cannot be wiped.
    const room = Math.max(1, (stderr.columns ?? PIPE_COLUMNS) - 1)
    stderr.write(`${WIPE}${visible(`${latest} …`).slice(0, room)}`)
    isShown = true
  }
  let isQuiet = true
  const timer = setTimeout(() => {
    isQuiet = false
    if (!isMute) draw()
  }, QUIET_MS)
  timer.unref()
  return {
    say(message) {
      latest = message
      if (!isMute && !isQuiet) draw()
    },
    end() {
      clearTimeout(timer)
      isQuiet = true
      if (isShown) stderr.write(WIPE)
      isShown = false
    },
  }
}
