import { describeCorpus, driftExample as drift } from '../../support/corpus.js'
import { MIXED, drifted, field, kustomization, minutesAgo, object, report } from '../../support/report.js'

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', name: 'podinfo-env' } as const

describeCorpus('drift/verdicts.txt', [
  drift('an empty cluster', report([], [])),
  drift('an empty namespace', report([], [], { scope: { namespace: 'apps' } })),
  drift('everything in sync', report([object()])),
  drift(
    'in sync at two revisions',
    report(
      [object()],
      [kustomization(), kustomization({ name: 'infra', revision: 'v1.2.0@sha1:' + '0'.repeat(40) })],
    ),
  ),
  drift('drifted and missing among what is in sync', MIXED),
  drift('the same, wide', MIXED, { format: 'wide' }),
  drift(
    'orphaned: Flux will delete it, or keeps it',
    report([
      object({ ...CONFIG, verdict: 'orphaned', reason: 'prune-pending', message: 'Flux will delete it' }),
      object({
        verdict: 'orphaned',
        reason: 'prune-disabled',
        message: 'Flux keeps it: spec.prune is false',
      }),
    ]),
  ),
  drift(
    'pending: Git is ahead',
    report(
      [object()],
      [
        kustomization({
          verdict: 'pending',
          reason: 'git-ahead',
          message: 'Git is ahead of what was applied',
          nextRevision: 'main@sha1:8b02e61f00000000000000000000000000000000',
        }),
      ],
    ),
  ),
  drift(
    'pending: a dependency is not ready, and nothing was ever applied',
    report(
      [],
      [
        kustomization({
          verdict: 'pending',
          message: "dependency 'flux-system/infrastructure' is not ready",
          revision: undefined,
          lastReconciled: undefined,
          nextReconcile: undefined,
          objects: 0,
        }),
      ],
    ),
  ),
  drift(
    'excluded: opted out in Git, and a Kustomization of another cluster',
    report(
      [
        object({
          verdict: 'excluded',
          message: 'kustomize.toolkit.fluxcd.io/reconcile: disabled in Git: Flux does not apply it',
        }),
      ],
      [
        kustomization(),
        kustomization({
          name: 'edge',
          verdict: 'excluded',
          message: 'its objects live on another cluster (spec.kubeConfig)',
        }),
      ],
    ),
  ),
  drift(
    'suspended: nothing is put back',
    report(
      [drifted([field({ willRevert: false, because: 'Kustomization flux-system/apps is suspended' })])],
      [kustomization({ suspended: true, nextReconcile: undefined })],
    ),
  ),
  drift(
    'failed: the build is broken, by whom, and the last good build is compared',
    report(
      [
        drifted([
          field({
            willRevert: false,
            because: 'the newest revision does not build, so Flux applies nothing',
          }),
        ]),
      ],
      [
        kustomization({
          verdict: 'failed',
          reason: 'build-failed',
          code: 'BUILD_FAILED',
          message:
            "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'map.yaml': open apps/map.yaml: no such file or directory'\nmust build at directory: 'apps/map.yaml': file is not directory",
          brokenBy: {
            id: '71cf29e9275d0395ab8069eda4c495a3bf3f3cab',
            author: 'Release Bot',
            time: minutesAgo(3 * 24 * 60),
            subject: 'Tidy up',
          },
          nextReconcile: undefined,
        }),
      ],
    ),
  ),
  drift(
    'unknown: what to try',
    report(
      [],
      [
        kustomization({
          verdict: 'unknown',
          code: 'REPOSITORY_UNREACHABLE',
          message:
            "the repository https://git.example.com/fleet cannot be read: fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
          tryThis: 'git ls-remote https://git.example.com/fleet, or name a clone of it with --repo PATH',
          nextReconcile: undefined,
          objects: 0,
        }),
      ],
    ),
  ),
  drift(
    'unknown: an object that may not be read hides nothing else',
    report([
      object({
        apiVersion: 'v1',
        kind: 'Secret',
        verdict: 'unknown',
        reason: 'forbidden',
        message:
          'Error from server (Forbidden): GET /api/v1/namespaces/apps/secrets/podinfo: secrets "podinfo" is forbidden: User "jo" cannot get resource "secrets" in API group "" in the namespace "apps"',
      }),
      drifted([field()]),
    ]),
  ),
])
