import { encryptedIn, holdsEncrypted } from '../encrypted.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { formatField, formatPointer, pathIdentity, type Path } from '../pointer.js'
import type { EncryptedField } from './compare.js'
import type { EncryptedRecord } from './report.js'

/** The records of fields that Git holds encrypted, in the order of their names; values do not appear. */
export function encryptedRecords(fields: readonly EncryptedField[]): readonly EncryptedRecord[] {
  const records = fields.map(({ path, git }) => {
    const file = encryptedIn(git)
    return { path: formatPointer(path), field: formatField(path), ...(file === undefined ? {} : { file }) }
  })
  return records.sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0))
}

/** What is to be said of an object with encrypted fields and no other fault. */
export function encryptedMessage(records: readonly EncryptedRecord[]): string {
  const names = records.map(({ field }) => field)
  const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  const files = [...new Set(records.flatMap(({ file }) => file ?? []))]
  const place = files.length === 0 ? '' : ` (${files.join(', ')})`
  const [are, they, have] = names.length === 1 ? ['is', 'it', 'has'] : ['are', 'they', 'have']
  const last = shown.at(-1) ?? ''
  const list = shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`
  return `${list} ${are} encrypted in Git${place}: whether ${they} ${have} drifted is not known without the keys`
}

/**
 * The live values of encrypted fields, which are secrets: no record may show them, wherever else they stand.
 * Those of Secrets are given in base64 and as what that means.
 */
export function hiddenValues(live: KubernetesObject, fields: readonly EncryptedField[]): readonly string[] {
  const texts = fields.flatMap((field) => textsIn(field.live))
  const decoded = live.kind === 'Secret' ? texts.map((text) => Buffer.from(text, 'base64').toString()) : []
  return [...texts, ...decoded].filter((text) => text !== '')
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (isRecord(value)) return Object.values(value).flatMap(textsIn)
  if (typeof value === 'string') return [value]
  return typeof value === 'number' || typeof value === 'bigint' ? [String(value)] : []
}

/**
 * Could the live value at a path be, or hold, what Git has encrypted? It could where an encrypted field is at
 * the path, below it, or beside it.
 */
export function mayBeSecret(path: Path, git: unknown, fields: readonly EncryptedField[]): boolean {
  if (holdsEncrypted(git)) return true
  return fields.some((field) => {
    const shared = sharedLength(path, field.path)
    return shared >= Math.max(1, Math.min(path.length, field.path.length) - 1)
  })
}

function sharedLength(a: Path, b: Path): number {
  const differs = a.findIndex((element, i) => {
    const other = b[i]
    return other === undefined || pathIdentity([element]) !== pathIdentity([other])
  })
  return differs < 0 ? a.length : differs
}
