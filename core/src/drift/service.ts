import { fieldPath, formatField, type Path } from '../pointer.js'
import { valueAt } from './lookup.js'
import { keeperOf, type Owned } from './pruning.js'
import { UNKNOWN_TYPE } from './schema.js'

const TYPED = new Set(
  ['externalTrafficPolicy', 'allocateLoadBalancerNodePorts', 'healthCheckNodePort', 'loadBalancerClass'].map(
    (name) => `spec.${name}`,
  ),
)

/**
 * Does the server take this field of a Service away because Flux takes away what it depends on: the type, or the
 * session affinity?
 * Source: kubernetes pkg/registry/core/service/strategy.go dropTypeDependentFields; defaults.go SetDefaults_Service.
 */
export function goesWithItsService(path: Path, it: Owned): boolean {
  if (it.git.kind !== 'Service') return false
  const field = formatField(path)
  if (field.startsWith('spec.sessionAffinityConfig')) return !remains(it, 'sessionAffinity', ['ClientIP'])
  if (!TYPED.has(field) && !field.endsWith('.nodePort')) return false
  const isReached = field === 'spec.externalTrafficPolicy' && remains(it, 'externalIPs')
  return !isReached && !remains(it, 'type', ['NodePort', 'LoadBalancer'])
}

/** Will a field of the spec have one of these values, or any, after Flux: because Git says so, or somebody keeps it? */
function remains(it: Owned, name: string, values?: readonly string[]): boolean {
  const path = fieldPath([], 'spec', name)
  const git = valueAt(it.git, path, it.type ?? UNKNOWN_TYPE)
  return git === undefined
    ? keeperOf(it, path) !== undefined
    : (values?.some((value) => value === git) ?? true)
}

const ALLOCATED = new Set(
  ['clusterIP', 'clusterIPs', 'ipFamilies', 'healthCheckNodePort'].map((name) => `spec.${name}`),
)

/** Does the server give a Service this value again when somebody takes it away? Source: patchAllocatedValues there. */
export const isAllocated = (path: Path, it: Owned): boolean =>
  it.git.kind === 'Service' && (ALLOCATED.has(formatField(path)) || formatField(path).endsWith('.nodePort'))
