import { formatJson } from '../json.js'
import type { Path } from '../pointer.js'
import type { KeyedItem } from './merge-key.js'

/** Do the items that both lists have stand in the same order? */
export function sameOrder(
  wanted: ReadonlyMap<string, KeyedItem>,
  found: ReadonlyMap<string, KeyedItem>,
): boolean {
  const liveOrder = [...found.keys()].filter((identity) => wanted.has(identity))
  const gitOrder = [...wanted.keys()].filter((identity) => found.has(identity))
  return gitOrder.every((identity, index) => identity === liveOrder[index])
}

/** Init containers run in order; a variable may use only those before it. */
export function orderMatters(path: Path, git: readonly unknown[]): boolean {
  const last = path.at(-1)
  const name = last?.kind === 'field' ? last.name : ''
  return name === 'initContainers' || (name === 'env' && formatJson(git).includes('$('))
}
