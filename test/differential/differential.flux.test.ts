import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type fc from 'fast-check'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { compareOutcomes, SILENCE } from './agreement.js'
import type { Case } from './case.js'
import { writeFixture } from './fixture.js'
import { anyCase } from './generate.js'
import { Arena, provide, type Compared } from './round.js'
import { sampleShrinkable, shrink } from './shrink.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const CASES = Number(process.env.FLUX_CASES ?? 60)
/** The same cases in every run of the test suite; `make differential` makes others. */
const SEED = Number(process.env.SEED ?? 20_261_124)
const PER_ROUND = 50
/** How many disagreements are made small; each takes rounds of its own. */
const SHOWN = 3

interface Disagreement {
  readonly number: number
  readonly value: fc.Value<Case>
}

describeWith(NEEDED, 'a build, beside that of the real kustomize-controller', () => {
  let plane: ControlPlane
  let flux: Flux
  let arena: Arena

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    await provide(plane)
    arena = new Arena(plane, flux)
  })

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
  })

  const isDisagreement = ({ flux: theirs, ours }: Compared) =>
    compareOutcomes(theirs, ours).kind === 'disagreement'

  /** Makes a disagreement small and leaves it in a folder; answers what is to be read about it. */
  async function explain({ number, value }: Disagreement) {
    const failing = async (cases: readonly Case[]) => (await arena.run(cases)).map(isDisagreement)
    const small = await shrink(anyCase, value, failing, { rounds: 25, width: 30 })
    const [compared] = await arena.run([small])
    const folder = join(tmpdir(), `kubectl-gitops-disagreement-${SEED}-${number}`)
    await writeFixture(folder, compared!)
    return { number, folder, flux: compared!.flux, ours: compared!.ours }
  }

  it(
    `has its digest or its words, in ${CASES} generated cases (SEED=${SEED})`,
    async () => {
      const values = sampleShrinkable(anyCase, { seed: SEED, count: CASES })
      const tally: Record<string, number> = {}
      const found: Disagreement[] = []
      for (let first = 0; first < values.length; first += PER_ROUND) {
        const round = values.slice(first, first + PER_ROUND)
        const compared = await arena.run(round.map(({ value }) => value))
        for (const [i, { flux: theirs, ours }] of compared.entries()) {
          const agreement = compareOutcomes(theirs, ours)
          const name = agreement.kind === 'accepted' ? `accepted, ${agreement.reason}` : agreement.kind
          tally[name] = (tally[name] ?? 0) + 1
          if (agreement.kind === 'disagreement') found.push({ number: first + i, value: round[i]! })
        }
      }
      const shown = []
      for (const one of found.slice(0, SHOWN)) shown.push(await explain(one))
      process.stdout.write(`${CASES} builds, SEED=${SEED}: ${JSON.stringify(tally, undefined, 2)}\n`)
      expect({ seed: SEED, disagreements: found.length, shown }).toEqual({
        seed: SEED,
        disagreements: 0,
        shown: [],
      })
      expect(tally[`accepted, ${SILENCE}`] ?? 0).toBeLessThanOrEqual(CASES * 0.02)
      // Two sides that agree to refuse everything would prove nothing.
      expect(tally.digest).toBeGreaterThan(CASES * 0.45)
      expect(tally.words).toBeGreaterThan(CASES * 0.1)
    },
    60_000 + CASES * 4_000,
  )
})
