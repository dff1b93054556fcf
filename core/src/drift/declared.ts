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
  const steps = (fields === undefined ? [] : compile(fields)).filter(isConfiguration)
  const missing: (readonly Step[])[] = []
  collectMissing(git, steps, { trail: [], missing })
  return missing.every((trail) => isServerMade(trail, live, type))
}

const isConfiguration = (step: Step): boolean => step.kind !== 'field' || !IDENTITY.has(step.name)

interface Search {
  readonly trail: Step[]
  readonly missing: (readonly Step[])[]
}

/** The ways to what Git does not have; few, so that only they are held against live and the schema. */
function collectMissing(git: unknown, steps: readonly Step[], search: Search): void {
  for (const step of steps) {
    const value = child(git, step)
    if (value === undefined || value === null) search.missing.push([...search.trail, step])
    else if (step.below.length > 0) {
      search.trail.push(step)
      collectMissing(value, step.below, search)
      search.trail.pop()
    }
  }
}

function isServerMade(trail: readonly Step[], live: KubernetesObject, root: FieldType): boolean {
  let value: unknown = live
  let type = root
  for (const step of trail) {
    value = child(value, step)
    if (value === undefined) return true
    type = step.kind === 'field' ? typeBelow(type, step) : type.kind === 'list' ? type.item : UNKNOWN_TYPE
  }
  const last = trail.at(-1)
  // A leaf stands for an empty value where each field or item below is owned on its own.
  return last?.kind === 'field' && last.below.length === 0 && (isGranular(type) || isFilledUp(value, type))
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

/** One step down; an item of a list has its keys, or leaves out the one that has a default (a port's protocol). */
function child(value: unknown, step: Step): unknown {
  if (step.kind === 'field')
    return isRecord(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
  if (!Array.isArray(value)) return undefined
  if (step.kind === 'value') return value.find((item) => item === step.value)
  return value.find((item) => isRecord(item) && step.keys.every(([name, key]) => hasKey(item, name, key)))
}

const hasKey = (item: Readonly<Record<string, unknown>>, name: string, key: unknown): boolean =>
  item[name] === key || (item[name] === undefined && name === 'protocol' && key === 'TCP')
