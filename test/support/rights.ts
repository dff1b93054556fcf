import type { Cluster } from './cluster.js'
import { eventually } from './eventually.js'
import type { Rule, User } from './users.js'

/** A ClusterRole or ClusterRoleBinding, and the path it is posted to. */
interface Grant {
  readonly path: string
  readonly body: object
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1'

/** The roles and bindings that give users their rights. */
function grantsOf(users: readonly User[]): readonly Grant[] {
  return users.flatMap((user) => {
    const own = `test:${user.name}`
    const roles = [...(user.clusterRoles ?? []), ...(user.rules === undefined ? [] : [own])]
    const bindings = roles.map((role) => binding(user.name, role))
    return user.rules === undefined ? bindings : [clusterRole(own, user.rules), ...bindings]
  })
}

function clusterRole(name: string, rules: readonly Rule[]): Grant {
  return {
    path: `${RBAC}/clusterroles`,
    body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
  }
}

function binding(user: string, role: string): Grant {
  return {
    path: `${RBAC}/clusterrolebindings`,
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `test:${user}:${role}` },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    },
  }
}

/**
 * Creates roles and bindings and waits until the server goes by them. `last` is a user who may read Pods: the
 * server learns of rights through watches, which keep the order of writes, so once his count, all do.
 */
export async function giveRights(cluster: Cluster, users: readonly User[], last: User): Promise<void> {
  const grant = async ({ path, body }: Grant): Promise<void> => {
    const answer = await cluster.request('POST', path, body)
    if (answer.status !== 201) throw new Error(`no rights could be given: ${JSON.stringify(answer.body)}`)
  }
  await Promise.all(grantsOf(users.filter((user) => user !== last)).map(grant))
  for (const one of grantsOf([last])) await grant(one)
  await eventually(
    async () => {
      const { status } = await cluster.request('GET', '/api/v1/pods', undefined, { user: last.name })
      return status === 200 ? true : undefined
    },
    { timeoutMs: 10_000, everyMs: 10, complaint: () => `${last.name} has got no rights` },
  )
}
