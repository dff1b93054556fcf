import { Flags } from '@oclif/core'
import { exitCode, VERDICTS, type Verdict } from '@kubectl-gitops/core/drift/report.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { surveyDrift } from '@kubectl-gitops/core/survey/drift.js'
import { withCluster } from '../cluster-session.js'
import { GitOpsCommand } from '../command.js'
import { defined } from '../defined.js'
import { clusterFlags, gitFlags, outputFlags, scopeFlags } from '../flags.js'
import { FORMATS, printReport } from '../printers/report.js'
import { createStyle, isColored } from '../printers/style.js'
import { visible } from '../printers/text.js'
import { openRules, RULES_FILE } from '../rules-file.js'
import { PIPE_COLUMNS } from '../terminal.js'

/** `kubectl gitops drift`: flags in, report out; the work is core's. */
export class Drift extends GitOpsCommand {
  static override readonly summary = 'compare the live cluster with what Flux built from Git'
  static override readonly description = `Every object that Flux's Kustomizations own is compared, field by field, with what Flux built at the revision it really applied. Reads only: get and list rights are enough.

Verdicts: in sync, drifted, missing, orphaned, pending, excluded, failed, unknown.

Exit codes: 0 all in sync; 1 anything drifted, missing, orphaned or failed; 2 anything unknown, or no answer.`
  static override readonly examples = [
    { description: 'the whole cluster', command: '<%= config.bin %> drift' },
    {
      description: 'one namespace, read from a local clone',
      command: '<%= config.bin %> drift -n flux-system --repo ~/fleet',
    },
    {
      description: 'for a pipeline that fails on drift alone',
      command: '<%= config.bin %> drift --fail-on drifted,missing -o json',
    },
  ]
  static override readonly flags = {
    ...scopeFlags,
    ...gitFlags,
    orphans: Flags.boolean({
      description: 'look for objects that are left behind in every kind that the server lists',
      helpGroup: 'SCOPE',
    }),
    rules: Flags.string({
      description: `rules by which differences are no drift; ${RULES_FILE} of the working directory, where there is one`,
      helpGroup: 'GIT',
      helpValue: '<file>',
    }),
    ...clusterFlags,
    ...outputFlags,
    output: Flags.option({
      char: 'o',
      description: 'form of the answer; wide also lists what is in sync',
      options: FORMATS,
      helpGroup: 'OUTPUT',
    })(),
    'fail-on': Flags.string({
      description: `verdicts that make the exit code 1, comma separated (${VERDICTS.filter((verdict) => verdict !== 'in-sync').join(', ')})`,
      helpGroup: 'OUTPUT',
      helpValue: '<verdicts>',
    }),
  }

  /** Prints the report and leaves its exit code behind. */
  async run(): Promise<void> {
    const { flags } = await this.parse(Drift)
    const { terminal } = this
    const failOn = flags['fail-on'] === undefined ? undefined : readVerdicts(flags['fail-on'])
    const rules = openRules(flags.rules, terminal.workingDirectory)
    const report = await withCluster('drift', flags, terminal, (session) =>
      surveyDrift({ ...session, orphans: flags.orphans, ...defined({ namespace: flags.namespace, rules }) }),
    )
    for (const note of report.notes) terminal.stderr.write(`note: ${visible(note)}\n`)
    const { stdout, env, now } = terminal
    const style = createStyle(isColored(flags.color, stdout.isTTY === true, env))
    const width = stdout.columns ?? PIPE_COLUMNS
    stdout.write(printReport(report, flags.output, { style, width, now: now() }))
    process.exitCode = exitCode(report, failOn)
  }
}

function readVerdicts(text: string): readonly Verdict[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !VERDICTS.some((verdict) => verdict === name))
  if (wrong === undefined) return VERDICTS.filter((verdict) => names.includes(verdict))
  throw new GitOpsError('USAGE', {
    what: `--fail-on: ${wrong} is not a verdict`,
    tryThis: `choose among ${VERDICTS.join(', ')}`,
  })
}
