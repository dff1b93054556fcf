import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type fc from 'fast-check'
import { rm } from 'node:fs/promises'
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
import { CASES, SEED } from './seed.js'
import { sampleShrinkable, shrink } from './shrink.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
const PER_ROUND = 50
/** Disagreements are made small, the first ones, for as long as this: rounds of their own cost seconds each. */
const SHRINKING_MS = 60_000
const SHOWN = 3

interface Disagreement {
  readonly folder: string
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

  /** Leaves a case in a folder, to be read and to become a fixture. */
  async function leave(folder: string, compared: Compared) {
    await rm(folder, { recursive: true, force: true })
    await writeFixture(folder, compared)
    return { folder, flux: compared.flux, ours: compared.ours }
  }

  /** Makes a disagreement small. */
  async function explain({ folder, value }: Disagreement, deadline: number) {
    const failing = async (cases: readonly Case[]) => (await arena.run(cases)).map(isDisagreement)
    const small = await shrink(anyCase, value, failing, { width: 30, deadline })
    const [compared] = await arena.run([small])
    return leave(folder, compared!)
  }

  it(
    `has its digest or its words, in ${CASES} generated cases (SEED=${SEED})`,
    async () => {
      const values = sampleShrinkable(anyCase, { seed: SEED, count: CASES })
      const tally: Record<string, number> = {}
      const found: Disagreement[] = []
      for (let first = 0; first < values.length; first += PER_ROUND) {
        const round = values.slice(first, first + PER_ROUND)
        const all = await arena.run(round.map(({ value }) => value))
        for (const [i, compared] of all.entries()) {
          const agreement = compareOutcomes(compared.flux, compared.ours)
          const name = agreement.kind === 'accepted' ? `accepted, ${agreement.reason}` : agreement.kind
          tally[name] = (tally[name] ?? 0) + 1
          if (agreement.kind !== 'disagreement') continue
          const folder = join(tmpdir(), `kubectl-gitops-disagreement-${SEED}-${first + i}`)
          process.stdout.write(`disagreement: ${JSON.stringify(await leave(folder, compared))}\n`)
          found.push({ folder, value: round[i]! })
        }
      }
      process.stdout.write(`${CASES} builds, SEED=${SEED}: ${JSON.stringify(tally, undefined, 2)}\n`)
      const shown = []
      const deadline = Date.now() + SHRINKING_MS
      for (const one of found.slice(0, SHOWN)) shown.push(await explain(one, deadline))
      expect({ seed: SEED, disagreements: found.length, shown }).toEqual({
        seed: SEED,
        disagreements: 0,
        shown: [],
      })
      expect(tally[`accepted, ${SILENCE}`] ?? 0).toBeLessThanOrEqual(CASES * 0.02)
      // Two sides that agree to refuse everything would prove nothing.
      expect(tally.digest).toBeGreaterThan(CASES * 0.4)
      expect(tally.words).toBeGreaterThan(CASES * 0.1)
    },
    120_000 + SHRINKING_MS + CASES * 3_000,
  )
})
