import { formatJson } from '../json.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { mergeFields } from './merged-fields.js'
import { MASK } from './mask.js'
import type { EncryptedRecord, ObjectRecord } from './report.js'
import { shownObject, withoutBookkeeping } from './shown-object.js'

/** One object as it is on the cluster, and as Git would have it: whole, and as they may be shown. */
export interface Sides {
  /** Absent where the cluster does not have it. */
  readonly live?: KubernetesObject
  /** Live with every field that differs as Git has it; absent where Git does not have the object. */
  readonly merged?: KubernetesObject
}

/** Told the sides of each object that is not as Git says. */
export type ShowSides = (record: ObjectRecord, sides: Sides) => void

/** What an object's sides are made of. */
export interface SidesOf {
  readonly record: Pick<ObjectRecord, 'verdict' | 'fields' | 'encrypted'>
  /** As Flux sends it; absent for an orphan. */
  readonly git?: KubernetesObject
  readonly live?: KubernetesObject
  /** Values that nothing may show. */
  readonly secrets: ReadonlySet<string>
  /** Its owner decrypts: what Git once had of an orphan may have been encrypted there. */
  readonly sealed: boolean
}

/** The verdicts of objects that Git and the cluster do not have alike. */
const TWO_SIDED: ReadonlySet<string> = new Set(['drifted', 'missing', 'orphaned'])

/**
 * The two sides of an object that is drifted, missing or orphaned, masked just as its field records are
 * (kubectl's marks: the same on both sides `***`, else before and after); undefined for any other.
 */
export function sidesOf({ record, git, live, secrets, sealed }: SidesOf): Sides | undefined {
  if (!TWO_SIDED.has(record.verdict)) return undefined
  const shown = (object: KubernetesObject): KubernetesObject =>
    shownObject(withoutBookkeeping(object), secrets)
  if (record.verdict === 'missing') return git === undefined ? undefined : { merged: shown(git) }
  if (live === undefined) return undefined
  if (record.verdict === 'orphaned') return { live: sealed ? hideAll(shown(live)) : shown(live) }
  const base = hideBeside(shown(live), record.encrypted ?? [])
  return mergeFields(base, record.fields ?? [])
}

/** Names one record among those of a report: two owners may both have an object. */
export function recordKey({ apiVersion, kind, namespace, name, owner }: ObjectRecord): string {
  return formatJson([apiVersion, kind, namespace, name, owner.kind, owner.namespace, owner.name])
}

/** What is not known to be no secret is one: all but what names the object. */
function hideAll(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object
  const { name, namespace, labels, ...others } = metadata
  return {
    apiVersion,
    kind,
    metadata: {
      ...(hidden(others) as object),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    ...(hidden(rest) as object),
  }
}

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden)
  if (!isRecord(value)) return MASK
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, hidden(field)]))
}

/** Masks what is, or stands beside, a field that Git holds encrypted: the rule of `mayBeSecret`, for every leaf. */
function hideBeside(object: KubernetesObject, encrypted: readonly EncryptedRecord[]): KubernetesObject {
  if (encrypted.length === 0) return object
  const paths = encrypted.map(({ path }) => path.split('/').slice(1))
  const hide = (value: unknown, at: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => hide(item, [...at, String(index)]))
    if (isRecord(value)) {
      const fields = Object.entries(value)
      return Object.fromEntries(fields.map(([name, field]) => [name, hide(field, [...at, escaped(name)])]))
    }
    return paths.some((path) => isBeside(at, path)) ? MASK : value
  }
  const { apiVersion, kind, metadata } = object
  const shown = hide(object, []) as KubernetesObject
  const { name, namespace } = metadata
  const named = namespace === undefined ? { name } : { name, namespace }
  return { ...shown, apiVersion, kind, metadata: { ...shown.metadata, ...named } }
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

function isBeside(leaf: readonly string[], encrypted: readonly string[]): boolean {
  const differs = leaf.findIndex((step, index) => step !== encrypted[index])
  const shared = differs < 0 ? leaf.length : differs
  return shared >= Math.max(1, Math.min(leaf.length, encrypted.length) - 1)
}
