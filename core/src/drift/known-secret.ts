import { isRecord } from '../object.js'
import { MASK, MASK_AFTER, MASK_BEFORE } from './mask.js'
import type { FieldRecord } from './report.js'

/** Shorter values are masked only where they are the whole text: `1` occurs everywhere. */
const SHORTEST_PART = 4

/**
 * Takes known secret values (variables that come from Secrets) out of what is to be shown, wherever they
 * landed: in an image, an argument, a ConfigMap.
 */
export function maskKnownSecrets(
  fields: readonly FieldRecord[],
  secrets: ReadonlySet<string>,
): readonly FieldRecord[] {
  if (secrets.size === 0) return fields
  return fields.map((field) => {
    const added = field.op === 'added'
    return {
      ...field,
      ...('git' in field ? { git: maskKnown(field.git, secrets, MASK_AFTER) } : {}),
      ...('live' in field ? { live: maskKnown(field.live, secrets, added ? MASK : MASK_BEFORE) } : {}),
    }
  })
}

/** The same for a value of any shape; the names of its fields stay. */
export function maskKnown(value: unknown, secrets: ReadonlySet<string>, mark: string): unknown {
  if (Array.isArray(value)) return value.map((item) => maskKnown(item, secrets, mark))
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, maskKnown(field, secrets, mark)]),
    )
  }
  return reveals(String(value), secrets) ? mark : value
}

const reveals = (text: string, secrets: ReadonlySet<string>): boolean =>
  secrets.has(text) || [...secrets].some((secret) => secret.length >= SHORTEST_PART && text.includes(secret))
