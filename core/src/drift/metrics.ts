import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { formatPointer, type Path } from '../pointer.js'
import { indexBy, type KeyedItem } from './merge-key.js'

/**
 * Are these the metrics of a HorizontalPodAutoscaler? The server replaces them as a whole, and gives them in another
 * order than they were sent in: it keeps them as autoscaling/v1 has them.
 * Source: kubernetes pkg/apis/autoscaling/v1/conversion.go; kubernetes/kubernetes#74099.
 */
export function areMetrics(object: KubernetesObject, path: Path): boolean {
  const { apiVersion, kind } = object
  const isAutoscaler = kind === 'HorizontalPodAutoscaler' && apiVersion.startsWith('autoscaling/')
  return isAutoscaler && formatPointer(path) === '/spec/metrics'
}

/** Indexes metrics by their type and name; undefined where two share both, or one has none. */
export function indexMetrics(metrics: readonly unknown[]): ReadonlyMap<string, KeyedItem> | undefined {
  return indexBy(metrics, (metric, index) => {
    if (!isRecord(metric) || typeof metric.type !== 'string') return undefined
    const source = metric[metric.type.charAt(0).toLowerCase() + metric.type.slice(1)]
    const name = isRecord(source) ? nameOf(source) : undefined
    return name === undefined ? undefined : { kind: 'key', keys: { type: metric.type, name }, index }
  })
}

/** A resource has a name itself; other metrics have one below, and labels that tell them apart. */
function nameOf({
  name,
  container,
  metric,
  describedObject,
}: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof name === 'string') return typeof container === 'string' ? `${container}/${name}` : name
  if (!isRecord(metric) || typeof metric.name !== 'string') return undefined
  const target = isRecord(describedObject)
    ? `${String(describedObject.kind)}/${String(describedObject.name)}/`
    : ''
  const selector = metric.selector === undefined ? '' : formatJson(metric.selector)
  return `${target}${metric.name}${selector}`
}
