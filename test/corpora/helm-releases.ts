import { isRecord, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import type { Subject } from './subject.js'

/** One HelmRelease that a build holds: Helm renders it, and this comparison does not. */
export interface FoundRelease {
  readonly entry: string
  readonly name: string
  /** `podinfo 6.5.x`, or the object that has the chart. */
  readonly chart: string
}

/** The HelmReleases in builds, in the order of the builds. */
export function helmReleasesOf(subjects: readonly Subject[]): readonly FoundRelease[] {
  return subjects.flatMap(({ title, result }) => {
    const objects = 'build' in result ? result.build.objects : []
    return objects
      .filter(({ kind }) => kind === 'HelmRelease')
      .map((object) => ({
        entry: title.split(' ')[0]!,
        name: `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`,
        chart: chartOf(object),
      }))
  })
}

function chartOf({ spec }: KubernetesObject): string {
  const { chart, chartRef } = isRecord(spec) ? spec : {}
  if (isRecord(chartRef)) return `${String(chartRef.kind)}/${String(chartRef.name)}`
  const inner = isRecord(chart) && isRecord(chart.spec) ? chart.spec : {}
  return [inner.chart, inner.version].filter((part) => typeof part === 'string').join(' ')
}
