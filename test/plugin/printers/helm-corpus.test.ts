import { summarize } from '@kubectl-gitops/core/drift/report.js'
import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { added, drifted, field, helmRelease, kustomization, object, report } from '../../support/report.js'

const { apiVersion, kind, namespace, name } = helmRelease()
const OWNER = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }

const LEFT = 'spec.driftDetection is not enabled, so it puts nothing back until it upgrades the release'

const RELEASED = [
  drifted(
    [
      field({ willRevert: false, because: LEFT }),
      added('metadata.labels.owner', 'oncall', {
        willRevert: false,
        because: 'helm-controller never removes what the release does not declare',
      }),
    ],
    { owner: OWNER },
  ),
  object({
    apiVersion: 'v1',
    kind: 'Service',
    owner: OWNER,
    verdict: 'missing',
    reason: 'deleted',
    message: `Flux will not create it again: ${LEFT}`,
  }),
  object({ apiVersion: 'v1', kind: 'ConfigMap', owner: OWNER }),
]

const RELEASES = [
  helmRelease({ objects: 3, suspended: true }),
  helmRelease({
    name: 'broken',
    verdict: 'failed',
    reason: 'upgrade-failed',
    message:
      'Helm upgrade failed for release apps/broken with chart web@2.0.0: context deadline exceeded\n' +
      'its objects are compared with release apps/broken.v1 (deployed) and apps/broken.v2 (failed)',
    chart: { name: 'web', version: '1.0.0' },
    release: { namespace: 'apps', name: 'broken', version: 1, status: 'deployed' },
    objects: 0,
  }),
  helmRelease({
    name: 'secret',
    verdict: 'unknown',
    reason: 'forbidden',
    code: 'FORBIDDEN',
    message:
      'Error from server (Forbidden): GET /api/v1/namespaces/flux-system/secrets/sh.helm.release.v1.secret.v1: ' +
      'secrets "sh.helm.release.v1.secret.v1" is forbidden',
    tryThis: 'grant get on secrets in namespace flux-system: Helm keeps there what it installed',
    objects: 0,
  }),
  helmRelease({
    name: 'waiting',
    verdict: 'pending',
    reason: 'never-installed',
    message: 'Flux has not reconciled it yet',
    chart: undefined,
    release: undefined,
    lastDeployed: undefined,
    objects: 0,
  }),
]

const HELM = report(
  [
    object({ apiVersion: OWNER.apiVersion, kind: OWNER.kind, namespace: 'flux-system', name: OWNER.name }),
    ...RELEASED,
  ],
  [kustomization()],
  { helmReleases: RELEASES, summary: summarize(RELEASES, RELEASED) },
)

describeCorpus('drift/helm.txt', [
  drift('HelmReleases below Kustomizations', HELM),
  drift('HelmReleases below Kustomizations, wide', HELM, { format: 'wide' }),
  drift('names of HelmReleases and their objects', HELM, { format: 'name' }),
  drift('HelmReleases in JSON', report([], [], { helmReleases: RELEASES.slice(0, 1) }), { format: 'json' }),
  drift('HelmReleases in YAML', report([], [], { helmReleases: RELEASES.slice(1, 2) }), { format: 'yaml' }),
  drift('HelmReleases that are all in sync', report([], [], { helmReleases: [helmRelease()] })),
])
