import { GitOpsCommand } from '../command.js'
import { VERSION } from '../version.js'

/** `kubectl gitops version`; the entry answers it before anything else is loaded. */
export class Version extends GitOpsCommand {
  static override readonly summary = 'print the version of this plugin'

  override run(): Promise<void> {
    this.terminal.stdout.write(`${versionLine()}\n`)
    return Promise.resolve()
  }
}

/** `kubectl-gitops 0.1.0 (node v20.20.2)`. */
export const versionLine = (): string => `kubectl-gitops ${VERSION} (node ${process.version})`
