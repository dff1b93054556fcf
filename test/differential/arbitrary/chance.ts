import fc from 'fast-check'

/** One time in `times` the value, else nothing; shrinks towards nothing. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** Mostly the usual value, one time in `times` one of the odd ones. */
export const rarely = <T>(times: number, usual: T, ...odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: times - 1, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )
