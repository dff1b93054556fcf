/** The same cases in every run of the test suite; `make differential` makes others. */
export const CI_SEED = 20_261_124
export const CI_CASES = 300

/** How many cases this run compares. */
export const CASES = Number(process.env.FLUX_CASES ?? CI_CASES)
export const SEED = Number(process.env.SEED ?? CI_SEED)
