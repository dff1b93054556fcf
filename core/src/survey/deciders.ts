import { FLUX_MANAGER } from '../drift/actor.js'
import { readTies, TYING_KINDS, type Tie } from '../drift/rules/tie.js'
import type { Cluster } from '../live/cluster.js'
import { ClusterLists } from '../live/cluster-lists.js'
import type { ApiResource, Discovery } from '../live/discovery.js'
import { listKind } from '../live/kind-list.js'
import { isRecord, type KubernetesObject, type ManagedFieldsEntry } from '../object.js'

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
  const traces = new Map<string, Set<string>>()
  for (const pair of pairs) {
    for (const kind of kindsBehind(pair)) {
      const namespaces = traces.get(kind) ?? new Set()
      traces.set(kind, namespaces.add(pair.live.metadata.namespace ?? ''))
    }
  }
  const lists = TYING_KINDS.flatMap((kind) => {
    const namespaces = traces.get(kind)
    const [group = '', name = ''] = kind.split('/')
    const resource = namespaces === undefined ? undefined : discovery.preferred(group, name)
    return resource === undefined ? [] : [readKind(cluster, resource, [...(namespaces ?? [])].sort())]
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

const NONE: readonly string[] = []

/** The kinds that may have left the traces that this object bears; most bear none, and cost nothing. */
function kindsBehind({ git, live }: Pair): readonly string[] {
  const entries = live.metadata.managedFields ?? []
  const scale = replicasOf(live)
  const isScaled = scale !== (replicasOf(git) ?? (scale === undefined ? undefined : 1))
  if (!isScaled && entries.every(isFluxApplied)) return NONE
  const isWrittenBy = (name: RegExp): boolean => entries.some(({ manager = '' }) => name.test(manager))
  return [
    ...(isScaled || entries.some(({ subresource }) => subresource === 'scale') ? SCALERS : []),
    ...(isWrittenBy(/^vpa-/) ? ['autoscaling.k8s.io/VerticalPodAutoscaler'] : []),
    ...(isWrittenBy(/^flagger$/) ? ['flagger.app/Canary'] : []),
  ]
}

const isFluxApplied = ({ manager }: ManagedFieldsEntry): boolean => manager === FLUX_MANAGER

const replicasOf = ({ spec }: KubernetesObject): unknown => (isRecord(spec) ? spec.replicas : undefined)
