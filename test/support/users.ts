import { randomBytes } from 'node:crypto'

/** What a user may do, in the words of a ClusterRole. */
export interface Rule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}

/** Somebody who can reach the test cluster with a token of their own; "who did it" is then testable. */
export interface User {
  readonly name: string
  readonly groups?: readonly string[]
  /**
   * Names of built-in ClusterRoles. `edit` and `view` are empty until kube-controller-manager has aggregated them:
   * name their parts (`system:aggregate-to-edit`) instead.
   */
  readonly clusterRoles?: readonly string[]
  /** Rights of their own, beside those roles. */
  readonly rules?: readonly Rule[]
}

const READ = ['get', 'list', 'watch'] as const

/** Flux's controllers under the names they have in a real cluster, so that audit events read the same. */
export function controllerUser(controller: string): string {
  return `system:serviceaccount:flux-system:${controller}`
}

const CONTROLLERS = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
]

/** Reads everything, Secrets included, and may change nothing. */
export const AUDITOR: User = {
  name: 'auditor',
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: READ },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ],
}

const FLUX_GROUPS = ['source', 'kustomize', 'helm', 'notification'].map((name) => `${name}.toolkit.fluxcd.io`)

/**
 * `admin` may do anything, `auditor` may read anything, `developer` has the rights of `edit`, with those on
 * Flux's objects that an installation of Flux adds to it (flux2 manifests/rbac/edit.yaml).
 */
export const DEFAULT_USERS: readonly User[] = [
  { name: 'admin', groups: ['system:masters'] },
  AUDITOR,
  {
    name: 'developer',
    clusterRoles: ['system:aggregate-to-edit', 'system:aggregate-to-view'],
    rules: [
      {
        apiGroups: FLUX_GROUPS,
        resources: ['*'],
        verbs: [...READ, 'create', 'delete', 'deletecollection', 'patch', 'update'],
      },
    ],
  },
  ...[...CONTROLLERS, 'flagger'].map((name) => ({
    name: controllerUser(name),
    groups: ['system:serviceaccounts', 'system:serviceaccounts:flux-system'],
    clusterRoles: ['cluster-admin'],
  })),
]

/** One token a user, made up anew for every control plane. */
export function newTokens(users: readonly User[]): Readonly<Record<string, string>> {
  return Object.fromEntries(users.map(({ name }) => [name, randomBytes(16).toString('hex')]))
}

/** The file of `--token-auth-file`: rows `token,user,uid,"group,group"`. */
export function tokensFile(users: readonly User[], tokens: Readonly<Record<string, string>>): string {
  return users
    .map(({ name, groups }) => {
      const row = `${tokens[name] ?? ''},${name},uid-${name}`
      // An empty fourth column would be a group with an empty name.
      return groups === undefined ? `${row}\n` : `${row},"${groups.join(',')}"\n`
    })
    .join('')
}
