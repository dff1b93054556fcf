import { formatJson } from './json.js'
import { isRecord } from './object.js'

/**
 * One step into an object. List items are named the way server-side apply names them: by merge key,
 * by value, or by position (structured-merge-diff fieldpath); positions are those of the list that
 * was walked, so that a JSON pointer can be printed as well.
 */
export type PathElement =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly keys: Readonly<Record<string, unknown>>; readonly index: number }
  | { readonly kind: 'value'; readonly value: unknown; readonly index: number }
  | { readonly kind: 'index'; readonly index: number }

export type Path = readonly PathElement[]

/** The path of a field below `path`. */
export function fieldPath(path: Path, ...names: readonly string[]): Path {
  return [...path, ...names.map((name): PathElement => ({ kind: 'field', name }))]
}

/** What stands one step down in a value; undefined where nothing does. */
export function stepInto(value: unknown, element: PathElement): unknown {
  if (element.kind === 'field')
    return isRecord(value) && Object.hasOwn(value, element.name) ? value[element.name] : undefined
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  if (element.kind === 'key') return items.find((item) => hasKeys(item, element.keys))
  return element.kind === 'value' ? items.find((item) => item === element.value) : items[element.index]
}

/** Live and Git keep their items at different positions; a key left out has its default. */
const hasKeys = (item: unknown, keys: Readonly<Record<string, unknown>>): boolean =>
  isRecord(item) &&
  Object.entries(keys).every(([name, value]) => item[name] === undefined || item[name] === value)

/** What stands at a path; undefined where nothing does. */
export const valueAt = (value: unknown, path: Path): unknown => path.reduce(stepInto, value)

/** Prints a path as an RFC 6901 JSON pointer. */
export function formatPointer(path: Path): string {
  return path
    .map((element) => (element.kind === 'field' ? element.name : String(element.index)))
    .map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** Prints a path for people: `spec.template.spec.containers[podinfo].env[LOG_LEVEL].value`. */
export function formatField(path: Path): string {
  return path
    .map(formatElement)
    .reduce((text, part) => (text === '' || part.startsWith('[') ? text + part : `${text}.${part}`), '')
}

function formatElement(element: PathElement): string {
  switch (element.kind) {
    case 'field':
      return PLAIN_NAME.test(element.name) ? element.name : `[${element.name}]`
    case 'key':
      return `[${Object.values(element.keys).map(scalarText).join(',')}]`
    case 'value':
      return `[${scalarText(element.value)}]`
    case 'index':
      return `[${element.index}]`
  }
}

const scalarText = (value: unknown): string => (typeof value === 'string' ? value : formatJson(value))

/** Prints a path so that it does not depend on where list items stand: equal for equal fields. */
export function pathIdentity(path: Path): string {
  return formatJson(
    path.map((element) => {
      switch (element.kind) {
        case 'field':
          return element.name
        case 'key':
          return [element.keys]
        case 'value':
          return [[element.value]]
        case 'index':
          return element.index
      }
    }),
  )
}
