import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { displayName, groupVersion } from '@kubectl-gitops/core/object.js'
import { visible } from './text.js'

/** Prints what is not in sync as `deployment.apps/podinfo`, one a line, for xargs. */
export function printNames(report: DriftReport): string {
  return report.objects
    .filter((object) => object.verdict !== 'in-sync')
    .map(({ apiVersion, kind, name, namespace = '' }) =>
      visible(displayName({ group: groupVersion(apiVersion).group, kind, namespace, name })),
    )
    .map((name) => `${name}\n`)
    .join('')
}
