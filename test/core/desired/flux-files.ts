import type { EntryPath } from '@kubectl-gitops/core/desired/entry-path.js'

const GROUP = 'kustomize.toolkit.fluxcd.io'

/** A Kustomization of Flux in a file. */
export const flux = (name: string, spec: object, version = 'v1', namespace = 'flux-system') =>
  `${JSON.stringify({
    apiVersion: `${GROUP}/${version}`,
    kind: 'Kustomization',
    metadata: { name, namespace },
    spec: { sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' }, ...spec },
  })}\n`

export const gitRepository = (name: string, spec: object) =>
  `${JSON.stringify({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name, namespace: 'flux-system' },
    spec,
  })}\n`

/** By name: the objects that were built, or the code of the refusal. */
export const summary = ({ kustomizations }: EntryPath) =>
  Object.fromEntries(
    kustomizations.map((result) => [
      result.kustomization.name,
      'build' in result
        ? result.build.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        : result.error.code,
    ]),
  )
