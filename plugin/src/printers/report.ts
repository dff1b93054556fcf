import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { printJson, printYaml } from './document.js'
import { printHuman, type HumanOptions } from './human.js'
import { printNames } from './name.js'

/** The forms of `-o`; without one a report is printed for people. */
export const FORMATS = ['wide', 'json', 'yaml', 'name'] as const
export type Format = (typeof FORMATS)[number]

/** Prints a report in the form that was asked for. */
export function printReport(
  report: DriftReport,
  format: Format | undefined,
  options: Omit<HumanOptions, 'wide'>,
): string {
  if (format === 'json') return printJson(report)
  if (format === 'yaml') return printYaml(report)
  if (format === 'name') return printNames(report)
  return printHuman(report, { ...options, wide: format === 'wide' })
}
