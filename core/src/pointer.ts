/** One step into a value: a field name or a list index. */
export type Step = string | number

/** Prints steps as an RFC 6901 JSON pointer. */
export function formatPointer(steps: readonly Step[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** Prints one field name the way people read paths: `spec`, or `["app.kubernetes.io/name"]`. */
export function formatFieldName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `[${JSON.stringify(name)}]`
}

/** Joins printed steps: `spec.template.containers[podinfo].image`. */
export function joinField(parts: readonly string[]): string {
  return parts.reduce(
    (path, part) => (path === '' || part.startsWith('[') ? path + part : `${path}.${part}`),
    '',
  )
}
