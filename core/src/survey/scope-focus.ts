import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import type { FluxReference } from '../desired/kustomization.js'
import { referenceKey } from '../desired/source/source.js'
import type { DriftReport, ObjectRecord } from '../drift/report.js'
import type { GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { Wanted } from '../live/list.js'
import { groupVersion, keyString, type ObjectKey } from '../object.js'
import { ownersOf } from './scope-owner.js'
import { findTarget, type TargetContext, type TargetName } from './scope-target.js'

/** The part of a cluster that is asked for by name: nothing else is built or read. */
export interface Focus {
  /** Flux objects all of whose objects are asked for. */
  readonly owners: readonly FluxReference[]
  /** Single objects. */
  readonly objects: readonly Wanted[]
  /** The Flux objects that may apply the single objects. */
  readonly builders: readonly FluxReference[]
  /** By `keyString` of a single object: what to say where no build has it. */
  readonly refusals: ReadonlyMap<string, GitOpsError>
}

/**
 * Finds what names stand for, and who applies it; undefined where nothing is named, which is everything.
 * @throws GitOpsError USAGE and NOT_FOUND for names that stand for nothing, and what reading an object throws
 */
export async function findFocus(
  names: readonly TargetName[],
  context: TargetContext & { readonly cluster: Pick<Cluster, 'get'> },
): Promise<Focus | undefined> {
  if (names.length === 0) return undefined
  const targets = await Promise.all(names.map((name) => findTarget(name, context)))
  const objects = targets.filter((target) => target.kind === 'object')
  const found = await Promise.all(objects.map((target) => ownersOf(target, context.state, context.cluster)))
  return {
    owners: targets.flatMap((target) => (target.kind === 'owner' ? [target.owner] : [])),
    objects: objects.map(({ wanted }) => wanted),
    builders: found.flatMap(({ owners }) => owners),
    refusals: new Map(
      objects.flatMap(({ wanted }, index) => {
        const refusal = found[index]?.refusal
        return refusal === undefined ? [] : [[keyString(wanted.key), refusal] as const]
      }),
    ),
  }
}

const holds = (all: readonly FluxReference[], one: FluxReference): boolean =>
  all.some((other) => referenceKey(other) === referenceKey(one))

/** Are all objects of a Flux object asked for? */
export const isOwnerAsked = (focus: Focus | undefined, owner: FluxReference): boolean =>
  focus === undefined || holds(focus.owners, owner)

/** Does a Flux object have to be built to answer? */
export const isBuilt = (focus: Focus | undefined, owner: FluxReference): boolean =>
  isOwnerAsked(focus, owner) || holds(focus?.builders ?? [], owner)

/** Is the object of a record asked for, by its own name or that of what applies it? */
export function isObjectAsked(focus: Focus | undefined, record: ObjectRecord): boolean {
  if (focus === undefined) return true
  const { kind, namespace = '', name } = record.owner
  if (isOwnerAsked(focus, { kind, namespace, name })) return true
  const key = keyString(recordKey(record))
  return focus.objects.some((one) => keyString(one.key) === key)
}

/** What names the object of a record. */
export const recordKey = ({ apiVersion, kind, namespace = '', name }: ObjectRecord): ObjectKey => ({
  group: groupVersion(apiVersion).group,
  kind,
  namespace,
  name,
})

/** What a report says it was asked for. */
export function focusRecord(focus: Focus | undefined): Pick<DriftReport['scope'], 'targets'> {
  if (focus === undefined) return {}
  const owners = focus.owners.map(({ kind, namespace, name }) => ({ kind, namespace, name }))
  const objects = focus.objects.map(({ key: { group, kind, namespace, name } }) => ({
    kind: group === '' ? kind : `${kind}.${group}`,
    ...(namespace === '' ? {} : { namespace }),
    name,
  }))
  return { targets: [...owners, ...objects] }
}

/**
 * Refuses to be silent about a single object that no build has, where all that may have it could be built.
 * @throws GitOpsError NOT_FOUND
 */
export function refuseAbsent(focus: Focus | undefined, { objects, kustomizations }: DriftReport): void {
  const isCertain = kustomizations.every(({ code }) => code === undefined)
  if (focus === undefined || !isCertain) return
  const found = new Set(objects.map((record) => keyString(recordKey(record))))
  for (const { key } of focus.objects) {
    const refusal = focus.refusals.get(keyString(key))
    if (!found.has(keyString(key)) && refusal !== undefined) throw refusal
  }
}

const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

/** What of a LIST is asked for; undefined where the names of owners do not narrow it down. */
export function ownerSelector(focus: Focus | undefined): string | undefined {
  if (focus === undefined || focus.owners.length === 0) return undefined
  const isPlain = ({ kind, namespace, name }: FluxReference): boolean =>
    kind === 'Kustomization' && LABEL_VALUE.test(name) && LABEL_VALUE.test(namespace)
  if (!focus.owners.every(isPlain)) return undefined
  const values = (of: (owner: FluxReference) => string): string =>
    [...new Set(focus.owners.map(of))].join(',')
  return `${OWNER_NAME} in (${values(({ name }) => name)}),${OWNER_NAMESPACE} in (${values(({ namespace }) => namespace)})`
}
