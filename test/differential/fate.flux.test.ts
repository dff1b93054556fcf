import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { startFlux, type Flux } from '../support/flux.js'
import { Arena, provideGadgets, type Outcome } from './fate/arena.js'
import { KNOWN, TITLES, UNDECIDED } from './fate/known.js'
import { anyCase, type FateCase } from './fate/case.js'
import { SEED } from './seed.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
/** Edits that the server takes; some of those that are generated it refuses, and some change nothing. */
const EDITS = Number(process.env.FATE_EDITS ?? 500)
const PER_ROUND = 320

describeWith(NEEDED, 'what Flux will do next, beside what the real kustomize-controller does', () => {
  let plane: ControlPlane
  let flux: Flux
  let arena: Arena

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    await provideGadgets(plane)
    arena = new Arena(plane, flux)
  }, 120_000)

  afterAll(async () => {
    await flux.stop()
    await plane.stop()
  })

  it('is foretold where it was not once', async () => {
    const outcomes = await arena.run(KNOWN)
    const told = outcomes.map(({ wrong, unknown, isRefused }, i) => ({
      ...{ title: TITLES[i], wrong, isRefused, undecided: unknown.length > 0 },
    }))
    expect(told).toEqual(
      TITLES.map((title) => ({ title, wrong: [], isRefused: false, undecided: UNDECIDED.includes(title) })),
    )
  }, 300_000)

  it(
    `is foretold for ${EDITS} generated edits (SEED=${SEED})`,
    async () => {
      const tally = new Tally()
      for (let round = 0; tally.taken < EDITS; round += 1) {
        const cases = fc.sample(anyCase, { seed: SEED + round, numRuns: PER_ROUND })
        const enough = upTo(cases, EDITS - tally.taken)
        for (const outcome of await arena.run(enough)) tally.add(outcome, SEED + round)
      }
      process.stdout.write(`${tally.words()}\n`)
      expect({ seed: SEED, wrong: tally.wrong }).toEqual({ seed: SEED, wrong: [] })
      // To foretell nothing would never be wrong.
      const { reverted = 0, kept = 0, 'objects unknown': unknown = 0 } = tally.counts
      expect(reverted).toBeGreaterThan(EDITS * 0.4)
      expect(kept).toBeGreaterThan(EDITS * 0.2)
      expect(unknown).toBeLessThanOrEqual(2 + EDITS * 0.02)
    },
    300_000 + EDITS * 1_000,
  )
})

/** As many cases as have about so many edits that the server will take. */
function upTo(cases: readonly FateCase[], edits: number): readonly FateCase[] {
  let left = edits * 1.2 + 2
  return cases.filter(({ edits: own }) => (left -= own.length) > -own.length)
}

class Tally {
  readonly wrong: object[] = []
  taken = 0
  readonly counts: Record<string, number> = {}

  add(outcome: Outcome, seed: number): void {
    const { placed, wrong, unknown, receptions, isRefused, reverted, kept, before, after } = outcome
    const takenHere = receptions.filter((one) => one === 'taken').length
    this.taken += takenHere
    this.#count({ objects: 1, edits: takenHere, reverted, kept })
    this.#count({ 'edits without effect': receptions.length - takenHere })
    this.#count({
      'objects unknown': unknown.length > 0 ? 1 : 0,
      'objects refused by the server': isRefused ? 1 : 0,
    })
    if (wrong.length === 0) return
    const { input, name } = placed
    this.wrong.push({ seed, name, wrong })
    process.stdout.write(
      `wrong: ${JSON.stringify({ seed, name, wrong, input, receptions, before, after })}\n`,
    )
  }

  words(): string {
    return `what Flux will do next, SEED=${SEED}: ${JSON.stringify(this.counts, undefined, 2)}`
  }

  #count(more: Readonly<Record<string, number>>): void {
    for (const [name, number] of Object.entries(more)) this.counts[name] = (this.counts[name] ?? 0) + number
  }
}
