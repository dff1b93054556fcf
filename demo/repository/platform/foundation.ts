import { PLATFORM_TEAM, RELEASE_BOT, SECURITY_TEAM } from '../history.js'
import type { Step } from '../history.js'

/** February and March 2025: what every application needs. */
export const foundation: readonly Step[] = [
  {
    kind: 'commit',
    slug: '01-start',
    author: PLATFORM_TEAM,
    date: '2025-02-03T09:12:00+00:00',
    message: 'Start the platform with cert-manager',
    files: true,
  },
  {
    kind: 'commit',
    slug: '02-linkerd',
    author: PLATFORM_TEAM,
    date: '2025-02-10T13:40:00+00:00',
    message: 'Add Linkerd\n\nEvery application gets mutual TLS without a change of its own.',
    files: true,
  },
  {
    kind: 'commit',
    slug: '03-nginx',
    author: PLATFORM_TEAM,
    date: '2025-02-24T10:05:00+00:00',
    message: 'Add an ingress controller',
    files: true,
  },
  {
    kind: 'commit',
    slug: '04-pod-security',
    author: SECURITY_TEAM,
    date: '2025-03-10T15:21:00+00:00',
    message: 'Warn about pods that ask for too much',
    edits: ['cert-manager/namespace.yaml', 'linkerd/namespaces.yaml'].map((file) => ({
      path: `infrastructure/${file}`,
      from: '    platform.example/owner: platform\n',
      to: '    platform.example/owner: platform\n    pod-security.kubernetes.io/warn: restricted\n',
    })),
  },
  {
    kind: 'commit',
    slug: '05-flagger',
    author: PLATFORM_TEAM,
    date: '2025-03-17T11:30:00+00:00',
    message: 'Add Flagger',
    branch: 'flagger',
    files: true,
  },
  {
    kind: 'commit',
    slug: '06-load-tester',
    author: PLATFORM_TEAM,
    date: '2025-03-19T09:02:00+00:00',
    message: 'Run a load tester beside Flagger\n\nA canary without traffic proves nothing.',
    branch: 'flagger',
    files: true,
    edits: [
      {
        path: 'infrastructure/flagger/kustomization.yaml',
        from: '  - release.yaml\n',
        to: '  - release.yaml\n  - load-tester.yaml\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '07-on-call',
    author: PLATFORM_TEAM,
    date: '2025-03-20T16:45:00+00:00',
    message: 'Say who answers at night',
    files: true,
  },
  {
    kind: 'merge',
    slug: '08-merge-flagger',
    author: RELEASE_BOT,
    date: '2025-03-21T08:00:00+00:00',
    message: "Merge branch 'flagger'\n\nReviewed-by: Security Team <security@example.com>",
    branch: 'flagger',
  },
]
