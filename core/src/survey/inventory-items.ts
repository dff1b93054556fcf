import type { Kustomization } from '../desired/kustomization.js'
import { parseInventoryEntry } from '../live/inventory.js'
import type { Wanted } from '../live/list.js'

const inventories = new WeakMap<Kustomization['status']['inventory'], readonly Wanted[]>()

/** What an inventory names; it is long, and asked for several times. */
export function inventoryItems({ status: { inventory } }: Kustomization): readonly Wanted[] {
  const known = inventories.get(inventory)
  if (known !== undefined) return known
  const items = inventory.flatMap((entry): readonly Wanted[] => {
    const item = parseInventoryEntry(entry)
    if (item === undefined) return []
    const { key, version } = item
    return [{ apiVersion: key.group === '' ? version : `${key.group}/${version}`, key }]
  })
  inventories.set(inventory, items)
  return items
}
