import { basename, dirname } from 'node:path'
import { Config, Help, Plugin, type Command, type Interfaces } from '@oclif/core'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { Drift } from './commands/drift.js'
import { Render } from './commands/render.js'
import { Status } from './commands/status.js'
import { Version } from './commands/version.js'
import { nearWord } from '@kubectl-gitops/core/near-word.js'
import { VERSION } from './version.js'

const COMMANDS: Readonly<Record<string, Command.Class>> = {
  drift: Drift,
  render: Render,
  status: Status,
  version: Version,
}

const NAME = 'kubectl-gitops'

/** The words a user types to start the program: Flux starts its plugins as `flux-NAME`. */
export function programName(invoked: string): string {
  return basename(invoked).startsWith('flux-') ? 'flux gitops' : 'kubectl gitops'
}

/**
 * Runs the command that the words name.
 * @throws GitOpsError USAGE where they name none; failures of a command are told by the command
 */
export async function runCommand(argv: readonly string[], invoked: string): Promise<void> {
  const [first = 'help', ...rest] = argv
  if (first === 'help') {
    await runCommand([...rest, '--help'], invoked)
    return
  }
  if (first === '-h' || first === '--help') {
    await showHelp([], invoked)
    return
  }
  const name = first === '--version' ? 'version' : first
  if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(name, programName(invoked))
  if (asksForHelp(rest)) await showHelp([name], invoked)
  else await (await configure(invoked)).runCommand(name, rest)
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === '-h' || word === '--help')
}

async function showHelp(topic: string[], invoked: string): Promise<void> {
  const config = await configure(invoked)
  await new Help(config).showHelp(topic)
}

function unknownCommand(typed: string, program: string): GitOpsError {
  const names = Object.keys(COMMANDS)
  const near = nearWord(typed, names)
  return new GitOpsError('USAGE', {
    what: typed.startsWith('-') ? `unknown flag ${typed} before the command` : `unknown command ${typed}`,
    why: `the commands are ${names.join(', ')}`,
    tryThis: near === undefined ? `${program} -h` : `${program} ${near}`,
  })
}

/**
 * oclif without a package.json beside it: the program is one file, so the configuration that oclif would look
 * for on disk is given to it here.
 */
async function configure(invoked: string): Promise<Config> {
  const root = dirname(invoked)
  const pjson: Interfaces.PJSON = {
    name: NAME,
    version: VERSION,
    description: 'Is the cluster what Git says, and who made it so',
    oclif: {
      bin: programName(invoked),
      topicSeparator: ' ',
      commands: { strategy: 'explicit', target: './in-memory', identifier: 'COMMANDS' },
    },
  }
  const plugin = new Plugin({ root, pjson, isRoot: true })
  Object.defineProperty(plugin, 'loadCommandsFromTarget', { value: () => Promise.resolve(COMMANDS) })
  await plugin.load()
  const config = new Config({ root, pjson, plugins: new Map([[NAME, plugin]]) })
  await config.load()
  return config
}
