import { dependencyOrder, fullName } from '../desired/dependency-order.js'
import type { Kustomization } from '../desired/kustomization.js'
import { parseInventoryEntry } from '../live/inventory.js'

/** The Kustomization that applies another one, by the full name of the other. */
export type Parents = ReadonlyMap<string, Kustomization>

/**
 * Who applies whom, as the inventories say. A Kustomization that applies itself (the root that flux bootstrap
 * leaves behind) has no parent, nor has one of a circle.
 */
export function parentsByInventory(all: readonly Kustomization[]): Parents {
  return parentsBy(all, ({ status }) =>
    status.inventory.flatMap((entry) => {
      const { group, kind, namespace = '', name = '' } = parseInventoryEntry(entry)?.key ?? {}
      const isOne = kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io'
      return isOne ? [fullName({ namespace, name })] : []
    }),
  )
}

/** The same by any account of which full names a Kustomization applies; the first that has one counts. */
export function parentsBy(
  all: readonly Kustomization[],
  childrenOf: (parent: Kustomization) => readonly string[],
): Parents {
  const parents = new Map<string, Kustomization>()
  for (const parent of all) {
    for (const child of childrenOf(parent)) {
      if (child !== fullName(parent) && !parents.has(child)) parents.set(child, parent)
    }
  }
  const circular = [...parents.keys()].filter((child) => leadsBack(child, parents))
  for (const child of circular) parents.delete(child)
  return parents
}

function leadsBack(child: string, parents: Parents): boolean {
  const seen = new Set<string>()
  for (let at = parents.get(child); at !== undefined; at = parents.get(fullName(at))) {
    const name = fullName(at)
    if (name === child) return true
    if (seen.has(name)) return false
    seen.add(name)
  }
  return false
}

/** How many Kustomizations stand above one. */
export function depthOf(kustomization: Kustomization, parents: Parents): number {
  let depth = 0
  for (let at = parents.get(fullName(kustomization)); at !== undefined; at = parents.get(fullName(at)))
    depth++
  return depth
}

/** The order in which Flux gets to them: parents first, each after what it depends on, else by name. */
export function fluxOrder(all: readonly Kustomization[], parents: Parents): readonly Kustomization[] {
  const placed = all.map((one) => ({ one, depth: depthOf(one, parents), name: fullName(one) }))
  placed.sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1))
  return dependencyOrder(placed.map(({ one }) => one))
}

/** The same order within each family: every Kustomization is followed by those that it applies. */
export function familyOrder(all: readonly Kustomization[], parents: Parents): readonly Kustomization[] {
  const children = new Map<string, Kustomization[]>()
  const roots: Kustomization[] = []
  const names = new Set(all.map(fullName))
  for (const one of fluxOrder(all, parents)) {
    const parent = parents.get(fullName(one))
    const name = parent === undefined ? undefined : fullName(parent)
    if (name === undefined || !names.has(name)) roots.push(one)
    else children.set(name, [...(children.get(name) ?? []), one])
  }
  const ordered: Kustomization[] = []
  const stack = roots.reverse()
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    ordered.push(at)
    stack.push(...(children.get(fullName(at)) ?? []).reverse())
  }
  return ordered
}
