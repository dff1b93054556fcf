import { isRecord, type KubernetesObject } from '../object.js'
import { valueAt, type Path } from '../pointer.js'

/**
 * What the server fills in where nothing is said, by the last names of a field of a built-in kind; its OpenAPI
 * documents do not have it. Who creates an object with kubectl owns these values, for the server fills them in first.
 * Source: kubernetes v1.36 pkg/apis, defaults.go of the stable versions.
 */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'spec.progressDeadlineSeconds': 600,
  'spec.revisionHistoryLimit': 10,
  'spec.replicas': 1,
  'spec.minReplicas': 1,
  'strategy.type': 'RollingUpdate',
  'updateStrategy.type': 'RollingUpdate',
  'rollingUpdate.maxSurge': '25%',
  'rollingUpdate.maxUnavailable': '25%',
  'rollingUpdate.partition': 0,
  'spec.podManagementPolicy': 'OrderedReady',
  'persistentVolumeClaimRetentionPolicy.whenDeleted': 'Retain',
  'persistentVolumeClaimRetentionPolicy.whenScaled': 'Retain',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  'spec.dnsPolicy': 'ClusterFirst',
  'spec.restartPolicy': 'Always',
  'spec.schedulerName': 'default-scheduler',
  'spec.terminationGracePeriodSeconds': 30,
  'ports.protocol': 'TCP',
  'fieldRef.apiVersion': 'v1',
  'httpGet.scheme': 'HTTP',
  'configMap.defaultMode': 420,
  'secret.defaultMode': 420,
  'projected.defaultMode': 420,
  'downwardAPI.defaultMode': 420,
  'spec.type': 'ClusterIP',
  'spec.sessionAffinity': 'None',
  'spec.internalTrafficPolicy': 'Cluster',
  'spec.externalTrafficPolicy': 'Cluster',
  'spec.allocateLoadBalancerNodePorts': true,
  'spec.concurrencyPolicy': 'Allow',
  'spec.suspend': false,
  'spec.successfulJobsHistoryLimit': 3,
  'spec.failedJobsHistoryLimit': 1,
  'spec.completions': 1,
  'spec.parallelism': 1,
  'spec.backoffLimit': 6,
  'spec.completionMode': 'NonIndexed',
  'spec.volumeMode': 'Filesystem',
}
const PROBE: Readonly<Record<string, unknown>> = {
  failureThreshold: 3,
  periodSeconds: 10,
  successThreshold: 1,
  timeoutSeconds: 1,
}

/** Does a field of a built-in kind say what the server would fill in, so that it configures nothing? */
export function isServerDefault(live: KubernetesObject, path: Path): boolean {
  const value = valueAt(live, path)
  const [parent = '', name = ''] = path
    .flatMap((element) => (element.kind === 'field' ? [element.name] : []))
    .slice(-2)
  if (name === 'imagePullPolicy') return value === pullPolicy(valueAt(live, path.slice(0, -1)))
  if (name === 'targetPort') return value === portOf(valueAt(live, path.slice(0, -1)))
  const known = parent.endsWith('Probe') ? PROBE[name] : (DEFAULTS[`${parent}.${name}`] ?? DEFAULTS[name])
  return known !== undefined && known === value
}

/** Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container. */
function pullPolicy(container: unknown): string | undefined {
  if (!isRecord(container) || typeof container.image !== 'string') return undefined
  const name = container.image.slice(container.image.lastIndexOf('/') + 1)
  const isLatest = !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'))
  return isLatest ? 'Always' : 'IfNotPresent'
}

const portOf = (port: unknown): unknown => (isRecord(port) ? port.port : undefined)
