import { asGitOpsError, GitOpsError } from '@kubectl-gitops/core/errors.js'
import { errorDocument, printError } from './printers/error.js'
import { nearWord } from '@kubectl-gitops/core/near-word.js'
import { printJson, printJsonLine, printYaml } from './printers/document.js'

/** Where a failure is told. */
export interface Streams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What was asked of the program when it failed. */
export interface Call {
  readonly program: string
  /** Undefined where no command was recognised. */
  readonly command: string | undefined
  readonly argv: readonly string[]
}

/**
 * Tells a failure in its one form: words on stderr, for `-o json|yaml|ndjson` a document on stdout as well, a stack
 * trace only where DEBUG asks for one.
 */
export function tellFailure(thrown: unknown, call: Call, { stdout, stderr, env }: Streams): void {
  const error = usageError(thrown, call) ?? asGitOpsError(thrown)
  const format = wantedFormat(call.argv)
  if (format === 'json') stdout.write(printJson(errorDocument(error)))
  if (format === 'ndjson') stdout.write(printJsonLine(errorDocument(error)))
  if (format === 'yaml') stdout.write(printYaml(errorDocument(error)))
  stderr.write(printError(error))
  if ((env.DEBUG ?? '') !== '') stderr.write(`${stackOf(thrown)}\n`)
}

/** Asked where flags may not have been parsed; as with every flag, the last one counts. */
function wantedFormat(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  const values = words.flatMap((word, index) => {
    if (word === '-o' || word === '--output') return words[index + 1] ?? []
    return /^(?:-o=?|--output=)(.+)$/.exec(word)?.[1] ?? []
  })
  return values.at(-1)
}

/** What oclif's parser refuses is the user's to mend, in one sentence. */
function usageError(thrown: unknown, { program, command }: Call): GitOpsError | undefined {
  if (!(thrown instanceof Error) || !('parse' in thrown || 'oclif' in thrown)) return undefined
  const lines = thrown.message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:See more help|The following errors? occurred:)/.test(line))
  return new GitOpsError('USAGE', {
    what: lines.join('; '),
    tryThis: [program, command, nearChoice(lines) ?? '-h'].filter((word) => word !== undefined).join(' '),
    cause: thrown,
  })
}

/** The flag with the choice that was probably meant, where a flag has some. */
function nearChoice(lines: readonly string[]): string | undefined {
  const [, flag, typed = '', choices = ''] =
    /^Expected (--[\w-]+)=(.*) to be one of: (.+)$/.exec(lines.join('; ')) ?? []
  const near = nearWord(typed, choices.split(', '))
  return flag === undefined || near === undefined ? undefined : `${flag}=${near}`
}

/** The stacks of an error and of what caused it. */
function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const own = thrown.stack ?? thrown.message
  return thrown.cause instanceof Error ? `${own}\ncaused by ${stackOf(thrown.cause)}` : own
}
