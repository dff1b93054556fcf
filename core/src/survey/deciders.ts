import { readTies, TYING_KINDS, type Tie } from '../drift/rules/tie.js'
import type { Cluster } from '../live/cluster.js'
import { ClusterLists } from '../live/cluster-lists.js'
import type { ApiResource, Discovery } from '../live/discovery.js'
import { listKind } from '../live/kind-list.js'
import { isRecord, type KubernetesObject } from '../object.js'

/** An object as Git has it and as it is. */
export interface Pair {
  readonly git: KubernetesObject
  readonly live: KubernetesObject
}

/** What autoscalers, Canaries and their like decide of the objects that Git has. */
export interface Deciders {
  readonly ties: readonly Tie[]
  readonly notes: readonly string[]
}

/**
 * Reads the objects that may explain why others are not as Git says: one LIST a kind, and only of kinds of which
 * there is a trace. Without the right to, their effects stay unexplained, and a note says so. Never throws.
 */
export async function readDeciders(
  pairs: readonly Pair[],
  discovery: Discovery,
  cluster: Pick<Cluster, 'pages'>,
): Promise<Deciders> {
  const concerned = pairs.flatMap((pair) => kindsBehind(pair).map((kind) => ({ kind, pair })))
  const lists = TYING_KINDS.flatMap((kind) => {
    const traces = concerned.filter((one) => one.kind === kind)
    const [group = '', name = ''] = kind.split('/')
    const resource = traces.length === 0 ? undefined : discovery.preferred(group, name)
    const namespaces = [...new Set(traces.map(({ pair }) => pair.live.metadata.namespace ?? ''))].sort()
    return resource === undefined ? [] : [readKind(cluster, resource, namespaces)]
  })
  const read = await Promise.all(lists)
  return {
    ties: readTies(read.flatMap(({ objects }) => objects)),
    notes: read.flatMap(({ notes }) => notes),
  }
}

/** Autoscalers need not be Flux's. */
const EVERYTHING = ''

async function readKind(
  cluster: Pick<Cluster, 'pages'>,
  resource: ApiResource,
  namespaces: readonly string[],
): Promise<{ readonly objects: readonly KubernetesObject[]; readonly notes: readonly string[] }> {
  const { objects, notes } = await listKind(new ClusterLists(cluster, EVERYTHING), resource, namespaces)
  if (notes.length === 0) return { objects, notes }
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
  return { objects, notes: [`not all ${name} could be listed: what they decide may look like drift`] }
}

const SCALERS = ['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject']

/** The kinds that may have left the traces that this object bears; most bear none, and cost nothing. */
function kindsBehind({ git, live }: Pair): readonly string[] {
  const entries = live.metadata.managedFields ?? []
  const isWrittenBy = (name: RegExp): boolean => entries.some(({ manager = '' }) => name.test(manager))
  const isScaled =
    replicasOf(live) !== (replicasOf(git) ?? (replicasOf(live) === undefined ? undefined : 1)) ||
    entries.some(({ subresource }) => subresource === 'scale')
  return [
    ...(isScaled ? SCALERS : []),
    ...(isWrittenBy(/^vpa-/) ? ['autoscaling.k8s.io/VerticalPodAutoscaler'] : []),
    ...(isWrittenBy(/^flagger$/) ? ['flagger.app/Canary'] : []),
  ]
}

const replicasOf = ({ spec }: KubernetesObject): unknown => (isRecord(spec) ? spec.replicas : undefined)
