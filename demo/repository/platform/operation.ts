import { APP_TEAM, PLATFORM_TEAM, RELEASE_BOT, SECURITY_TEAM } from '../history.js'
import type { Step } from '../history.js'

const PRODUCTION = 'apps/faces/overlays/production/kustomization.yaml'
const FACES = 'apps/faces/base'

function flow(cpu: string, memory: string): string {
  return ` { cpu: ${cpu}, memory: ${memory} }\n`
}

function block(cpu: string, memory: string): string {
  return `\n              cpu: ${cpu}\n              memory: ${memory}\n`
}

/** August 2025 to September 2026: versions, limits, a revert, and a change that changes nothing. */
export const operation: readonly Step[] = [
  {
    kind: 'commit',
    slug: '19-ingress-overlay',
    author: PLATFORM_TEAM,
    committer: RELEASE_BOT,
    date: '2025-08-11T12:00:00+00:00',
    message:
      'Split the ingress controller into base and overlay (#12)\n\nCo-authored-by: Security Team <security@example.com>',
    moves: ['namespace', 'repository', 'release'].map((name) => ({
      from: `infrastructure/ingress-nginx/${name}.yaml`,
      to: `infrastructure/ingress-nginx/base/${name}.yaml`,
    })),
    removes: ['infrastructure/ingress-nginx/kustomization.yaml'],
    files: true,
    edits: [
      {
        path: 'clusters/my-cluster/infrastructure.yaml',
        from: './infrastructure/ingress-nginx',
        to: './infrastructure/ingress-nginx/overlays/my-cluster',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '20-cert-manager-1.18',
    author: RELEASE_BOT,
    date: '2025-09-01T04:00:00+00:00',
    message: 'Update cert-manager to 1.18.2',
    edits: [{ path: 'infrastructure/cert-manager/release.yaml', from: '1.17.0', to: '1.18.2' }],
  },
  {
    kind: 'commit',
    slug: '21-proxy-memory',
    author: PLATFORM_TEAM,
    date: '2025-09-15T10:47:00+00:00',
    message: 'Give the proxies of Linkerd more memory',
    files: true,
    edits: [
      {
        path: 'infrastructure/linkerd/kustomization.yaml',
        from: 'configurations:\n',
        to: 'patches:\n  - path: patches/proxy-memory.yaml\n    target:\n      kind: HelmRelease\n      name: linkerd-control-plane\nconfigurations:\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '22-non-root',
    author: SECURITY_TEAM,
    date: '2025-10-06T14:30:00+00:00',
    message: 'Run faces-gui as a user without rights',
    edits: [
      {
        path: `${FACES}/gui.yaml`,
        from: '      containers:\n',
        to: '      securityContext:\n        runAsNonRoot: true\n        runAsUser: 10001\n      containers:\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '23-session-key',
    author: APP_TEAM,
    date: '2025-10-20T09:08:00+00:00',
    message: 'Keep sessions over a restart of faces-gui',
    files: true,
    edits: [
      {
        path: `${FACES}/kustomization.yaml`,
        from: '  - services.yaml\n',
        to: '  - services.yaml\n  - session-key.yaml\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '24-canary',
    author: APP_TEAM,
    date: '2025-11-03T13:25:00+00:00',
    message: 'Roll face out as a canary',
    files: true,
    edits: [
      {
        path: `${FACES}/kustomization.yaml`,
        from: '  - namespace.yaml\n',
        to: '  - namespace.yaml\n  - canary.yaml\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '25-forty-pods',
    author: APP_TEAM,
    date: '2025-11-24T18:52:00+00:00',
    message: 'Allow forty pods of faces-gui on the busiest day',
    edits: [
      {
        path: 'apps/faces/overlays/production/autoscaler.yaml',
        from: 'maxReplicas: 8',
        to: 'maxReplicas: 40',
      },
    ],
  },
  {
    kind: 'revert',
    slug: '26-revert-forty-pods',
    author: PLATFORM_TEAM,
    date: '2025-11-26T08:15:00+00:00',
    reverts: '25-forty-pods',
    reason: 'The node pool ends at twelve.',
  },
  {
    kind: 'commit',
    slug: '27-blocks',
    author: PLATFORM_TEAM,
    date: '2026-01-12T11:00:00+00:00',
    message: 'Write resources as blocks\n\nNo value changes.',
    edits: [
      { path: `${FACES}/gui.yaml`, from: flow('0.05', '32Mi'), to: block('0.05', '32Mi') },
      { path: `${FACES}/gui.yaml`, from: flow('1000m', '64Mi'), to: block('1000m', '64Mi') },
    ],
  },
  {
    kind: 'commit',
    slug: '28-gui-1.4',
    author: RELEASE_BOT,
    date: '2026-02-09T04:00:00+00:00',
    message: 'Update faces-gui to 1.4.0',
    edits: [{ path: PRODUCTION, from: 'newTag: 1.2.0', to: 'newTag: 1.4.0' }],
  },
  {
    kind: 'commit',
    slug: '29-errors-off',
    author: APP_TEAM,
    date: '2026-03-16T10:10:00+00:00',
    message: 'Switch the errors of the services off in production',
    branch: 'production-services',
    edits: [
      {
        path: `${FACES}/services.yaml`,
        from: '  path: ./manifests\n',
        to: [
          '  path: ./manifests',
          '  patches:',
          '    - target:',
          '        kind: Deployment',
          '        name: (face|smiley|color)',
          '      patch: |',
          '        - op: replace',
          '          path: /spec/template/spec/containers/0/env/1/value',
          "          value: '0'",
          '',
        ].join('\n'),
      },
    ],
  },
  {
    kind: 'commit',
    slug: '30-smiley-memory',
    author: APP_TEAM,
    date: '2026-03-18T15:37:00+00:00',
    message: 'Give smiley more memory in production',
    branch: 'production-services',
    files: true,
    edits: [
      {
        path: PRODUCTION,
        from: 'patches:\n',
        to: 'patches:\n  - path: patches/smiley-memory.yaml\n    target:\n      group: kustomize.toolkit.fluxcd.io\n      kind: Kustomization\n      name: faces-services\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '31-interval',
    author: PLATFORM_TEAM,
    date: '2026-03-19T09:30:00+00:00',
    message: 'Reconcile faces as often as the rest',
    edits: [{ path: 'clusters/my-cluster/apps.yaml', from: 'interval: 5m', to: 'interval: 10m' }],
  },
  {
    kind: 'merge',
    slug: '32-merge-production-services',
    author: SECURITY_TEAM,
    date: '2026-03-20T08:00:00+00:00',
    message: "Merge branch 'production-services'\n\nReviewed-by: Platform Team <platform@example.com>",
    branch: 'production-services',
  },
  {
    kind: 'commit',
    slug: '33-rotate-session-key',
    author: SECURITY_TEAM,
    date: '2026-05-04T07:45:00+00:00',
    message: 'Rotate the session key of faces-gui',
    edits: [
      {
        path: `${FACES}/session-key.yaml`,
        from: 'not-a-real-password',
        to: 'still-not-a-real-password',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '34-body-size',
    author: PLATFORM_TEAM,
    date: '2026-06-22T13:02:00+00:00',
    message: 'Accept uploads of eight megabytes (#31)',
    committer: RELEASE_BOT,
    edits: [
      {
        path: 'infrastructure/ingress-nginx/overlays/my-cluster/release.yaml',
        from: '        add-headers: ingress-nginx/response-headers\n',
        to: '        add-headers: ingress-nginx/response-headers\n        proxy-body-size: 8m\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '35-palette',
    author: APP_TEAM,
    date: '2026-08-10T09:14:00+00:00',
    message: 'Paint faces in the colours of autumn',
    edits: [
      {
        path: 'apps/faces/overlays/production/settings/gui.properties',
        from: 'palette=ocean',
        to: 'palette=autumn',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '36-flagger-1.42',
    author: RELEASE_BOT,
    date: '2026-09-28T04:00:00+00:00',
    message: 'Update Flagger to 1.42.0',
    edits: [{ path: 'infrastructure/flagger/release.yaml', from: 'version: 1.41.0', to: 'version: 1.42.0' }],
  },
]
