import { isRecord, type KubernetesObject } from '../object.js'
import { parse, type FieldsV1 } from './managed-fields.js'

/** A set of fields, taken apart once: managedFields of many objects are the same. */
interface Compiled {
  readonly steps: readonly Step[]
}

type Step = { readonly below: Compiled } & (
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly keys: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'other' }
)

const IDENTITY = new Set(['apiVersion', 'kind', 'status'])
const compiled = new WeakMap<FieldsV1, Compiled>()

/**
 * Does Git have every field of a set that Flux applied? True is a proof that the build leaves none of them out; false
 * says nothing (the server's own defaults may fill up a list's keys). Quick, for most sets are declared in full.
 */
export function declaresAll(fields: FieldsV1 | undefined, git: KubernetesObject): boolean {
  if (fields === undefined) return true
  const { steps } = compile(fields)
  return steps.every((step) => step.kind !== 'field' || IDENTITY.has(step.name) || has(git, step))
}

function compile(fields: FieldsV1): Compiled {
  const known = compiled.get(fields)
  if (known !== undefined) return known
  const steps = Object.entries(fields).flatMap(([name, child]) => (name === '.' ? [] : [stepOf(name, child)]))
  const made = { steps }
  compiled.set(fields, made)
  return made
}

function stepOf(name: string, child: unknown): Step {
  const below = isRecord(child) ? compile(child) : { steps: [] }
  const rest = name.slice(2)
  if (name.startsWith('f:')) return { kind: 'field', name: rest, below }
  const keys = name.startsWith('k:') ? parse(rest) : undefined
  return isRecord(keys) ? { kind: 'key', keys: Object.entries(keys), below } : { kind: 'other', below }
}

function has(value: unknown, step: Step): boolean {
  const at = child(value, step)
  return at !== undefined && at !== null && step.below.steps.every((below) => has(at, below))
}

function child(value: unknown, step: Step): unknown {
  if (step.kind === 'field')
    return isRecord(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
  if (step.kind === 'other' || !Array.isArray(value)) return undefined
  return value.find((item) => isRecord(item) && step.keys.every(([name, key]) => item[name] === key))
}
