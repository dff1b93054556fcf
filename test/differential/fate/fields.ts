import { parseQuantity } from '@kubectl-gitops/core/drift/canonical.js'
import { indexByKeys, keyElement } from '@kubectl-gitops/core/drift/merge-key.js'
import type { FieldRecord } from '@kubectl-gitops/core/drift/report.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from '@kubectl-gitops/core/drift/schema.js'
import { isRecord, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { formatField, type Path, type PathElement } from '@kubectl-gitops/core/pointer.js'

/** A place in an object that does not depend on where list items stand. */
export type Identity = string

const SEPARATOR = '\u0001'
const NOT_COMPARED = new Set(['apiVersion', 'kind', 'status'])
const SERVERS_OWN = new Set(
  'name namespace uid resourceVersion generation creationTimestamp managedFields selfLink deletionTimestamp deletionGracePeriodSeconds'.split(
    ' ',
  ),
)

/** Every value of an object that stands for itself, by place; atomic lists and maps are one value. */
export function leavesOf(
  object: KubernetesObject,
  type: FieldType | undefined,
): ReadonlyMap<Identity, unknown> {
  const found = new Map<Identity, unknown>()
  const rest = Object.entries(object).filter(([name]) => !NOT_COMPARED.has(name))
  const metadata = Object.entries(object.metadata).filter(([name]) => !SERVERS_OWN.has(name))
  const compared = { ...Object.fromEntries(rest), metadata: Object.fromEntries(metadata) }
  gather(compared, type ?? UNKNOWN_TYPE, [], found)
  // An autoscaler takes the largest of what its metrics ask for: their order says nothing.
  const metrics = found.get('f:spec\u0001f:metrics')
  if (object.kind === 'HorizontalPodAutoscaler' && Array.isArray(metrics))
    found.set(
      'f:spec\u0001f:metrics',
      metrics.map((one) => JSON.stringify(one)).sort((a, b) => (a < b ? -1 : 1)),
    )
  // kubectl's own copy of the object is bookkeeping: nothing is foretold of it.
  found.delete(
    ['f:metadata', 'f:annotations', 'f:kubectl.kubernetes.io/last-applied-configuration'].join(SEPARATOR),
  )
  return found
}

function gather(value: unknown, type: FieldType, path: Path, found: Map<Identity, unknown>): void {
  if (value === null || value === undefined) return
  const children = childrenOf(value, type)
  if (children === undefined) found.set(identityOf(path), canonical(value, type))
  else
    for (const [element, child] of children)
      gather(child, typeBelow(type, element), [...path, element], found)
}

/** Two spellings of a quantity are one. */
const canonical = (value: unknown, type: FieldType): unknown =>
  type.kind === 'scalar' && type.format === 'quantity' ? (parseQuantity(value)?.toString() ?? value) : value

/** What is below a value, item by item; undefined where it is one whole. */
function childrenOf(
  value: unknown,
  type: FieldType,
): readonly (readonly [PathElement, unknown])[] | undefined {
  if (isRecord(value)) {
    if (type.kind === 'map' && type.atomic) return undefined
    return Object.entries(value).map(([name, child]) => [{ kind: 'field', name }, child] as const)
  }
  if (!Array.isArray(value) || type.kind !== 'list') return undefined
  if (type.relation === 'set')
    return value.map((item: unknown, index) => [{ kind: 'value', value: item, index }, item] as const)
  const keyed = type.relation === 'map' ? indexByKeys(value, type.keys) : undefined
  return keyed === undefined
    ? undefined
    : [...keyed.values()].map(({ element, value: item }) => [element, item])
}

export const identityOf = (path: Path): Identity => path.map(stepOf).join(SEPARATOR)

function stepOf(element: PathElement): string {
  switch (element.kind) {
    case 'field':
      return `f:${element.name}`
    case 'key':
      return `k:${JSON.stringify(Object.entries(element.keys).sort(([a], [b]) => (a < b ? -1 : 1)))}`
    case 'value':
      return `v:${JSON.stringify(element.value)}`
    case 'index':
      return `i:${element.index}`
  }
}

/** True for a place itself and everything below it. */
export const isWithin = (place: Identity, outer: Identity): boolean =>
  outer === '' || place === outer || place.startsWith(`${outer}${SEPARATOR}`)

export const isRelated = (a: Identity, b: Identity): boolean => isWithin(a, b) || isWithin(b, a)

/** For messages. */
export const shown = (place: Identity): string => place.replaceAll(SEPARATOR, ' ')

/** The places that anybody is recorded for in `managedFields`. */
export function ownedPlaces(object: KubernetesObject): ReadonlySet<Identity> {
  const found = new Set<Identity>()
  const walk = (fields: unknown, steps: readonly string[]): void => {
    if (steps.length > 0) found.add(steps.join(SEPARATOR))
    if (isRecord(fields))
      for (const [name, below] of Object.entries(fields))
        if (name !== '.') walk(below, [...steps, ownedStep(name)])
  }
  for (const entry of object.metadata.managedFields ?? []) walk(entry.fieldsV1, [])
  return found
}

function ownedStep(name: string): string {
  if (!name.startsWith('k:')) return name
  const keys = JSON.parse(name.slice(2)) as Record<string, unknown>
  return stepOf({ kind: 'key', keys, index: 0 })
}

/**
 * The place that a record is about. Its pointer has positions of the live list, and of Git's where live has no
 * such item; the readable field says which of the two.
 */
export function placeOf(
  { path: pointer, field }: Pick<FieldRecord, 'path' | 'field'>,
  sides: { readonly git: unknown; readonly live: unknown },
  type: FieldType | undefined,
): Identity {
  let { git, live } = sides
  let at = type ?? UNKNOWN_TYPE
  const path: PathElement[] = []
  for (const text of pointer.split('/').slice(1)) {
    const step = text.replaceAll('~1', '/').replaceAll('~0', '~')
    const element = elementAt([live, git], at, step, (one) => field.startsWith(formatField([...path, one])))
    path.push(element)
    at = typeBelow(at, element)
    live = below(live, element, step)
    git = below(git, element, step)
  }
  return identityOf(path)
}

function elementAt(
  sides: readonly unknown[],
  type: FieldType,
  step: string,
  isMeant: (element: PathElement) => boolean,
): PathElement {
  if (!sides.some((side) => Array.isArray(side))) return { kind: 'field', name: step }
  const index = Number(step)
  const candidates = sides.flatMap((side): readonly PathElement[] => {
    if (!Array.isArray(side) || type.kind !== 'list' || side[index] === undefined) return []
    if (type.relation === 'set') return [{ kind: 'value', value: side[index] as unknown, index }]
    const key = type.relation === 'map' ? keyElement(side[index], type.keys, index) : undefined
    return key === undefined ? [] : [key]
  })
  return candidates.find(isMeant) ?? { kind: 'index', index }
}

function below(side: unknown, element: PathElement, step: string): unknown {
  if (isRecord(side)) return Object.hasOwn(side, step) ? side[step] : undefined
  if (!Array.isArray(side)) return undefined
  if (element.kind === 'index') return side[element.index]
  if (element.kind === 'value')
    return side.find((item) => JSON.stringify(item) === JSON.stringify(element.value))
  if (element.kind !== 'key') return undefined
  return side.find((item, i) => {
    const names = Object.keys(element.keys).map((name) => ({
      name,
      default: name === 'protocol' ? 'TCP' : undefined,
    }))
    const own = keyElement(item, names, i)
    return own !== undefined && stepOf(own) === stepOf(element)
  })
}
