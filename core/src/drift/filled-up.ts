import { formatJson } from '../json.js'
import { isHollow } from './hollow.js'
import type { FieldType } from './schema.js'

/**
 * May a live value come from the server where the build has none: empty, the schema's default, or the zero of an
 * int-or-string, which Go cannot omit (`targetPort` of a Service)?
 */
export function isFilledUp(live: unknown, type: FieldType): boolean {
  if (isHollow(live)) return true
  if (type.kind !== 'scalar') return false
  return (
    type.format === 'int-or-string' ||
    (type.default !== undefined && formatJson(type.default) === formatJson(live))
  )
}
