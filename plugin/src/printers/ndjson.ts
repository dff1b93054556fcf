import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { printJsonLine } from './document.js'
import { ownersOf } from './owned.js'

/**
 * Prints a report line by line: each object, each Flux object, then what is to be said of them all. Every line is a
 * document of its own.
 */
export function* printNdjson(report: DriftReport): Generator<string> {
  const { apiVersion, objects, takenAt, cluster, scope, summary, notes } = report
  for (const record of objects) yield printJsonLine({ apiVersion, kind: 'DriftObject', record })
  for (const record of ownersOf(report))
    yield printJsonLine({ apiVersion, kind: `Drift${record.kind}`, record })
  yield printJsonLine({ apiVersion, kind: 'DriftSummary', takenAt, cluster, scope, summary, notes })
}
