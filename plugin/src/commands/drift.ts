import { Flags, type Interfaces } from '@oclif/core'
import { BuildCache } from '@kubectl-gitops/core/desired/build-cache.js'
import { exitCode, VERDICTS, type DriftReport, type Verdict } from '@kubectl-gitops/core/drift/report.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { openRepository } from '@kubectl-gitops/core/git/repository.js'
import { connect } from '@kubectl-gitops/core/live/cluster.js'
import { surveyDrift } from '@kubectl-gitops/core/survey/drift.js'
import { openCache } from '../cache-folder.js'
import { GitOpsCommand } from '../command.js'
import { clusterFlags, gitFlags, outputFlags, scopeFlags } from '../flags.js'
import { readRepoFlag, readTimeout } from '../flag-values.js'
import { FORMATS, printReport } from '../printers/report.js'
import { createStyle, isColored } from '../printers/style.js'
import { visible } from '../printers/text.js'
import { createProgress, type Progress, type Terminal } from '../terminal.js'
import { VERSION } from '../version.js'

const BUILD_TIMEOUT_MS = 120_000
/** How wide an answer is that no terminal shows. */
const PIPE_COLUMNS = 100

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
    const progress = createProgress(terminal)
    const cache = openCache(terminal.env)
    const report = await survey(flags, terminal, { cache: cache.folder, progress }).finally(() => {
      progress.end()
    })
    const notes = cache.note === undefined ? report.notes : [cache.note, ...report.notes]
    for (const note of notes) terminal.stderr.write(`note: ${visible(note)}\n`)
    const { stdout, env, now } = terminal
    const style = createStyle(isColored(flags.color, stdout.isTTY === true, env))
    const width = stdout.columns ?? PIPE_COLUMNS
    stdout.write(printReport(report, flags.output, { style, width, now: now() }))
    process.exitCode = exitCode(report, failOn)
  }
}

type DriftFlags = Interfaces.InferredFlags<typeof Drift.flags>

async function survey(
  flags: DriftFlags,
  { env, workingDirectory, now }: Terminal,
  { cache, progress }: { readonly cache: string; readonly progress: Progress },
): Promise<DriftReport> {
  const checkouts = (flags.repo ?? []).map(readRepoFlag)
  const cluster = await connect({
    ...defined({
      kubeconfig: flags.kubeconfig,
      context: flags.context,
      as: flags.as,
      asGroups: flags['as-group'],
    }),
    requestTimeoutMs: readTimeout(flags['request-timeout']),
    userAgent: `kubectl-gitops/${VERSION} (drift)`,
    env,
  })
  try {
    return await surveyDrift({
      cluster,
      openRepository: (url, revision) =>
        openRepository({ url, revision, checkouts, workingDirectory, cacheDirectory: cache, env }),
      kustomize: {
        kubectl: env.KUBECTL_PATH ?? 'kubectl',
        timeoutMs: BUILD_TIMEOUT_MS,
        env,
        cache: new BuildCache(cache, VERSION),
      },
      cacheDirectory: cache,
      ...defined({ namespace: flags.namespace }),
      now,
      progress: (message) => {
        progress.say(message)
      },
    })
  } finally {
    cluster.close()
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

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Leaves out what was not given. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
