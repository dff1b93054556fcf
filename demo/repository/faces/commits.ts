import { APP_TEAM, RELEASE_BOT, SECURITY_TEAM } from '../history.js'
import type { Edit, Step } from '../history.js'

const SERVICES = ['face', 'smiley', 'color'] as const

/** The same edit in the manifest of each service. */
function everywhere(edit: (service: string) => Omit<Edit, 'path'>): readonly Edit[] {
  return SERVICES.map((service) => ({ path: `manifests/${service}.yaml`, ...edit(service) }))
}

/** Every step of the application team's repository, oldest first. */
export const facesHistory: readonly Step[] = [
  {
    kind: 'commit',
    slug: '01-services',
    author: APP_TEAM,
    date: '2025-04-07T10:00:00+00:00',
    message: 'Keep face, smiley and color in one place',
    files: true,
  },
  {
    kind: 'commit',
    slug: '02-version-1.1',
    author: RELEASE_BOT,
    date: '2025-05-12T04:00:00+00:00',
    message: 'Update the services to 1.1.0',
    edits: everywhere((name) => ({ from: `${name}:1.0.0`, to: `${name}:1.1.0` })),
  },
  {
    kind: 'commit',
    slug: '03-resources',
    author: APP_TEAM,
    date: '2025-06-30T12:44:00+00:00',
    message: 'Ask for the resources the services use',
    edits: everywhere(() => ({
      from: '          ports:\n            - name',
      to: [
        '          resources:',
        '            requests:',
        '              cpu: 0.1',
        '              memory: 32Mi',
        '            limits:',
        '              memory: 64Mi',
        '          ports:',
        '            - name',
      ].join('\n'),
    })),
  },
  {
    kind: 'commit',
    slug: '04-probes',
    author: APP_TEAM,
    date: '2025-09-08T09:29:00+00:00',
    message: 'Send no request before a service is ready',
    branch: 'probes',
    edits: everywhere(() => ({
      from: '          env:\n',
      to: [
        '          readinessProbe:',
        '            httpGet:',
        '              path: /ready',
        '              port: http',
        '          env:',
        '',
      ].join('\n'),
    })),
  },
  {
    kind: 'commit',
    slug: '05-readme',
    author: APP_TEAM,
    date: '2025-09-09T14:01:00+00:00',
    message: 'Say what ERROR_FRACTION means',
    edits: [
      {
        path: 'README.md',
        from: '`manifests/`',
        to: '`ERROR_FRACTION` is how many requests in a hundred fail.\n\n`manifests/`',
      },
    ],
  },
  {
    kind: 'merge',
    slug: '06-merge-probes',
    author: RELEASE_BOT,
    date: '2025-09-10T08:00:00+00:00',
    message: "Merge branch 'probes'",
    branch: 'probes',
  },
  {
    kind: 'commit',
    slug: '07-capabilities',
    author: SECURITY_TEAM,
    date: '2025-10-08T11:50:00+00:00',
    message: 'Drop the capabilities no service needs',
    edits: everywhere(() => ({
      from: '          readinessProbe:\n',
      to: '          securityContext:\n            capabilities:\n              drop: [ALL]\n          readinessProbe:\n',
    })),
  },
  {
    kind: 'commit',
    slug: '08-blue',
    author: APP_TEAM,
    date: '2026-01-20T10:20:00+00:00',
    message: 'Answer in blue',
    edits: [{ path: 'manifests/color.yaml', from: 'value: green', to: 'value: blue' }],
  },
  {
    kind: 'commit',
    slug: '09-errors',
    author: APP_TEAM,
    date: '2026-02-24T16:16:00+00:00',
    message: 'Fail one request in five, to show the retries',
    edits: everywhere(() => ({ from: "value: '0'", to: "value: '20'" })),
  },
  {
    kind: 'commit',
    slug: '10-version-1.3',
    author: RELEASE_BOT,
    date: '2026-07-06T04:00:00+00:00',
    message: 'Update the services to 1.3.0',
    edits: everywhere((name) => ({ from: `${name}:1.1.0`, to: `${name}:1.3.0` })),
  },
  {
    kind: 'commit',
    slug: '11-smile',
    author: APP_TEAM,
    date: '2026-10-12T09:00:00+00:00',
    message: 'Smile wider',
    edits: [{ path: 'manifests/smiley.yaml', from: 'value: grinning', to: 'value: beaming' }],
  },
]
