/** How many cases a run compares. */
export const CASES = Number(process.env.FLUX_CASES ?? 300)

/** The same cases in every run of the test suite; `make differential` makes others. */
export const SEED = Number(process.env.SEED ?? 20_261_124)
