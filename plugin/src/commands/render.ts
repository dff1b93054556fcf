import { Flags, type Interfaces } from '@oclif/core'
import { fullName } from '@kubectl-gitops/core/desired/dependency-order.js'
import { GitOpsError } from '@kubectl-gitops/core/errors.js'
import { renderCluster, renderPath } from '@kubectl-gitops/core/survey/render.js'
import type { Render as Answer, Rendering, Select } from '@kubectl-gitops/core/survey/rendering.js'
import { withCluster } from '../cluster-session.js'
import { GitOpsCommand } from '../command.js'
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
import { printError } from '../printers/error.js'
import { printRender, RENDER_FORMATS } from '../printers/render.js'
import { createStyle, isColored } from '../printers/style.js'
import { nothingFound, visible } from '../printers/text.js'
import { readRevisionFlag } from '../revision-choice.js'
import type { Terminal } from '../terminal.js'

/** `kubectl gitops render`: flags in, built objects out; the work is core's. */
export class Render extends GitOpsCommand {
  static override readonly summary = 'print the objects that Flux builds from Git'
  static override readonly description = `The objects of Kustomizations, as Flux applies them: built at the revision that was really applied, or at another one, as that revision declares them. Secret values are masked, so the answer is to be read, not to be applied.

With --path no cluster is asked: the repository is read as Flux would once it is bootstrapped at that path.

Exit codes: 0 everything was built; 2 something was not, or not as Flux built it, or no answer.`
  static override readonly examples = [
    { description: 'one Kustomization', command: '<%= config.bin %> render flux-system/apps' },
    {
      description: 'the digests of all of them, and whether Flux has the same',
      command: '<%= config.bin %> render -o digest',
    },
    {
      description: 'a branch, before it is merged, without a cluster',
      command: '<%= config.bin %> render --path clusters/production --repo ~/fleet --revision my-branch',
    },
  ]
  static override readonly args = kustomizationArgs
  static override readonly flags = {
    ...fluxScopeFlags,
    ...gitFlags,
    revision: Flags.string({
      description:
        'commit, branch or tag to build instead of what was applied; for one source: GitRepository/NAMESPACE/NAME=REV; repeatable',
      helpGroup: 'GIT',
      helpValue: '<revision>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...offlineFlags,
    ...clusterFlags,
    ...outputFlags,
    output: Flags.option({
      char: 'o',
      description: 'form of the answer',
      options: RENDER_FORMATS,
      default: 'yaml' as const,
      helpGroup: 'OUTPUT',
    })(),
    'show-origin': Flags.boolean({
      description: 'name the file in the repository that each object comes from',
      helpGroup: 'OUTPUT',
    }),
  }

  /** Prints what was built; what was not is told on stderr and is in the exit code. */
  async run(): Promise<void> {
    const { args, flags } = await this.parse(Render)
    const { terminal } = this
    const names = (args.kustomization ?? []).map(readKustomizationName)
    const answer = await render(flags, terminal, (all) => selectKustomizations(all, names, flags.namespace))
    if (answer.renderings.length === 0) terminal.stderr.write(nothingFound(flags.namespace))
    for (const note of answer.notes) terminal.stderr.write(`note: ${visible(note)}\n`)
    const complaints = answer.renderings.map(complaint).filter((words) => words !== '')
    for (const words of complaints) terminal.stderr.write(words)
    const { stdout, env } = terminal
    const style = createStyle(isColored(flags.color, stdout.isTTY === true, env))
    for (const piece of printRender(answer, flags.output, style)) stdout.write(piece)
    process.exitCode = complaints.length > 0 ? 2 : 0
  }
}

type RenderFlags = Interfaces.InferredFlags<typeof Render.flags>

function render(flags: RenderFlags, terminal: Terminal, select: Select): Promise<Answer> {
  const { path } = flags
  const revisions = (flags.revision ?? []).map((value) => readRevisionFlag(value))
  const origins = flags['show-origin']
  return path === undefined
    ? withCluster('render', flags, terminal, (session) =>
        renderCluster({ ...session, select, revisions, origins }),
      )
    : withRepository(flags.repo, revisions, terminal, (session) =>
        renderPath({ ...session, path, select, origins }),
      )
}

/** What has to be said of a Kustomization that was not built, or not as Flux built it; else nothing. */
function complaint(one: Rendering): string {
  const subject = `Kustomization/${fullName(one.kustomization)}`
  if ('error' in one) {
    const { code, message, why, tryThis } = one.error
    const what = message.includes(subject) ? message : `${subject}: ${message}`
    return printError(new GitOpsError(code, { what, why, tryThis }))
  }
  if (one.proof.status !== 'mismatch') return ''
  return `warning: ${visible(`${subject} is not built as Flux built it: ${one.proof.why}`)}\n`
}
