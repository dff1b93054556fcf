import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { keyElement } from './merge-key.js'
import { UNKNOWN_TYPE, type FieldType } from './schema.js'

/** Null, empty, zero or made of such: what Go's `omitempty` leaves out. */
export function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isRecord(value)) return Object.values(value).every(isHollow)
  return value === null || value === undefined || value === '' || value === 0 || value === false
}

/**
 * Fields of built-in kinds that are pointers in Go, so that zero, false and the empty string are values of
 * their own and not "nothing said"; where only some fields of a name are, with the field above.
 * Source: k8s.io/api v0.36, types.go of the stable versions; apiextensions v1 types_jsonschema.go.
 */
const POINTERS = new Set(
  (
    'activeDeadlineSeconds allocateLoadBalancerNodePorts allowPrivilegeEscalation allowVolumeExpansion appProtocol ' +
    'attachRequired automountServiceAccountToken averageUtilization averageValue azureDisk.fsType azureDisk.kind ' +
    'azureDisk.readOnly backoffLimit backoffLimitPerIndex borrowingLimitPercent cachingMode completionMode completions ' +
    'containers.restartPolicy clientIP.timeoutSeconds csi.fsType csi.readOnly dataSource.apiGroup dataSourceRef.apiGroup ' +
    'dataSourceRef.namespace defaultMode enableServiceLinks endPort expirationSeconds failedJobsHistoryLimit failurePolicy ' +
    'fc.lun fsGroup fsGroupChangePolicy fsGroupPolicy hostPath.type hostUsers hostnameOverride immutable ingressClassName ' +
    'initContainers.restartPolicy initiatorName internalTrafficPolicy ipFamilyPolicy leaseDurationSeconds leaseTransitions ' +
    'lendablePercent loadBalancerClass local.fsType localhostProfile managedBy manualSelector matchPolicy maxFailedIndexes ' +
    'maxItems maxLength maxProperties maxSurge maxUnavailable maximum minAvailable minDomains minItems minLength ' +
    'minProperties minReplicas minimum mode mountPropagation multipleOf nodeAffinityPolicy nodeTaintsPolicy ' +
    'nominalConcurrencyShares optional options.value parallelism parameters.apiGroup parameters.namespace pathType ' +
    'podInfoOnMount podReplacementPolicy preemptionPolicy priority privileged procMount progressDeadlineSeconds ' +
    'readOnlyRootFilesystem reclaimPolicy recursiveReadOnly reinvocationPolicy replicas requiresRepublish revisionHistoryLimit ' +
    'rollingUpdate.partition runAsGroup runAsNonRoot runAsUser runtimeClassName scope seLinuxChangePolicy seLinuxMount ' +
    'selectPolicy grpc.service service.path service.port setHostnameAsFQDN shareProcessNamespace sideEffects sizeLimit ' +
    'stabilizationWindowSeconds startingDeadlineSeconds stopSignal storageCapacity storageClassName ' +
    'successfulJobsHistoryLimit supplementalGroupsPolicy suspend target.value targetCPUUtilizationPercentage ' +
    'terminationGracePeriodSeconds timeZone tolerance tolerationSeconds trafficDistribution ttlSecondsAfterFinished ' +
    'unhealthyPodEvictionPolicy url volumeAttributesClassName volumeBindingMode volumeMode webhooks.timeoutSeconds ' +
    'x-kubernetes-list-type x-kubernetes-map-type x-kubernetes-preserve-unknown-fields'
  ).split(' '),
)

/**
 * An object of a built-in kind without the empty fields by which it says nothing: Flux sends such objects
 * through Go types, which leave them out, and so does the server when it stores them. Map entries (labels,
 * data) and fields the schema does not know stay; so does a `false` that live has as `true`, which is no default.
 * Source: fluxcd/pkg ssa/normalize; `omitempty` in Go's encoding/json.
 */
export function withoutHollow(
  git: KubernetesObject,
  type: FieldType | undefined,
  live?: KubernetesObject,
): KubernetesObject {
  const rest = strip(git, live, type ?? UNKNOWN_TYPE, '') as KubernetesObject
  return { ...rest, apiVersion: git.apiVersion, kind: git.kind, metadata: rest.metadata }
}

function strip(value: unknown, live: unknown, type: FieldType, parent: string): unknown {
  if (Array.isArray(value)) {
    const item = type.kind === 'list' ? type.item : UNKNOWN_TYPE
    return value.map((one, index) => strip(one, counterpart(one, live, type, index), item, parent))
  }
  if (!isRecord(value) || type.kind !== 'map') return value
  const others = isRecord(live) ? live : {}
  const kept = Object.entries(value).filter(
    ([name, field]) =>
      type.dictionary ||
      (field === false && others[name] === true) ||
      !saysNothing(field, type.field(name), [name, `${parent}.${name}`]),
  )
  return Object.fromEntries(
    kept.map(([name, field]) => [name, strip(field, others[name], type.field(name) ?? UNKNOWN_TYPE, name)]),
  )
}

/** The live item that corresponds to one of Git's. */
function counterpart(item: unknown, live: unknown, type: FieldType, index: number): unknown {
  const items: readonly unknown[] = Array.isArray(live) ? live : []
  if (type.kind !== 'list' || type.relation !== 'map') return items[index]
  const key = formatJson(keyElement(item, type.keys, 0)?.keys)
  return items.find((other) => formatJson(keyElement(other, type.keys, 0)?.keys) === key)
}

function saysNothing(value: unknown, type: FieldType | undefined, names: readonly string[]): boolean {
  if (value === null) return true
  if (!isHollow(value) || type === undefined) return false
  if (type.kind === 'list') return true
  if (type.kind === 'map') return type.dictionary && isRecord(value) && Object.keys(value).length === 0
  return type.kind === 'scalar' && !names.some((name) => POINTERS.has(name))
}
