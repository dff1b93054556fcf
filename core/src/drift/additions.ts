import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject, type ManagedFieldsEntry } from '../object.js'
import { fieldPath, pathIdentity, type Path, type PathElement } from '../pointer.js'
import { isFilledUp } from './filled-up.js'
import { asFields, isGranular, isLeaf, parse, type FieldsV1 } from './managed-fields.js'
import { keyElement } from './merge-key.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType, type ListKey } from './schema.js'

/** A live field that Git says nothing about, and the entry that says who wrote it. */
export interface Addition {
  readonly path: Path
  readonly live: unknown
  readonly entry: ManagedFieldsEntry
}

const IDENTITY = new Set(['apiVersion', 'kind', 'status'])
const SERVER_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'generateName',
])

/**
 * The fields of one managedFields entry that live has and Git has not. A list item that somebody added
 * is one addition, whatever it holds; maps are taken apart, for others write into them too.
 */
export function additionsOf(
  entry: ManagedFieldsEntry,
  git: KubernetesObject,
  live: KubernetesObject,
  type: FieldType | undefined,
): readonly Addition[] {
  const found: Addition[] = []
  const walk: Walk = { entry, found }
  const root: Place = { git, live, type: type ?? UNKNOWN_TYPE, path: [] }
  for (const [key, child] of Object.entries(entry.fieldsV1 ?? {})) {
    if (IDENTITY.has(key.slice(2))) continue
    if (key === 'f:metadata') metadata(walk, root, asFields(child) ?? {})
    else descend(walk, root, key, child)
  }
  return found
}

interface Walk {
  readonly entry: ManagedFieldsEntry
  readonly found: Addition[]
}

/** One position in both objects. */
interface Place {
  readonly git: unknown
  readonly live: unknown
  readonly type: FieldType
  readonly path: Path
}

function metadata(walk: Walk, root: Place, fields: FieldsV1): void {
  const place = step(root, 'f:metadata')
  if (place === undefined) return
  for (const [key, child] of Object.entries(fields)) {
    if (!SERVER_METADATA.has(key.slice(2))) descend(walk, place, key, child)
  }
}

function descend(walk: Walk, parent: Place, key: string, child: unknown): void {
  const place = step(parent, key)
  if (place?.live === undefined) return
  const fields = asFields(child) ?? {}
  if (isAddedWhole(place, key, fields))
    walk.found.push({ path: place.path, live: place.live, entry: walk.entry })
  else for (const [name, below] of Object.entries(fields)) if (name !== '.') descend(walk, place, name, below)
}

/** A leaf stands for the whole value, but in a map or list that others share it stands for an empty one. */
function isAddedWhole({ git, live, type }: Place, key: string, fields: FieldsV1): boolean {
  if (git !== undefined && git !== null) return false
  if (!key.startsWith('f:')) return isLeaf(fields) || '.' in fields
  if (!isLeaf(fields) || isGranular(type)) return false
  return !isRecord(live) || Object.keys(live).length > 0
}

/** Goes one step down on both sides, as a fieldsV1 name says; no server writes other names than these. */
function step(place: Place, key: string): Place | undefined {
  const rest = key.slice(2)
  switch (key.slice(0, 2)) {
    case 'f:': {
      const [element] = fieldPath([], rest)
      if (element === undefined) return undefined
      const type = typeBelow(place.type, element)
      return { git: own(place.git, rest), live: own(place.live, rest), type, path: [...place.path, element] }
    }
    case 'k:':
      return itemPlace(place, keyMatch(place.type, parse(rest)))
    case 'v:':
      return itemPlace(place, valueMatch(parse(rest)))
    default:
      return undefined
  }
}

const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

type Match = (item: unknown, index: number) => PathElement | undefined

function itemPlace(place: Place, match: Match): Place | undefined {
  const live = findItem(place.live, match)
  if (live === undefined) return undefined
  const git = findItem(place.git, match)
  const type = typeBelow(place.type, live.element)
  return { git: git?.item, live: live.item, type, path: [...place.path, live.element] }
}

function findItem(
  list: unknown,
  match: Match,
): { readonly item: unknown; readonly element: PathElement } | undefined {
  if (!Array.isArray(list)) return undefined
  for (const [index, item] of list.entries()) {
    const element = match(item, index)
    if (element !== undefined) return { item, element }
  }
  return undefined
}

function keyMatch(type: FieldType, keys: unknown): Match {
  if (!isRecord(keys)) return () => undefined
  const stated =
    type.kind === 'list' && type.keys.length > 0 ? type.keys : Object.keys(keys).map(withoutSchema)
  return (item, index) => {
    const element = keyElement(item, stated, index)
    const same =
      element !== undefined &&
      Object.entries(keys).every(([name, value]) => sameJson(element.keys[name], value))
    return same ? element : undefined
  }
}

/** The one merge key with a default among the built-in kinds: the protocol of a port. */
const withoutSchema = (name: string): ListKey => (name === 'protocol' ? { name, default: 'TCP' } : { name })

const valueMatch =
  (value: unknown): Match =>
  (item, index) =>
    sameJson(item, value) ? { kind: 'value', value: item, index } : undefined

const sameJson = (a: unknown, b: unknown): boolean => formatJson(a) === formatJson(b)

/**
 * The fields that Flux owns and the build does not declare: none, if the build is what Flux applied.
 * Left out is what its round trip through Go types declares too, and the server then fills up: empty values,
 * schema defaults, and the zero of an int-or-string, which Go cannot omit (`targetPort` of a Service).
 */
export function undeclaredByBuild(
  entries: readonly ManagedFieldsEntry[],
  git: KubernetesObject,
  live: KubernetesObject,
  type: FieldType | undefined,
): readonly Addition[] {
  const found = entries.flatMap((entry) => additionsOf(entry, git, live, type))
  const unique = new Map(found.map((addition) => [pathIdentity(addition.path), addition]))
  return [...unique.values()].filter(
    ({ live: value, path }) => !isFilledUp(value, path.reduce(typeBelow, type ?? UNKNOWN_TYPE)),
  )
}
