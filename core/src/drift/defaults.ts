import { isRecord } from '../object.js'
import { fieldPath, type Path } from '../pointer.js'
import type { Addition } from './additions.js'
import { own, valueAt } from './lookup.js'
import { holdersOf } from './managed-fields.js'
import { keeperOf, type Owned } from './pruning.js'
import { goesWithItsService, isAllocated } from './service.js'
import { typeBelow, UNKNOWN_TYPE } from './schema.js'

/**
 * What the server fills in, by the field above and the field; with the kind before it where kinds differ. OpenAPI
 * does not tell the defaults of built-in kinds.
 * Source: kubernetes pkg/apis, defaults.go of core, apps, batch, autoscaling, networking v1 and v2.
 */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'containers.terminationMessagePath': '/dev/termination-log',
  'containers.terminationMessagePolicy': 'File',
  'ports.protocol': 'TCP',
  'probe.timeoutSeconds': 1,
  'probe.periodSeconds': 10,
  'probe.successThreshold': 1,
  'probe.failureThreshold': 3,
  'httpGet.path': '/',
  'httpGet.scheme': 'HTTP',
  'fieldRef.apiVersion': 'v1',
  'configMap.defaultMode': 420,
  'secret.defaultMode': 420,
  'downwardAPI.defaultMode': 420,
  'projected.defaultMode': 420,
  'hostPath.type': '',
  'spec.dnsPolicy': 'ClusterFirst',
  'spec.restartPolicy': 'Always',
  'spec.schedulerName': 'default-scheduler',
  'spec.terminationGracePeriodSeconds': 30,
  'Deployment:spec.replicas': 1,
  'StatefulSet:spec.replicas': 1,
  'ReplicaSet:spec.replicas': 1,
  'spec.minReplicas': 1,
  'spec.revisionHistoryLimit': 10,
  'spec.progressDeadlineSeconds': 600,
  'strategy.type': 'RollingUpdate',
  'updateStrategy.type': 'RollingUpdate',
  'Deployment:rollingUpdate.maxSurge': '25%',
  'Deployment:rollingUpdate.maxUnavailable': '25%',
  'DaemonSet:rollingUpdate.maxSurge': 0,
  'DaemonSet:rollingUpdate.maxUnavailable': 1,
  'rollingUpdate.partition': 0,
  'spec.podManagementPolicy': 'OrderedReady',
  'persistentVolumeClaimRetentionPolicy.whenDeleted': 'Retain',
  'persistentVolumeClaimRetentionPolicy.whenScaled': 'Retain',
  'spec.concurrencyPolicy': 'Allow',
  'CronJob:spec.suspend': false,
  'Job:spec.suspend': false,
  'spec.successfulJobsHistoryLimit': 3,
  'spec.failedJobsHistoryLimit': 1,
  'Job:spec.backoffLimit': 6,
  'Job:spec.completionMode': 'NonIndexed',
  'Service:spec.type': 'ClusterIP',
  'Service:spec.sessionAffinity': 'None',
  'Service:spec.internalTrafficPolicy': 'Cluster',
  'Service:spec.ipFamilyPolicy': 'SingleStack',
  'Secret:type': 'Opaque',
  'HorizontalPodAutoscaler:spec.metrics': [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ],
  'PersistentVolumeClaim:spec.volumeMode': 'Filesystem',
}

/** What the server makes itself where Git says nothing of it: a default below it comes back all the same. */
const MADE = new Set(['strategy', 'updateStrategy', 'rollingUpdate', 'persistentVolumeClaimRetentionPolicy'])
const ALIASES: Readonly<Record<string, string>> = {
  initContainers: 'containers',
  ephemeralContainers: 'containers',
  livenessProbe: 'probe',
  readinessProbe: 'probe',
  startupProbe: 'probe',
}

/** More names of fields that some built-in kind fills in, inside values that are replaced as one. */
const FILLED_IN = new Set([
  ...Object.keys(DEFAULTS).map((name) => name.slice(name.lastIndexOf('.') + 1)),
  ...[
    'apiGroup',
    'apiVersion',
    'kind',
    'status',
    'volumeMode',
    'expirationSeconds',
    'pathType',
    'scope',
    'port',
  ],
  ...[
    'namespace',
    'except',
    'selectPolicy',
    'policies',
    'stabilizationWindowSeconds',
    'tolerance',
    'metadata',
  ],
])

/** May a field of this name, in some kind that is built in, be the server's own doing? */
export const mayBeDefault = (name: string): boolean => FILLED_IN.has(name)

/**
 * Is an addition what the server fills in where nobody says anything? Whoever creates an object or replaces it owns
 * its defaults as well; Flux takes them away, and the server puts them back.
 */
export function isDefault({ path, live }: Addition, it: Owned): boolean {
  const last = path.at(-1)
  const above = path.slice(0, -1)
  if (last?.kind !== 'field' || isData(above, it) || !staysWithout(above, it)) return false
  if (isAllocated(path, it) && !goesWithItsService(path, it)) return true
  const stated = [ofSchema(path, it), derived(last.name, above, it) ?? statedFor(path, it.git.kind)]
  return stated.some((value) => value !== undefined && same(value, live))
}

function ofSchema(path: Path, it: Owned): unknown {
  const type = path.reduce(typeBelow, it.type ?? UNKNOWN_TYPE)
  return type.kind === 'scalar' ? type.default : undefined
}

/** The entries of a map are data: nobody fills them in. */
function isData(path: Path, { type }: Owned): boolean {
  const map = path.reduce(typeBelow, type ?? UNKNOWN_TYPE)
  return map.kind === 'map' && map.dictionary
}

const inGit = ({ git, type }: Owned, path: Path): unknown => valueAt(git, path, type ?? UNKNOWN_TYPE)

/** Is what holds the field in Git, or the server's own? */
export function staysWithout(path: Path, it: Owned): boolean {
  if (path.length === 0 || inGit(it, path) !== undefined) return true
  const last = path.at(-1)
  const above = path.slice(0, -1)
  if (last?.kind !== 'field' || !MADE.has(last.name) || !staysWithout(above, it)) return false
  return it.git.kind !== 'StatefulSet' || last.name !== 'rollingUpdate' || goes(fieldPath(above, 'type'), it)
}

/** Will Flux take it away? A StatefulSet gets its `rollingUpdate` back only where it gets its type back. */
const goes = (path: Path, it: Owned): boolean =>
  inGit(it, path) === undefined &&
  holdersOf(it.entries, path, it.type).length > 0 &&
  keeperOf(it, path) === undefined

function statedFor(path: Path, kind: string): unknown {
  const names = path.flatMap((element) => (element.kind === 'field' ? [element.name] : []))
  const [field = '', above = ''] = names.reverse()
  const name = above === '' ? field : `${ALIASES[above] ?? above}.${field}`
  return own(DEFAULTS, `${kind}:${name}`) ?? own(DEFAULTS, name)
}

/** Defaults that follow from what is said beside them. */
function derived(name: string, above: Path, it: Owned): unknown {
  const beside = (field: string): unknown => inGit(it, fieldPath(above, field))
  switch (name) {
    case 'imagePullPolicy':
      return pullPolicy(beside('image'))
    case 'serviceAccount':
      return beside('serviceAccountName')
    case 'targetPort':
      return beside('port')
    case 'policyTypes':
      return it.git.kind === 'NetworkPolicy'
        ? policyTypes(beside('egress'), fieldPath(above, 'egress'), it)
        : undefined
    case 'externalTrafficPolicy':
      return isExposed(beside) ? 'Cluster' : undefined
    case 'allocateLoadBalancerNodePorts':
      return beside('type') === 'LoadBalancer' ? true : undefined
    default:
      return undefined
  }
}

const policyTypes = (egress: unknown, path: Path, it: Owned): readonly string[] =>
  isListed(egress) || keeperOf(it, path) !== undefined ? ['Ingress', 'Egress'] : ['Ingress']

const isExposed = (beside: (field: string) => unknown): boolean =>
  EXPOSED.has(beside('type')) || beside('externalIPs') !== undefined

const EXPOSED = new Set<unknown>(['NodePort', 'LoadBalancer'])

const isListed = (value: unknown): boolean => Array.isArray(value) && value.length > 0

function pullPolicy(image: unknown): string | undefined {
  if (typeof image !== 'string') return undefined
  const name = image.slice(image.lastIndexOf('/') + 1)
  return !/[:@]/.test(name) || name.endsWith(':latest') ? 'Always' : 'IfNotPresent'
}

const same = (a: unknown, b: unknown): boolean => {
  if (isRecord(a) && isRecord(b))
    return Object.keys({ ...a, ...b }).every((name) => same(own(a, name), own(b, name)))
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i]))
  return a === b
}
