import type { ObjectRecord } from '../drift/report.js'
import { sidesOf, type ShowSides, type SidesOf } from '../drift/sides.js'
import { groupVersion, keyString, type KubernetesObject } from '../object.js'

/** What every record of one owner has in common when its sides are told. */
export interface Telling extends Pick<SidesOf, 'secrets' | 'sealed'> {
  /** By `keyString`. */
  readonly live: ReadonlyMap<string, KubernetesObject>
  readonly show: ShowSides
}

/** Tells the sides of a record that has two. */
export function tellSides(telling: Telling, record: ObjectRecord, git?: KubernetesObject): void {
  const { apiVersion, kind, namespace = '', name } = record
  const live = telling.live.get(keyString({ group: groupVersion(apiVersion).group, kind, namespace, name }))
  const { secrets, sealed } = telling
  const given = { record, secrets, sealed, ...(git === undefined ? {} : { git }) }
  const sides = sidesOf(live === undefined ? given : { ...given, live })
  if (sides !== undefined) telling.show(record, sides)
}
