import { GitOpsCommand } from '../command.js'
import { versionLine } from '../version.js'

/** `kubectl gitops version`; the launcher answers it before anything else is loaded. */
export class Version extends GitOpsCommand {
  static override readonly summary = 'print the version of this plugin'

  override async run(): Promise<void> {
    await this.parse(Version)
    this.terminal.stdout.write(`${versionLine()}\n`)
  }
}
