import { expect, it } from '@jest/globals'
import { FEATURE_NAMES, featuresOf } from './feature.js'
import { anyCase } from './generate.js'
import { CI_CASES, CI_SEED } from './seed.js'
import { sampleShrinkable } from './shrink.js'

const cases = sampleShrinkable(anyCase, { seed: CI_SEED, count: CI_CASES }).map(({ value }) => value)

it('the cases of every test run hold each feature at least once', () => {
  const seen = new Set(cases.flatMap(featuresOf))
  expect(FEATURE_NAMES.filter((name) => !seen.has(name))).toEqual([])
})

it('the same seed gives the same cases', () => {
  const again = sampleShrinkable(anyCase, { seed: CI_SEED, count: 20 }).map(({ value }) => value)
  expect(again).toEqual(cases.slice(0, 20))
})
