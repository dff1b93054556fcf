import type { ObjectKey } from '../object.js'

/** One entry of `status.inventory.entries` of a Kustomization: `id` names the object, `v` its version. */
export interface InventoryEntry {
  readonly id: string
  readonly v: string
}

/** What an inventory entry stands for. */
export interface InventoryItem {
  readonly key: ObjectKey
  readonly version: string
}

const RBAC_GROUP = 'rbac.authorization.k8s.io'
const RBAC_KINDS = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])

/**
 * Reads `<namespace>_<name>_<group>_<kind>`; the namespace is empty for cluster-scoped objects, the group
 * for the core group, and `__` in the name stands for a colon. Undefined where a part is missing.
 * Source: fluxcd/cli-utils pkg/object/objmetadata.go, ParseObjMetadata.
 */
export function parseInventoryEntry(entry: InventoryEntry): InventoryItem | undefined {
  const first = entry.id.indexOf('_')
  const last = entry.id.lastIndexOf('_')
  const middle = entry.id.lastIndexOf('_', last - 1)
  if (first < 0 || middle <= first) return undefined
  const name = entry.id.slice(first + 1, middle).replaceAll('__', ':')
  const kind = entry.id.slice(last + 1)
  if (name === '' || kind === '') return undefined
  const key = { group: entry.id.slice(middle + 1, last), kind, namespace: entry.id.slice(0, first), name }
  return { key, version: entry.v }
}

/**
 * Writes the entry Flux would write: colons become `__` in the names of RBAC objects only.
 * Source: fluxcd/cli-utils pkg/object/objmetadata.go, ObjMetadata.String.
 */
export function formatInventoryEntry({ key, version }: InventoryItem): InventoryEntry {
  const isRbac = key.group === RBAC_GROUP && RBAC_KINDS.has(key.kind)
  const name = isRbac ? key.name.replaceAll(':', '__') : key.name
  return { id: [key.namespace, name, key.group, key.kind].join('_'), v: version }
}
