import { Flags, type Interfaces } from '@oclif/core'
import { statusOfPath } from '@kubectl-gitops/core/survey/offline-status.js'
import type { Select } from '@kubectl-gitops/core/survey/rendering.js'
import { statusOfCluster } from '@kubectl-gitops/core/survey/status.js'
import { statusExitCode, type StatusReport } from '@kubectl-gitops/core/survey/status-report.js'
import { withCluster } from '../cluster-session.js'
import { GitOpsCommand } from '../command.js'
import { defined } from '../defined.js'
import {
  clusterFlags,
  fluxScopeFlags,
  gitFlags,
  kustomizationArgs,
  offlineFlags,
  outputFlags,
} from '../flags.js'
import { readKustomizationName, selectKustomizations } from '../kustomization-name.js'
import { withRepository } from '../offline-session.js'
import { printStatus, STATUS_FORMATS } from '../printers/status.js'
import { createStyle, isColored } from '../printers/style.js'
import { visible } from '../printers/text.js'
import { PIPE_COLUMNS, type Terminal } from '../terminal.js'

/** `kubectl gitops status`: flags in, report out; the work is core's. */
export class Status extends GitOpsCommand {
  static override readonly summary = 'show the tree of Kustomizations, and how far Git is ahead'
  static override readonly description = `Who applies whom, in the order in which Flux gets to them: the revision of each, what Flux says of it, how many commits Git is ahead and how many of them touch it, and whether this program builds to the byte what Flux built. Reads only.

With --path no cluster is asked: the tree that the repository declares, and whether each of it builds.

Exit codes: 0 everything is ready; 1 anything is not ready, failed, or not built as Flux built it; 2 anything is unknown, or no answer.`
  static override readonly examples = [
    { description: 'the whole cluster', command: '<%= config.bin %> status' },
    { description: 'at once, without reading Git', command: '<%= config.bin %> status --no-build' },
    {
      description: 'what a branch would give, without a cluster',
      command: '<%= config.bin %> status --path clusters/production --repo ~/fleet',
    },
  ]
  static override readonly args = kustomizationArgs
  static override readonly flags = {
    ...fluxScopeFlags,
    ...gitFlags,
    build: Flags.boolean({
      description: 'read Git, for proof and for how far it is ahead',
      helpGroup: 'GIT',
      default: true,
      allowNo: true,
    }),
    revision: Flags.string({
      description: 'with --path: commit, branch or tag to read, HEAD unless told',
      helpGroup: 'GIT',
      helpValue: '<revision>',
      dependsOn: ['path'],
    }),
    ...offlineFlags,
    ...clusterFlags,
    ...outputFlags,
    output: Flags.option({
      char: 'o',
      description: 'form of the answer; wide has more columns',
      options: STATUS_FORMATS,
      helpGroup: 'OUTPUT',
    })(),
  }

  /** Prints the report and leaves its exit code behind. */
  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status)
    const { terminal } = this
    const names = (args.kustomization ?? []).map(readKustomizationName)
    const report = await survey(flags, terminal, (all) => selectKustomizations(all, names, flags.namespace))
    for (const note of report.notes) terminal.stderr.write(`note: ${visible(note)}\n`)
    const { stdout, env, now } = terminal
    const style = createStyle(isColored(flags.color, stdout.isTTY === true, env))
    const width = stdout.columns ?? PIPE_COLUMNS
    stdout.write(printStatus(report, flags.output, { style, width, now: now() }))
    process.exitCode = statusExitCode(report)
  }
}

type StatusFlags = Interfaces.InferredFlags<typeof Status.flags>

function survey(flags: StatusFlags, terminal: Terminal, select: Select): Promise<StatusReport> {
  const { path, revision, build } = flags
  const scope = defined({ namespace: flags.namespace })
  if (path === undefined) {
    return withCluster('status', flags, terminal, (session) =>
      statusOfCluster({ ...session, ...scope, select, build }),
    )
  }
  const revisions = revision === undefined ? [] : [{ revision }]
  return withRepository(flags.repo, revisions, terminal, (session) =>
    statusOfPath({ ...session, ...scope, path, select, now: terminal.now }),
  )
}
