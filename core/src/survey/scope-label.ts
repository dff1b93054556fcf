import type { ObjectRecord } from '../drift/report.js'
import { matchesLabels, type LabelSelector } from '../label-selector.js'
import { keyString, type KubernetesObject } from '../object.js'
import type { Reading } from './reading.js'
import { clusterKey } from './scope.js'
import { recordKey } from './scope-focus.js'

/**
 * Whether the object of a record meets a selector, by the labels that it has on the cluster or by those in Git:
 * somebody who takes a label off does not hide what was done.
 * @param built what the builds have
 */
export function labelFilter(
  selector: LabelSelector | undefined,
  built: readonly KubernetesObject[],
  { live, discovery }: Pick<Reading, 'live' | 'discovery'>,
): (record: ObjectRecord) => boolean {
  if (selector === undefined) return () => true
  const inGit = new Set<string>()
  for (const object of built) {
    const key = clusterKey(object, discovery)
    if (key !== undefined && matchesLabels(selector, object.metadata.labels)) inGit.add(keyString(key))
  }
  return (record) => {
    const key = keyString(recordKey(record))
    const found = live.objects.get(key)
    return inGit.has(key) || (found !== undefined && matchesLabels(selector, found.metadata.labels))
  }
}
