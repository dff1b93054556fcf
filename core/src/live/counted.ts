/** Told how many of how many things are done. */
export type Told = (done: number, all: number) => void

/** Waits for all of some work as `Promise.all` does, and tells how much of it is done. */
export function countedAll<T>(work: readonly Promise<T>[], told: Told): Promise<readonly T[]> {
  let done = 0
  told(done, work.length)
  return Promise.all(
    work.map(async (one) => {
      const result = await one
      told(++done, work.length)
      return result
    }),
  )
}

/** `building Kustomizations 3/12`, as a progress message. */
export const countOf =
  (progress: (message: string) => void, what: string): Told =>
  (done, all) => {
    progress(`${what} ${done}/${all}`)
  }

/** Two counters for two parts of some work, told as one. */
export function toldTogether(told: Told): readonly [Told, Told] {
  const counts: [number, number][] = [
    [0, 0],
    [0, 0],
  ]
  const part =
    (index: number): Told =>
    (done, all) => {
      counts[index] = [done, all]
      const sum = (which: 0 | 1): number => counts.reduce((total, count) => total + count[which], 0)
      told(sum(0), sum(1))
    }
  return [part(0), part(1)]
}
