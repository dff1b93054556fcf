import { isRecord } from './object.js'

const MARK = '(encrypted in Git'
const FROM = /^\(encrypted in Git: ([^]*)\)$/

/** What stands in a name for a hash of encrypted content: no hash of kustomize has an `e` or a `0` (api/hasher). */
export const UNKNOWN_HASH = 'encrypted0'

/**
 * What stands in a built object for a value that Git holds encrypted: it is not known here, so it is never equal
 * to anything, nor different.
 * @param file the encrypted file that the value comes from, where it is not encrypted in place
 */
export function encryptedValue(file?: string): string {
  return file === undefined ? `${MARK})` : `${MARK}: ${file})`
}

/** Is this a value that Git holds encrypted, or a reference to an object whose name is a hash of such? */
export function isEncrypted(value: unknown): boolean {
  return isMark(value) || (typeof value === 'string' && value.includes(`-${UNKNOWN_HASH}`))
}

/** The file that an encrypted value comes from; undefined where it is encrypted in place. */
export function encryptedIn(value: unknown): string | undefined {
  return typeof value === 'string' ? FROM.exec(value)?.[1] : undefined
}

/** Is there an encrypted value anywhere in this one? */
export function holdsEncrypted(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsEncrypted)
  return isRecord(value) ? Object.values(value).some(holdsEncrypted) : isMark(value)
}

const isMark = (value: unknown): boolean => typeof value === 'string' && value.startsWith(MARK)

/** A value with its texts replaced, at any depth; names stay. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapTexts(field, change)]))
}
