/** Runs work when its turn comes; hands through its result or failure. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Lets at most `width` pieces of work (one at least) run at once; the others wait in the order they came. */
export function createGate(width: number): Gate {
  const waiting: (() => void)[] = []
  let free = Math.max(1, width)
  const enter = (): Promise<void> | undefined => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve))
    free--
    return undefined
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
