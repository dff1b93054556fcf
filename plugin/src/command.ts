import { Command } from '@oclif/core'
import { tellFailure } from './failure.js'
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

  /** Every error of a command ends here: one form, exit code 2. */
  protected override catch(thrown: Error): Promise<void> {
    const call = { program: this.config.bin, command: this.id, argv: this.argv }
    tellFailure(thrown, call, this.terminal)
    process.exitCode = 2
    return Promise.resolve()
  }
}
