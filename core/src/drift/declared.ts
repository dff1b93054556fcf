import { isRecord, type KubernetesObject } from '../object.js'
import { isFilledUp } from './filled-up.js'
import { isGranular, parse, type FieldsV1 } from './managed-fields.js'
import { typeBelow, UNKNOWN_TYPE, type FieldType } from './schema.js'

/** A set of fields taken apart once: those of many objects are the same. */
type Step = { readonly below: readonly Step[] } & (
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly keys: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'value'; readonly value: unknown }
)

const IDENTITY = new Set(['apiVersion', 'kind', 'status'])
const compiled = new WeakMap<FieldsV1, readonly Step[]>()

/** The same place in Git, on the cluster and in the schema. */
interface Place {
  readonly git: unknown
  readonly live: unknown
  readonly type: FieldType
}

/**
 * Does the build have every field of a set that Flux applied, but for what the server fills up? True is a proof that
 * `undeclaredByBuild` finds none; false says nothing. Quick, for most sets are declared in full.
 */
export function declaresAll(
  fields: FieldsV1 | undefined,
  git: KubernetesObject,
  live: KubernetesObject,
  type: FieldType = UNKNOWN_TYPE,
): boolean {
  const root = { git, live, type }
  const steps = fields === undefined ? [] : compile(fields)
  return steps.every(
    (step) => (step.kind === 'field' && IDENTITY.has(step.name)) || isWritten(git, step) || has(root, step),
  )
}

/** Does Git say all of it itself? Then neither live nor the schema need be asked. */
function isWritten(git: unknown, step: Step): boolean {
  const value = step.kind === 'field' ? own(git, step.name) : itemOf(git, step, UNKNOWN_TYPE)
  if (value === undefined || value === null) return false
  for (const below of step.below) if (!isWritten(value, below)) return false
  return true
}

function compile(fields: FieldsV1): readonly Step[] {
  const known = compiled.get(fields)
  if (known !== undefined) return known
  const steps = Object.entries(fields).flatMap(([name, child]) => (name === '.' ? [] : [stepOf(name, child)]))
  compiled.set(fields, steps)
  return steps
}

function stepOf(name: string, child: unknown): Step {
  const below = isRecord(child) ? compile(child) : []
  const rest = name.slice(2)
  if (name.startsWith('f:')) return { kind: 'field', name: rest, below }
  const key = parse(rest)
  return isRecord(key)
    ? { kind: 'key', keys: Object.entries(key), below }
    : { kind: 'value', value: key, below }
}

function has(parent: Place, step: Step): boolean {
  const place = below(parent, step)
  if (place.live === undefined) return true
  const isLeaf = step.below.length === 0
  if (place.git !== undefined && place.git !== null)
    return isLeaf || step.below.every((one) => has(place, one))
  // A leaf stands for an empty value where each field or item below is owned on its own.
  return isLeaf && step.kind === 'field' && (isGranular(place.type) || isFilledUp(place.live, place.type))
}

function below({ git, live, type }: Place, step: Step): Place {
  if (step.kind === 'field') {
    const next = typeBelow(type, step)
    return { git: own(git, step.name), live: own(live, step.name), type: next }
  }
  const item = type.kind === 'list' ? type.item : UNKNOWN_TYPE
  return { git: itemOf(git, step, type), live: itemOf(live, step, type), type: item }
}

const own = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

function itemOf(list: unknown, step: Exclude<Step, { kind: 'field' }>, type: FieldType): unknown {
  if (!Array.isArray(list)) return undefined
  if (step.kind === 'value') return list.find((item) => item === step.value)
  const presets = type.kind === 'list' ? type.keys : []
  const preset = (name: string): unknown => presets.find((key) => key.name === name)?.default
  return list.find(
    (item) => isRecord(item) && step.keys.every(([name, key]) => (item[name] ?? preset(name)) === key),
  )
}
