import type { Kustomization } from './kustomization.js'

type Dependent = Pick<Kustomization, 'namespace' | 'name' | 'dependsOn'>

/** `flux-system/apps`: what a Kustomization goes by within one cluster. */
export const fullName = ({ namespace, name }: Pick<Kustomization, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`

/**
 * The Kustomizations in the order in which Flux gets to them: each after all that it depends on, otherwise as
 * given. Dependencies that are not among them count for nothing; a circle is entered where it is met first.
 * Source: kustomize-controller internal/controller/kustomization_controller.go checkDependencies.
 */
export function dependencyOrder<T extends Dependent>(all: readonly T[]): readonly T[] {
  const byName = new Map(all.map((one) => [fullName(one), one]))
  const ordered = new Set<T>()
  const entered = new Set<T>()
  const stack = [...all].reverse()
  // With a stack of its own: a chain may be longer than the engine's stack is deep.
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const awaited = entered.has(top) ? [] : dependenciesOf(top, byName).filter((one) => !entered.has(one))
    entered.add(top)
    if (awaited.length > 0) stack.push(...awaited.reverse())
    else ordered.add(stack.pop() ?? top)
  }
  return [...ordered]
}

const dependenciesOf = <T extends Dependent>({ dependsOn }: T, byName: ReadonlyMap<string, T>): T[] =>
  dependsOn.flatMap((reference) => byName.get(fullName(reference)) ?? [])

/**
 * The Kustomizations that wait for themselves: by full name, the shortest circle that leads back, its own name
 * first and last. Flux has no word for it: each member says that another is not ready.
 */
export function dependencyCycles(all: readonly Dependent[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map(dependencyOrder(all).map((one, place) => [fullName(one), place]))
  const placeOf = (one: Pick<Kustomization, 'namespace' | 'name'>): number => places.get(fullName(one)) ?? -1
  const isForward = all.every((one) => one.dependsOn.every((other) => placeOf(other) < placeOf(one)))
  if (isForward) return new Map()
  const byName = new Map(all.map((one) => [fullName(one), one]))
  return new Map(
    all.flatMap((one) => {
      const circle = circleThrough(one, byName)
      return circle === undefined ? [] : [[fullName(one), circle] as const]
    }),
  )
}

/** Breadth first, so that the first way back is the shortest. */
function circleThrough(
  start: Dependent,
  byName: ReadonlyMap<string, Dependent>,
): readonly string[] | undefined {
  const from = new Map<Dependent, Dependent>()
  const queue = [start]
  for (const at of queue) {
    for (const next of dependenciesOf(at, byName)) {
      if (next === start) return [...wayTo(at, from), start].map(fullName)
      if (from.has(next)) continue
      from.set(next, at)
      queue.push(next)
    }
  }
  return undefined
}

function wayTo(end: Dependent, from: ReadonlyMap<Dependent, Dependent>): readonly Dependent[] {
  const way = [end]
  for (let at = from.get(end); at !== undefined; at = from.get(at)) way.unshift(at)
  return way
}

/** `dependsOn cycle: a -> b -> a`; namespaces are named where there is more than one. */
export function cycleWords(circle: readonly string[]): string {
  const namespaces = new Set(circle.map((name) => name.split('/')[0]))
  const shown = namespaces.size > 1 ? circle : circle.map((name) => name.slice(name.indexOf('/') + 1))
  return `dependsOn cycle: ${shown.join(' -> ')}`
}
