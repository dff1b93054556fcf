import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { diffFiles, printDiff, type SidesByRecord } from './diff.js'
import { printJson, printYaml } from './document.js'
import { printHuman, type HumanOptions } from './human.js'
import { printJunit } from './junit.js'
import { printMarkdown } from './markdown.js'
import { printNames } from './name.js'
import { printNdjson } from './ndjson.js'
import { printPrometheus } from './prometheus.js'
import { printSarif } from './sarif.js'

/** The forms of `-o`; without one a report is printed for people. */
export const FORMATS = [
  'wide',
  'json',
  'yaml',
  'ndjson',
  'name',
  'diff',
  'markdown',
  'sarif',
  'junit',
  'prometheus',
] as const
export type Format = (typeof FORMATS)[number]

/** Does a form show what is explained of objects in sync? A watch in a pipe writes whole records, too. */
export const showsExplained = (format: Format | undefined): boolean =>
  format === 'wide' || format === 'json' || format === 'yaml' || format === 'ndjson'

export interface PrintOptions extends Omit<HumanOptions, 'wide'> {
  /** For `diff`: a report alone does not hold whole objects. */
  readonly sides: SidesByRecord
}

type Printer = (report: DriftReport, options: PrintOptions) => string | Iterable<string>

const PRINTERS: Readonly<Record<Format, Printer>> = {
  wide: (report, options) => printHuman(report, { ...options, wide: true }),
  json: printJson,
  yaml: printYaml,
  ndjson: printNdjson,
  name: printNames,
  diff: (report, { sides, style }) => printDiff(diffFiles(report, sides), style),
  markdown: printMarkdown,
  sarif: printSarif,
  junit: printJunit,
  prometheus: printPrometheus,
}

/** Prints a report in the form that was asked for; one of lines comes line by line. */
export function* printReport(
  report: DriftReport,
  format: Format | undefined,
  options: PrintOptions,
): Generator<string> {
  if (format === undefined) yield printHuman(report, { ...options, wide: false })
  else {
    const printed = PRINTERS[format](report, options)
    if (typeof printed === 'string') yield printed
    else yield* printed
  }
}
