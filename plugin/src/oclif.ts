import { basename, dirname } from 'node:path'
import { execute, Plugin, type Command } from '@oclif/core'
import { Drift } from './commands/drift.js'
import { Version } from './commands/version.js'
import { VERSION } from './version.js'

const COMMANDS: Readonly<Record<string, Command.Class>> = { drift: Drift, version: Version }

const NAME = 'kubectl-gitops'

/**
 * Runs a command through oclif without a package.json beside it: the program is one file, so the
 * configuration that oclif would look for on disk is given to it here.
 */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const invoked = process.argv[1] ?? NAME
  const bin = basename(invoked).startsWith('flux-') ? 'flux gitops' : 'kubectl gitops'
  const root = dirname(invoked)
  const pjson = {
    name: NAME,
    version: VERSION,
    description: 'Is the cluster what Git says, and who made it so',
    oclif: {
      bin,
      topicSeparator: ' ' as const,
      additionalHelpFlags: ['-h'],
      commands: { strategy: 'explicit' as const, target: './in-memory', identifier: 'COMMANDS' },
      exitCodes: {
        default: 2,
        failedFlagParsing: 2,
        failedFlagValidation: 2,
        invalidArgs: 2,
        nonExistentFlag: 2,
        requiredArgs: 2,
        unexpectedArgs: 2,
      },
    },
  }
  const plugin = new Plugin({ root, pjson, isRoot: true })
  Object.defineProperty(plugin, 'loadCommandsFromTarget', { value: () => Promise.resolve(COMMANDS) })
  await plugin.load()
  await execute({
    args: [...argv],
    dir: root,
    loadOptions: { root, pjson, plugins: new Map([[NAME, plugin]]) },
  })
}
