import type { Discovery } from '../live/discovery.js'
import type { Wanted } from '../live/list.js'
import { keyString, type KubernetesObject } from '../object.js'
import type { Definitions } from './definitions.js'
import { isNameUnknown } from './generated-names.js'
import { releasedObjects, type HelmPlan } from './helm-plan.js'
import { inventoryItems } from './inventory-items.js'
import type { Plan } from './plan.js'
import type { Plans, ReadingMeans } from './reading.js'
import { clusterKey } from './scope.js'
import { isOwnerAsked } from './scope-focus.js'

/** What of a cluster is to be read. */
export interface WantedParts {
  readonly wanted: readonly Wanted[]
  /** Of releases, whose objects carry another label. */
  readonly released: readonly Wanted[]
  /** All that Git or an inventory names, asked for or not. */
  readonly known: readonly Wanted[]
}

/** Few objects are asked for by name; everything of an owner is, and everything where nothing is named. */
export function wantedOf(
  { kustomizations, helmReleases }: Plans,
  { discovery, focus, also = [] }: Pick<ReadingMeans, 'discovery' | 'focus' | 'also'>,
  { namespaces }: Definitions,
): WantedParts {
  const all = eachOnce([...wantedObjects(kustomizations, discovery), ...also])
  const released = wantedReleased(helmReleases, all, discovery)
  if (focus === undefined) return { wanted: all, released, known: all }
  const owned = kustomizations.filter(({ kustomization }) =>
    isOwnerAsked(focus, { ...kustomization, kind: 'Kustomization' }),
  )
  const asked = new Set(focus.objects.map(({ key }) => keyString(key)))
  const isAsked = ({ key }: Wanted): boolean => asked.has(keyString(key))
  const single = [...all, ...released].filter(isAsked)
  const known = new Set(single.map(({ key }) => keyString(key)))
  const unknown = focus.objects.filter(({ key }) => !known.has(keyString(key)))
  const homes = [...new Set(focus.objects.map(({ key }) => key.namespace))]
    .filter((name) => namespaces.has(name))
    .map((name) => ({ apiVersion: 'v1', key: { group: '', kind: 'Namespace', namespace: '', name } }))
  const more = focus.owners.length === 0 ? [] : also
  const wanted = [...wantedObjects(owned, discovery), ...all.filter(isAsked), ...unknown, ...more, ...homes]
  const ofOwners = focus.owners.some(({ kind }) => kind === 'HelmRelease')
  return {
    wanted: eachOnce(wanted),
    released: ofOwners ? released : released.filter(isAsked),
    known: all,
  }
}

/** The first of each counts: its version is the one to compare in. */
const eachOnce = (wanted: readonly Wanted[]): readonly Wanted[] => [
  ...new Map([...wanted].reverse().map((one) => [keyString(one.key), one])).values(),
]

/** What releases have; what Git has as well is read for Git. */
function wantedReleased(
  plans: readonly HelmPlan[],
  others: readonly Wanted[],
  discovery: Discovery,
): readonly Wanted[] {
  const found = new Set(others.map(({ key }) => keyString(key)))
  return plans.flatMap(releasedObjects).flatMap((object) => {
    const key = clusterKey(object, discovery)
    if (key === undefined || found.has(keyString(key))) return []
    found.add(keyString(key))
    return [{ apiVersion: object.apiVersion, key }]
  })
}

/** Everything that Git or an inventory names; the version is Git's, for that is the one to compare in. */
function wantedObjects(plans: readonly Plan[], discovery: Discovery): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const object of plans.flatMap(builtObjects)) {
    const key = clusterKey(object, discovery)
    const id = key === undefined ? undefined : keyString(key)
    if (key === undefined || id === undefined || wanted.has(id) || isNameUnknown(object)) continue
    wanted.set(id, { apiVersion: object.apiVersion, key })
  }
  for (const item of plans.flatMap(({ kustomization }) => inventoryItems(kustomization))) {
    if (!wanted.has(keyString(item.key))) wanted.set(keyString(item.key), item)
  }
  return [...wanted.values()]
}

/** What the builds of a plan have. */
export const builtObjects = (plan: Plan): readonly KubernetesObject[] =>
  [plan.build, plan.next].flatMap((result) => (result?.ok === true ? result.build.objects : []))
