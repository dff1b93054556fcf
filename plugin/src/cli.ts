import { tellFailure } from './failure.js'
import { programName, runCommand } from './oclif.js'

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const

/** Exit handlers (scratch copies) run, and the shell sees the usual code. */
for (const [signal, code] of Object.entries(INTERRUPTED)) process.once(signal, () => process.exit(code))

/** A reader that closes the pipe early (`| head`) has had enough; that is no error. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
}

let answered = false

// A program that stops with work left over must not look like one that found nothing.
process.once('beforeExit', () => {
  if (answered) return
  process.stderr.write('error: kubectl-gitops stopped without an answer\n  code: INTERNAL\n')
  process.exitCode = 2
})

const argv = process.argv.slice(2)
const invoked = process.argv[1] ?? ''

void runCommand(argv, invoked)
  .catch((error: unknown) => {
    tellFailure(error, { program: programName(invoked), command: undefined, argv }, process)
    process.exitCode = 2
  })
  .then(() => {
    answered = true
  })
