import type { ObjectRecord } from '../drift/report.js'

/** Names that kustomize's generators end in a hash of the content (kustomize api/hasher). */
const HASHED = /^(?<base>.+)-[2456789bcdfghkmt]{10}$/
const GENERATED = new Set(['ConfigMap', 'Secret'])

/**
 * Makes one finding of a generated object that is missing and of one that is there with the same name but for its
 * hash: it is the same object, with other content than Git says. Only where one of each can be meant.
 */
export function pairRenamed(
  built: readonly ObjectRecord[],
  orphans: readonly ObjectRecord[],
): readonly ObjectRecord[] {
  const missing = built.filter((record) => record.verdict === 'missing' && baseOf(record) !== undefined)
  const pairs = missing.flatMap((record): (readonly [ObjectRecord, ObjectRecord])[] => {
    const found = orphans.filter((orphan) => baseOf(orphan) === baseOf(record))
    const twins = missing.filter((other) => baseOf(other) === baseOf(record))
    const [only] = found
    return only !== undefined && found.length === 1 && twins.length === 1 ? [[record, only]] : []
  })
  const renamed = new Map(pairs)
  const taken = new Set(renamed.values())
  return [
    ...built.map((record) => {
      const other = renamed.get(record)
      return other === undefined ? record : renamedRecord(record, other)
    }),
    ...orphans.filter((orphan) => !taken.has(orphan)),
  ]
}

function renamedRecord(record: ObjectRecord, { name, message }: ObjectRecord): ObjectRecord {
  const there = `on the cluster it is ${name}, of other content`
  return {
    ...record,
    verdict: 'drifted',
    reason: 'renamed',
    message: [there, record.message, ...(message === undefined ? [] : [`of ${name}: ${message}`])].join('; '),
  }
}

/** Kind, namespace and name without the hash; undefined for what no generator makes. */
function baseOf({ apiVersion, kind, namespace = '', name }: ObjectRecord): string | undefined {
  const base = apiVersion === 'v1' && GENERATED.has(kind) ? HASHED.exec(name)?.groups?.base : undefined
  return base === undefined ? undefined : [kind, namespace, base].join(' ')
}
