import { asGitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { ApiResource, Discovery } from '../live/discovery.js'
import { createGate } from '../live/gate.js'
import { OWNER_LABEL, type Wanted } from '../live/list.js'
import { listMetadata } from '../live/metadata-list.js'
import { keyOf, keyString, type KubernetesObject } from '../object.js'

/** Objects with owner labels, of kinds that neither Git nor an inventory names. */
export interface LabelScan {
  /** Their metadata alone, by `keyString`. */
  readonly objects: ReadonlyMap<string, KubernetesObject>
  readonly notes: readonly string[]
}

/** How far to look for objects that nobody declares. */
export interface LabelScope {
  /** Every kind that the server lists, not only the usual ones. */
  readonly everyKind: boolean
  /** The one namespace that may be read; undefined for the cluster. */
  readonly namespace: string | undefined
}

/** Where configuration is mostly left behind: one small request each, so that a scan stays cheap. */
const USUAL_KINDS = new Set([
  ...['Namespace', 'ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim'].map(core),
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => `apps/${kind}`),
  ...['CronJob', 'Job'].map((kind) => `batch/${kind}`),
  ...['Ingress', 'NetworkPolicy'].map((kind) => `networking.k8s.io/${kind}`),
  ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map(
    (kind) => `rbac.authorization.k8s.io/${kind}`,
  ),
  'kustomize.toolkit.fluxcd.io/Kustomization',
  'helm.toolkit.fluxcd.io/HelmRelease',
])

/** Made by Kubernetes itself out of other objects, with the labels of those. */
const DERIVED =
  /^(?:\/(?:Endpoints|Event)|events\.k8s\.io\/|discovery\.k8s\.io\/|(?:custom\.|external\.)?metrics\.k8s\.io\/)/

const LISTS_AT_ONCE = 6

/**
 * Looks for owner labels on objects of other kinds than those that are read anyway: what a Kustomization that is gone
 * has left behind. Never throws; kinds that cannot be listed are named in one note.
 */
export async function scanLabels(
  cluster: Pick<Cluster, 'get'>,
  discovery: Discovery,
  wanted: readonly Wanted[],
  { everyKind, namespace }: LabelScope,
): Promise<LabelScan> {
  const known = new Set(wanted.map(({ key }) => `${key.group}/${key.kind}`))
  const turn = createGate(LISTS_AT_ONCE)
  const resources = scannable(discovery).filter(
    (one) =>
      !known.has(kindName(one)) &&
      (everyKind || USUAL_KINDS.has(kindName(one))) &&
      (namespace === undefined || one.namespaced),
  )
  const refused: string[] = []
  const found = await Promise.all(
    resources.map((resource) =>
      turn(async () => {
        try {
          return await listMetadata(cluster, resource, OWNER_LABEL, namespace)
        } catch (thrown) {
          refused.push(`${resourceName(resource)} (${asGitOpsError(thrown).code})`)
          return []
        }
      }),
    ),
  )
  return {
    objects: new Map(found.flat().map((object) => [keyString(keyOf(object)), object])),
    notes:
      refused.length === 0
        ? []
        : [`orphans were not looked for among ${refused.sort().join(', ')}: they cannot be listed`],
  }
}

/** One resource a kind, in the version that the server prefers. */
function scannable(discovery: Discovery): readonly ApiResource[] {
  const kinds = new Map(discovery.resources.map((one) => [kindName(one), one]))
  return [...kinds.entries()]
    .filter(([name]) => !DERIVED.test(name))
    .flatMap(([, { group, kind }]) => discovery.preferred(group, kind) ?? [])
    .filter(({ verbs }) => verbs.includes('list'))
}

function core(kind: string): string {
  return `/${kind}`
}

const kindName = ({ group, kind }: ApiResource): string => `${group}/${kind}`

const resourceName = ({ group, plural }: ApiResource): string =>
  group === '' ? plural : `${plural}.${group}`
