import { Command, Errors } from '@oclif/core'
import { asGitOpsError, GitOpsError } from '@kubectl-gitops/core/errors.js'
import { printJson } from './printers/document.js'
import { errorDocument, printError } from './printers/error.js'
import type { Terminal } from './terminal.js'

/** What every command has in common: streams, errors and exit codes. */
export abstract class GitOpsCommand extends Command {
  /** The streams and surroundings of this process. */
  protected get terminal(): Terminal {
    return {
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      workingDirectory: process.cwd(),
      now: () => new Date(),
    }
  }

  /** Every error ends here: one form, exit code 2, no stack trace unless DEBUG asks for one. */
  protected override async catch(thrown: Error): Promise<void> {
    if (isExit(thrown)) throw thrown
    const error = usageError(thrown, this.id) ?? asGitOpsError(thrown)
    if (this.wantsJson()) process.stdout.write(printJson(errorDocument(error)))
    process.stderr.write(printError(error))
    if (process.env['DEBUG']) process.stderr.write(`${thrown.stack ?? ''}\n`)
    process.exitCode = 2
    return Promise.resolve()
  }

  /** Asked where flags may not have been parsed. */
  private wantsJson(): boolean {
    return /(?:^|\s)(?:-o|--output)[= ]?json(?:\s|$)/.test(this.argv.join(' '))
  }
}

/** `--help` ends a command by throwing; that is no error. */
function isExit(thrown: Error): boolean {
  return 'oclif' in thrown && (thrown as Errors.ExitError).code === 'EEXIT'
}

function usageError(thrown: Error, command: string | undefined): GitOpsError | undefined {
  if (!('parse' in thrown) && !('oclif' in thrown)) return undefined
  return new GitOpsError('USAGE', {
    what: thrown.message
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('See more help'))
      .join('; '),
    tryThis: `kubectl gitops ${command ?? ''} -h`.replaceAll('  ', ' '),
  })
}
