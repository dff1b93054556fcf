import { isRecord, type ManagedFieldsEntry } from '../object.js'

/** Reads the JSON of a metadata.managedFields list. */
export type ReadManagedFields = (text: string) => readonly ManagedFieldsEntry[]

/** Objects of one kind that one program wrote have the same fields: more than this many kinds of entry are rare. */
const MOST_REMEMBERED = 20_000
const TIME = /"time":"([0-9TZ:.+-]+)"/g

/**
 * A reader that parses texts which differ in their times alone only once, and hands out the same `fieldsV1` objects for
 * them: what is derived from one holds for all. Entries that cannot be read are left out.
 */
export function createManagedFieldsReader(): ReadManagedFields {
  const known = new Map<string, readonly ManagedFieldsEntry[]>()
  return (text) => {
    const times: string[] = []
    // A number stands for the time: names in fieldsV1 have prefixes, so the key is an entry's own.
    const shape = text.replaceAll(TIME, (_, time: string) => `"time":${times.push(time) - 1}`)
    const entries = known.get(shape) ?? parseEntries(shape)
    if (known.size < MOST_REMEMBERED) known.set(shape, entries)
    return times.length === 0 ? entries : entries.map((entry) => withTime(entry, times))
  }
}

function parseEntries(text: string): readonly ManagedFieldsEntry[] {
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.filter(isRecord) : []
}

function withTime(entry: ManagedFieldsEntry, times: readonly string[]): ManagedFieldsEntry {
  const time: unknown = entry.time
  return typeof time === 'number' ? { ...entry, time: times[time] ?? '' } : entry
}
