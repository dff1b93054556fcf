import { APP_TEAM, PLATFORM_TEAM, RELEASE_BOT, SECURITY_TEAM } from '../history.js'
import type { Step } from '../history.js'

const PRODUCTION = 'apps/faces/overlays/production/kustomization.yaml'
const GUI = 'apps/faces/base/gui.yaml'

/** April to July 2025: the first application, and the folders it grows into. */
export const application: readonly Step[] = [
  {
    kind: 'commit',
    slug: '09-faces',
    author: APP_TEAM,
    date: '2025-04-02T12:18:00+00:00',
    message: 'Add the faces application',
    files: true,
  },
  {
    kind: 'commit',
    slug: '10-services',
    author: APP_TEAM,
    date: '2025-04-22T09:55:00+00:00',
    message: 'Take the services of faces from their own repository',
    files: true,
    edits: [
      {
        path: 'apps/faces/kustomization.yaml',
        from: '  - ingress.yaml\n',
        to: '  - ingress.yaml\n  - services.yaml\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '11-rename-nginx',
    author: PLATFORM_TEAM,
    date: '2025-05-06T14:10:00+00:00',
    message: 'Call the folder of the ingress controller by its name',
    moves: [{ from: 'infrastructure/nginx', to: 'infrastructure/ingress-nginx' }],
    edits: [
      {
        path: 'clusters/my-cluster/infrastructure.yaml',
        from: './infrastructure/nginx',
        to: './infrastructure/ingress-nginx',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '12-gui-1.1',
    author: RELEASE_BOT,
    date: '2025-05-20T04:00:00+00:00',
    message: 'Update faces-gui to 1.1.0',
    edits: [{ path: 'apps/faces/gui.yaml', from: 'gui:1.0.0', to: 'gui:1.1.0' }],
  },
  {
    kind: 'commit',
    slug: '13-overlay',
    author: APP_TEAM,
    date: '2025-06-03T10:26:00+00:00',
    message: 'Split faces into a base and a production overlay',
    moves: ['namespace', 'gui', 'ingress', 'services'].map((name) => ({
      from: `apps/faces/${name}.yaml`,
      to: `apps/faces/base/${name}.yaml`,
    })),
    removes: ['apps/faces/kustomization.yaml'],
    files: true,
    edits: [
      { path: 'clusters/my-cluster/apps.yaml', from: './apps/faces', to: './apps/faces/overlays/production' },
    ],
  },
  {
    kind: 'commit',
    slug: '14-settings',
    author: APP_TEAM,
    date: '2025-06-17T13:33:00+00:00',
    message: 'Generate the settings of faces\n\nA changed setting now rolls the pods by itself.',
    files: true,
    edits: [
      {
        path: PRODUCTION,
        from: 'images:\n',
        to: 'configMapGenerator:\n  - name: faces-settings\n    envs:\n      - settings/gui.properties\nimages:\n',
      },
      {
        path: GUI,
        from: '          env:\n',
        to: '          envFrom:\n            - configMapRef:\n                name: faces-settings\n          env:\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '15-autoscaler',
    author: APP_TEAM,
    date: '2025-07-01T09:41:00+00:00',
    message: 'Scale faces-gui on CPU',
    branch: 'autoscaling',
    files: true,
    edits: [{ path: PRODUCTION, from: '  - ../../base\n', to: '  - ../../base\n  - autoscaler.yaml\n' }],
  },
  {
    kind: 'commit',
    slug: '16-network-policy',
    author: SECURITY_TEAM,
    date: '2025-07-02T11:11:00+00:00',
    message: 'Let only the ingress controller reach faces-gui',
    files: true,
    edits: [
      {
        path: 'apps/faces/base/kustomization.yaml',
        from: '  - ingress.yaml\n',
        to: '  - ingress.yaml\n  - network-policy.yaml\n',
      },
    ],
  },
  {
    kind: 'commit',
    slug: '17-replicas',
    author: APP_TEAM,
    date: '2025-07-03T09:20:00+00:00',
    message: 'Leave the number of replicas to the autoscaler',
    branch: 'autoscaling',
    edits: [{ path: GUI, from: '  replicas: 2\n', to: '' }],
  },
  {
    kind: 'merge',
    slug: '18-merge-autoscaling',
    author: RELEASE_BOT,
    date: '2025-07-07T08:00:00+00:00',
    message: "Merge branch 'autoscaling'\n\nReviewed-by: Platform Team <platform@example.com>",
    branch: 'autoscaling',
  },
]
