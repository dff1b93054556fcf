import { isRecord } from '@kubectl-gitops/core/object.js'

/** One step into an object: a field, a list item by its merge keys, or an item of a set by its value. */
export type Step = string | Keys | { readonly item: string }
export interface Keys {
  readonly keys: Readonly<Record<string, string | number>>
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** What is done to an object at one place. */
export type Change =
  | { readonly op: 'set'; readonly path: readonly Step[]; readonly value: Json }
  | { readonly op: 'remove' | 'reverse'; readonly path: readonly Step[] }

/** `spec.ports[port=80,protocol=TCP].name`, `containers[app]`, `finalizers[=x]`; names with dots come after it. */
export function at(dotted: string, ...names: readonly string[]): readonly Step[] {
  const parts = [...dotted.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)]
  return [...parts.map(([text, inside]) => (inside === undefined ? text : bracket(inside))), ...names]
}

function bracket(inside: string): Step {
  if (inside.startsWith('=')) return { item: inside.slice(1) }
  if (!inside.includes('=')) return { keys: { name: inside } }
  const pairs = inside.split(',').map((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return [name, /^\d+$/.test(value) ? Number(value) : value] as const
  })
  return { keys: Object.fromEntries(pairs) }
}

/** The object with a change made; what is not there cannot be removed or reversed. */
export function changed<T extends object>(object: T, change: Change): T {
  return alter(object, change.path, change) as T
}

/** The least object that says what the changes set: what a server-side apply of them sends. */
export function partOf(changes: readonly Change[]): object {
  return changes.filter(({ op }) => op === 'set').reduce(changed, {})
}

function alter(value: unknown, [step, ...rest]: readonly Step[], change: Change): unknown {
  if (step === undefined) return ended(value, change)
  if (typeof step === 'string') return alterField(value, step, rest, change)
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const found = list.findIndex((item) => isMeant(item, step))
  const item = alter(found < 0 ? undefined : list[found], rest, change)
  const named = item === undefined ? undefined : withKeys(item, step)
  if (found < 0) return named === undefined ? value : [...list, named]
  return list.flatMap((one, i) => (i !== found ? [one] : named === undefined ? [] : [named]))
}

function alterField(value: unknown, name: string, rest: readonly Step[], change: Change): unknown {
  const record = isRecord(value) ? value : {}
  const inner = alter(Object.hasOwn(record, name) ? record[name] : undefined, rest, change)
  if (inner !== undefined) return { ...record, [name]: inner }
  return isRecord(value) ? Object.fromEntries(Object.entries(record).filter(([key]) => key !== name)) : value
}

function ended(value: unknown, change: Change): unknown {
  if (change.op === 'set') return change.value
  return change.op === 'reverse' && Array.isArray(value) ? [...(value as unknown[])].reverse() : undefined
}

function isMeant(item: unknown, step: Exclude<Step, string>): boolean {
  if ('item' in step) return item === step.item
  return isRecord(item) && Object.entries(step.keys).every(([name, key]) => keyOf(item, name) === key)
}

/** A port without a protocol is one of TCP. */
const keyOf = (item: Readonly<Record<string, unknown>>, name: string): unknown =>
  item[name] ?? (name === 'protocol' ? 'TCP' : undefined)

const withKeys = (item: unknown, step: Exclude<Step, string>): unknown =>
  'keys' in step && isRecord(item) ? { ...step.keys, ...item } : item
