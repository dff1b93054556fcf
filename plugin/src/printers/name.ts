import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { displayName, groupVersion } from '@kubectl-gitops/core/object.js'
import { visible } from './text.js'

/** Prints what is not in sync as `deployment.apps/podinfo`, one a line and each once; what applies objects first. */
export function printNames({ kustomizations, helmReleases, objects }: DriftReport): string {
  const names = [...kustomizations, ...helmReleases, ...objects]
    .filter(({ verdict }) => verdict !== 'in-sync')
    .map(({ apiVersion, kind, name, namespace = '' }) =>
      displayName({ group: groupVersion(apiVersion).group, kind, namespace, name }),
    )
  return [...new Set(names)].map((name) => `${visible(name)}\n`).join('')
}
