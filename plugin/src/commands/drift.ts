import { Flags, type Interfaces } from '@oclif/core'
import { exitCode, VERDICTS, type DriftReport, type Verdict } from '@kubectl-gitops/core/drift/report.js'
import { recordKey, type ShowSides, type Sides } from '@kubectl-gitops/core/drift/sides.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { parseLabelSelector } from '@kubectl-gitops/core/label-selector.js'
import { surveyDrift, type SurveyRequest } from '@kubectl-gitops/core/survey/drift.js'
import { watchDrift } from '@kubectl-gitops/core/survey/watch.js'
import { withCluster } from '../cluster-session.js'
import { GitOpsCommand } from '../command.js'
import { defined } from '../defined.js'
import { clusterFlags, gitFlags, outputFlags, scopeFlags, targetArgs } from '../flags.js'
import { externalDiff, runExternalDiff } from '../external-diff.js'
import { diffFiles, diffNotes, type SidesByRecord } from '../printers/diff.js'
import { FORMATS, printReport, showsExplained, type Format } from '../printers/report.js'
import { createStyle, isColored, type ColorChoice } from '../printers/style.js'
import { visible } from '../printers/text.js'
import { readRevisionFlag } from '../revision-choice.js'
import { openRules, RULES_FILE } from '../rules-file.js'
import { readTargetNames } from '../target-name.js'
import { PIPE_COLUMNS } from '../terminal.js'
import { watchOutput } from '../watch-output.js'

/** `kubectl gitops drift`: flags in, report out; the work is core's. */
export class Drift extends GitOpsCommand {
  static override readonly summary = 'compare the live cluster with what Flux built from Git'
  static override readonly description = `Every object that Flux's Kustomizations own is compared, field by field, with what Flux built at the revision it really applied. Reads only: get and list rights are enough, but for --exact.

Verdicts: in sync, drifted, missing, orphaned, pending, excluded, failed, unknown.

Exit codes: 0 all in sync; 1 anything drifted, missing, orphaned or failed; 2 anything unknown, or no answer.`
  static override readonly examples = [
    { description: 'the whole cluster', command: '<%= config.bin %> drift' },
    {
      description: 'all that one Kustomization applies, and one object',
      command: '<%= config.bin %> drift kustomization/apps deploy/web -n shop',
    },
    { description: 'what has a label', command: "<%= config.bin %> drift -l 'app in (web,api),!canary'" },
    {
      description: 'one namespace, read from a local clone',
      command: '<%= config.bin %> drift -n flux-system --repo ~/fleet',
    },
    {
      description: 'what a branch would change, and a pipeline that stops at it',
      command: '<%= config.bin %> drift --against my-branch --fail-on pending,failed',
    },
    { description: 'what changes from now on', command: '<%= config.bin %> drift --watch' },
    {
      description: 'for a pipeline that fails on drift alone',
      command: '<%= config.bin %> drift --fail-on drifted,missing -o json',
    },
    {
      description: 'as unified diffs, or in the program that KUBECTL_EXTERNAL_DIFF names',
      command: '<%= config.bin %> drift -o diff',
    },
  ]
  static override readonly args = targetArgs
  static override readonly flags = {
    ...scopeFlags,
    ...gitFlags,
    revision: Flags.string({
      description:
        'commit, branch or tag to compare live with instead of what was applied; for one source: GitRepository/NAMESPACE/NAME=REV; repeatable',
      helpGroup: 'GIT',
      helpValue: '<revision>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    against: Flags.string({
      description:
        'what would change if this commit, branch or tag were applied now: told as pending, never as drift; HEAD is what is checked out, else what the source follows; repeatable as --revision is',
      helpGroup: 'GIT',
      helpValue: '<revision>',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['revision'],
    }),
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
    exact: Flags.boolean({
      description: 'decide what is undecided by server-side dry runs; needs the right to patch',
      helpGroup: 'SCOPE',
      exclusive: ['revision', 'watch'],
    }),
    output: Flags.option({
      char: 'o',
      description:
        'form of the answer; wide also lists what is in sync, markdown is a comment for a pull request',
      options: FORMATS,
      helpGroup: 'OUTPUT',
    })(),
    watch: Flags.boolean({
      char: 'w',
      description:
        'keep watching: on a terminal a list that is drawn anew, else a line of JSON for each change, after one with the report',
      helpGroup: 'OUTPUT',
      exclusive: ['revision', 'against', 'fail-on'],
    }),
    'fail-on': Flags.string({
      description: `verdicts that make the exit code 1, comma separated (${VERDICTS.filter((verdict) => verdict !== 'in-sync').join(', ')})`,
      helpGroup: 'OUTPUT',
      helpValue: '<verdicts>',
    }),
  }

  /** Prints the report and leaves its exit code behind. */
  async run(): Promise<void> {
    const { args, flags } = await this.parse(Drift)
    const { terminal } = this
    const failOn = flags['fail-on'] === undefined ? undefined : readVerdicts(flags['fail-on'])
    const rules = openRules(flags.rules, terminal.workingDirectory)
    const scope = readScope(args.target ?? [], flags)
    // A rule of the user's own may be about just that.
    const silent = rules === undefined && !flags.watch && !showsExplained(flags.output)
    const asked = { ...scope, orphans: flags.orphans, silent, ...defined({ rules }) }
    if (flags.watch) {
      await this.#watch(asked, flags)
      return
    }
    const sides = new Map<string, Sides>()
    const show: ShowSides | undefined =
      flags.output === 'diff' ? (record, both) => sides.set(recordKey(record), both) : undefined
    const report = await withCluster('drift', flags, terminal, (session) =>
      surveyDrift({ ...session, ...asked, exact: flags.exact, ...defined({ show }) }),
    )
    const hints = flags.output === 'diff' ? diffNotes(report, sides) : []
    for (const note of [...report.notes, ...hints]) terminal.stderr.write(`note: ${visible(note)}\n`)
    await this.#write(report, flags, sides)
    process.exitCode = exitCode(report, failOn)
  }

  /** Goes on until it is interrupted, which is exit code 130, as with every program. */
  async #watch(asked: Scope, flags: DriftFlags): Promise<void> {
    const { terminal } = this
    const { output, color } = flags
    if (output !== undefined && !WATCHABLE.includes(output)) {
      throw new GitOpsError('USAGE', {
        what: `--watch cannot be answered as ${output}`,
        why: 'it draws a list on a terminal and writes lines of JSON everywhere else',
        tryThis: '--watch, or --watch -o json',
      })
    }
    const { signal } = new AbortController()
    await withCluster('drift --watch', flags, terminal, (session) => {
      const tell = watchOutput(terminal, { format: output, color, context: session.cluster.context })
      return watchDrift({ ...session, ...asked, signal, tell })
    })
  }

  /** To stdout, or as two folders to the program that the user compares with. */
  async #write(report: DriftReport, look: Look, sides: SidesByRecord): Promise<void> {
    const { stdout, env, now } = this.terminal
    const program = look.output === 'diff' ? externalDiff(env) : undefined
    if (program !== undefined) {
      await runExternalDiff(program, diffFiles(report, sides), env)
      return
    }
    const style = createStyle(isColored(look.color, stdout.isTTY === true, env))
    const width = stdout.columns ?? PIPE_COLUMNS
    for (const text of printReport(report, look.output, { style, width, now: now(), sides }))
      stdout.write(text)
  }
}

interface Look {
  readonly output: Format | undefined
  readonly color: ColorChoice
}

/** `wide` says how a list looks, the others that lines are wanted on a terminal as well. */
const WATCHABLE = ['wide', 'json', 'ndjson']

type DriftFlags = Interfaces.InferredFlags<typeof Drift.flags>

type Scope = Pick<SurveyRequest, 'namespace' | 'targets' | 'selector' | 'revisions' | 'against'>

function readScope(words: readonly string[], flags: DriftFlags): Scope {
  const targets = readTargetNames(words)
  if (targets.length > 0 && flags['all-namespaces']) {
    throw new GitOpsError('USAGE', {
      what: 'an object cannot be named across all namespaces',
      tryThis: `${words.join(' ')} -n NAMESPACE`,
    })
  }
  const selector = flags.selector === undefined ? undefined : parseLabelSelector(flags.selector)
  return {
    targets,
    revisions: (flags.revision ?? []).map((value) => readRevisionFlag(value)),
    against: (flags.against ?? []).map((value) => readRevisionFlag(value, '--against')),
    ...defined({ namespace: flags.namespace, selector }),
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
