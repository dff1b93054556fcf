import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import type { GitOpsError } from '@kubectl-gitops/core/errors.js'
import type { News } from '@kubectl-gitops/core/survey/watch.js'
import { printJsonLine } from './printers/document.js'
import { printReport, type Format } from './printers/report.js'
import { createStyle, isColored, type ColorChoice } from './printers/style.js'
import { visible } from './printers/text.js'
import { PIPE_COLUMNS, type Terminal } from './terminal.js'

export interface WatchLook {
  readonly format: Format | undefined
  readonly color: ColorChoice
  readonly context: string
}

type Tell = (news: News) => Promise<void>

/** How a watch is shown: a list that is drawn anew on a terminal, lines of JSON everywhere else. */
export function watchOutput(terminal: Terminal, look: WatchLook): Tell {
  return terminal.stdout.isTTY === true && look.format !== 'json' && look.format !== 'ndjson'
    ? redraw(terminal, look)
    : lines(terminal)
}

/** Each line is a document: the report, then an event for each change. A slow reader is waited for. */
function lines(terminal: Terminal): Tell {
  return async (news) => {
    if (news.kind === 'trouble') terminal.stderr.write(`note: ${troubleWords(news.error)}\n`)
    if (news.kind === 'report') {
      for (const note of news.report.notes) terminal.stderr.write(`note: ${visible(note)}\n`)
      await write(terminal, printJsonLine(news.report))
    }
    if (news.kind === 'events') for (const event of news.events) await write(terminal, printJsonLine(event))
  }
}

function troubleWords(error: GitOpsError | undefined): string {
  if (error === undefined) return 'the cluster can be read again'
  const why = error.why === undefined ? '' : `: ${error.why}`
  return visible(`not up to date, trying again: ${error.message}${why}`)
}

function write({ stdout }: Terminal, text: string): Promise<void> {
  if (stdout.write(text) !== false || stdout.once === undefined) return Promise.resolve()
  return new Promise((resolve) => stdout.once?.('drain', resolve))
}

const HOME = '\u001b[H'
const CLEAR = '\u001b[2J'
const TO_END_OF_LINE = '\u001b[K'
const BELOW = '\u001b[J'

/** Lines of a terminal whose height is not known. */
const ROWS = 24

function redraw(terminal: Terminal, look: WatchLook): Tell {
  let report: DriftReport | undefined
  let trouble: string | undefined
  let isFirst = true
  return async (news) => {
    if (news.kind === 'trouble') trouble = news.error === undefined ? undefined : troubleWords(news.error)
    else report = news.kind === 'report' ? news.report : news.report()
    if (report === undefined) return
    const screen = screenOf(report, trouble, terminal, look)
    await write(terminal, `${isFirst ? CLEAR : ''}${HOME}${screen}${BELOW}`)
    isFirst = false
  }
}

/** As much of the list as fits, the summary always. */
function screenOf(
  report: DriftReport,
  trouble: string | undefined,
  { stdout, env, now }: Terminal,
  { format, color, context }: WatchLook,
): string {
  const style = createStyle(isColored(color, true, env))
  const width = stdout.columns ?? PIPE_COLUMNS
  const text = [...printReport(report, format, { style, width, now: now(), sides: new Map() })].join('')
  const head = [
    style.dim(visible(`watching ${context}, as of ${report.takenAt}; Ctrl-C ends`).slice(0, width)),
    ...(trouble === undefined ? [] : [style.verdict(trouble.slice(0, width))]),
    '',
  ]
  const list = text.trimEnd().split('\n')
  const room = Math.max(3, (stdout.rows ?? ROWS) - head.length - 1)
  const fitting =
    list.length <= room
      ? list
      : [...list.slice(0, room - 2), style.dim(`… ${list.length - room + 1} more lines`), list.at(-1) ?? '']
  return [...head, ...fitting].map((line) => `${line}${TO_END_OF_LINE}\n`).join('')
}
