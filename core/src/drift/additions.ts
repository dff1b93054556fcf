import { isRecord, type KubernetesObject, type ManagedFieldsEntry } from '../object.js'
import { fieldPath, pathIdentity, type Path, type PathElement } from '../pointer.js'
import { isHollow, keyElement } from './compare.js'
import { asFields, isLeaf, parse, type FieldsV1 } from './managed-fields.js'
import { UNKNOWN_TYPE, type FieldType } from './schema.js'

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
  for (const [key, child] of Object.entries(entry.fieldsV1 ?? {})) {
    const name = key.slice(2)
    if (!key.startsWith('f:') || IDENTITY.has(name)) continue
    const fields = asFields(child) ?? {}
    if (name === 'metadata') metadata(walk, fields, git, live)
    else
      visit(walk, fields, {
        git: git[name],
        live: live[name],
        type: typeOfField(type, name),
        path: fieldPath([], name),
      })
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

function metadata(walk: Walk, fields: FieldsV1, git: KubernetesObject, live: KubernetesObject): void {
  for (const [key, child] of Object.entries(fields)) {
    const name = key.slice(2)
    if (!key.startsWith('f:') || SERVER_METADATA.has(name)) continue
    const path = fieldPath([], 'metadata', name)
    visit(walk, asFields(child) ?? {}, {
      git: git.metadata[name],
      live: live.metadata[name],
      type: UNKNOWN_TYPE,
      path,
    })
  }
}

function visit(walk: Walk, fields: FieldsV1, place: Place): void {
  if (place.live === undefined) return
  if (isLeaf(fields)) {
    if (place.git === undefined && !isEmptyMap(place.live))
      walk.found.push({ path: place.path, live: place.live, entry: walk.entry })
    return
  }
  for (const [key, child] of Object.entries(fields)) {
    if (key === '.') continue
    const next = step(place, key)
    if (next === undefined) continue
    const set = asFields(child) ?? {}
    const wholeItem = next.git === undefined && !key.startsWith('f:') && (isLeaf(set) || '.' in set)
    if (wholeItem) walk.found.push({ path: next.path, live: next.live, entry: walk.entry })
    else visit(walk, set, next)
  }
}

/** Goes one step down on both sides, as a fieldsV1 name says. */
function step(place: Place, key: string): Place | undefined {
  const rest = key.slice(2)
  switch (key.slice(0, 2)) {
    case 'f:':
      return {
        git: isRecord(place.git) ? place.git[rest] : undefined,
        live: isRecord(place.live) ? place.live[rest] : undefined,
        type: typeOfField(place.type, rest),
        path: fieldPath(place.path, rest),
      }
    case 'k:':
      return itemPlace(place, (item, index) => matchesKeys(place.type, item, parse(rest), index))
    case 'v:':
      return itemPlace(place, (item, index) =>
        sameJson(item, parse(rest)) ? { kind: 'value', value: item, index } : undefined,
      )
    default:
      return undefined
  }
}

type Match = (item: unknown, index: number) => PathElement | undefined

function itemPlace(place: Place, match: Match): Place | undefined {
  const live = findItem(place.live, match)
  if (live === undefined) return undefined
  const git = findItem(place.git, match)
  const type = place.type.kind === 'list' ? place.type.item : UNKNOWN_TYPE
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

function matchesKeys(type: FieldType, item: unknown, keys: unknown, index: number): PathElement | undefined {
  if (!isRecord(keys)) return undefined
  const stated =
    type.kind === 'list' && type.keys.length > 0 ? type.keys : Object.keys(keys).map((name) => ({ name }))
  const element = keyElement(item, stated, index)
  if (element === undefined) return undefined
  const same = Object.entries(keys).every(([name, value]) => sameJson(element.keys[name], value))
  return same ? element : undefined
}

const typeOfField = (type: FieldType | undefined, name: string): FieldType =>
  (type?.kind === 'map' ? type.field(name) : undefined) ?? UNKNOWN_TYPE

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const isEmptyMap = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0

/**
 * The fields that Flux owns and the build does not declare: none, if the build is what Flux applied.
 * Left out: empty values and schema defaults, which Flux's round trip through Go types declares too.
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
    (addition) => !isHollow(addition.live) && !isRecord(addition.live) && !isDefault(addition, type),
  )
}

function isDefault(addition: Addition, root: FieldType | undefined): boolean {
  const type = addition.path.reduce<FieldType>((at, element) => {
    if (element.kind === 'field') return typeOfField(at, element.name)
    return at.kind === 'list' ? at.item : UNKNOWN_TYPE
  }, root ?? UNKNOWN_TYPE)
  return type.kind === 'scalar' && type.default !== undefined && sameJson(type.default, addition.live)
}
