import fc from 'fast-check'

/** An arbitrary of another one's values together with what is needed to shrink them. */
class Shrinkable<T> extends fc.Arbitrary<fc.Value<T>> {
  readonly #inner: fc.Arbitrary<T>

  constructor(inner: fc.Arbitrary<T>) {
    super()
    this.#inner = inner
  }

  override generate(random: fc.Random, bias: number | undefined): fc.Value<fc.Value<T>> {
    return new fc.Value(this.#inner.generate(random, bias), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is fc.Value<T> {
    return value === undefined
  }

  override shrink(): fc.Stream<fc.Value<fc.Value<T>>> {
    return fc.Stream.nil()
  }
}

/** Values that can be shrunk; the same for the same seed. */
export function sampleShrinkable<T>(
  arbitrary: fc.Arbitrary<T>,
  options: { readonly seed: number; readonly count: number },
): readonly fc.Value<T>[] {
  return fc.sample(new Shrinkable(arbitrary), { seed: options.seed, numRuns: options.count })
}

export interface ShrinkBounds {
  /** Candidates that are tried at once. */
  readonly width: number
  /** No round begins after this instant (ms since 1970). */
  readonly deadline: number
}

/**
 * Finds a smaller value that still fails, trying many candidates at once: a round of the real controller costs
 * about as much for twenty as for one.
 */
export async function shrink<T>(
  arbitrary: fc.Arbitrary<T>,
  found: fc.Value<T>,
  failing: (candidates: readonly T[]) => Promise<readonly boolean[]>,
  bounds: ShrinkBounds,
): Promise<T> {
  let best = found
  let waiting = arbitrary.shrink(best.value, best.context)
  while (Date.now() < bounds.deadline) {
    const candidates = [...waiting.take(bounds.width)]
    if (candidates.length === 0) break
    const fails = await failing(candidates.map((one) => one.value))
    const smaller = candidates.find((_, i) => fails[i])
    if (smaller !== undefined) {
      best = smaller
      waiting = arbitrary.shrink(best.value, best.context)
    }
  }
  return best.value
}
