import type { DriftReport, Summary } from '@kubectl-gitops/core/drift/report.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import { fill } from './fill.js'
import type { Style } from './style.js'
import { nothingFound, plural, visible } from './text.js'

/** What is always said, and what only where there is any. */
const ALWAYS = ['drifted', 'missing', 'orphaned'] as const
const WHERE_ANY = ['pending', 'excluded', 'failed', 'unknown'] as const

/** The last lines of a report: how many of what. */
export function printSummary(report: DriftReport, style: Style, width: number): readonly string[] {
  const { summary, scope, kustomizations, helmReleases, objects } = report
  const margins = { width, first: '', rest: '' }
  if (kustomizations.length + helmReleases.length === 0) {
    return fill([{ text: nothingFound(scope.namespace).trimEnd() }], margins)
  }
  const owners = [
    plural(kustomizations.length, 'Kustomization'),
    ...(helmReleases.length === 0 ? [] : [plural(helmReleases.length, 'HelmRelease')]),
  ]
  const all = [plural(objects.length, 'object'), ...owners].join(', ')
  const counts = countsOf(summary)
  if (counts === undefined) return fill([{ text: `No drift: ${all} in sync${revisionOf(report)}.` }], margins)
  return fill([{ text: counts, paint: style.bold }, { text: all }], margins)
}

/** How many of each verdict; undefined where everything is in sync. */
export function countsOf(summary: Summary): string | undefined {
  const found = WHERE_ANY.filter((verdict) => summary[verdict] > 0)
  if (found.length === 0 && ALWAYS.every((verdict) => summary[verdict] === 0)) return undefined
  const counts = [...ALWAYS, ...found].map((verdict) => `${summary[verdict]} ${verdict}`)
  return [...counts, `${summary.inSync} in sync`].join(', ')
}

/** The revision, where there is only one. */
function revisionOf({ kustomizations }: DriftReport): string {
  const [only, ...others] = new Set(kustomizations.map(({ revision }) => revision))
  return only === undefined || others.length > 0 ? '' : ` with ${visible(shortRevision(only))}`
}
