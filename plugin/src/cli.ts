import { versionLine } from './commands/version.js'

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const

/** Exit handlers (scratch copies) run, and the shell sees the usual code. */
for (const [signal, code] of Object.entries(INTERRUPTED)) process.once(signal, () => process.exit(code))

/** A reader that closes the pipe early (`| head`) has had enough; that is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

/** `version` is answered before anything heavy is loaded; it is what scripts and people ask first. */
async function main(argv: readonly string[]): Promise<void> {
  const [first] = argv
  if (argv.length === 1 && (first === 'version' || first === '--version')) {
    process.stdout.write(`${versionLine()}\n`)
    return
  }
  const { runCommand } = await import('./oclif.js')
  await runCommand(argv)
}

let answered = false

// A program that stops with work left over must not look like one that found nothing.
process.once('beforeExit', () => {
  if (answered) return
  process.stderr.write('error: kubectl-gitops stopped without an answer\n  code: INTERNAL\n')
  process.exitCode = 2
})

void main(process.argv.slice(2)).then(() => {
  answered = true
})
