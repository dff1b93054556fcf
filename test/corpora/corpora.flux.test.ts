import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, whySkipped } from '../support/binaries.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { ROOT } from '../support/source-files.js'
import { Campaign } from './campaign.js'
import { askController, isComparable } from './controller.js'
import { describeCorpora, whyAbsent } from './corpus.js'
import { writePage } from './page.js'
import { writeAnswers } from './record.js'
import type { Subject } from './subject.js'
import { judgeAll } from './verdict.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const
/** `make corpora` takes the newest commit and 20 others and writes the page; CI takes the newest alone. */
const IS_WHOLE = process.env.CORPORA === 'all'

describeCorpora(whyAbsent ?? whySkipped(NEEDED), 'real repositories, beside the real controller', () => {
  let plane: ControlPlane
  let flux: Flux
  let campaign: Campaign
  const repositories = new Map<string, FluxRepository>()

  beforeAll(async () => {
    plane = await startControlPlane({ crds: ['flux'] })
    flux = await startFlux(plane)
    const shelf = async (name: string) => {
      const repository = await flux.createRepository(name)
      repositories.set(name, repository)
      return repository
    }
    const kustomize = { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } }
    campaign = await Campaign.open(shelf, kustomize, IS_WHOLE ? 21 : 1)
  })

  afterAll(async () => {
    await campaign.close()
    await flux.stop()
    await plane.stop()
  })

  it(
    IS_WHOLE ? 'agree with it at 21 commits' : 'agree with it at their newest commits',
    async () => {
      const histories = await campaign.readHistories()
      const trees = IS_WHOLE ? await campaign.readTrees() : []
      const subjects = [...histories, ...trees]
      const asked = subjects.filter(isComparable)
      const outcomes = await askController(plane, flux, repositories, asked)
      const answers = new Map(asked.map((subject, i) => [subject, outcomes[i]!]))
      const judge = (some: readonly Subject[]) =>
        judgeAll(
          some,
          some.map((subject) => answers.get(subject)),
        )
      const judged = judge(subjects)
      if (IS_WHOLE) {
        const page = await writePage({ histories: judge(histories), trees: judge(trees) })
        writeFileSync(join(ROOT, 'docs/corpora.md'), page)
        writeAnswers(subjects, answers)
      }
      expect(judged.filter(({ verdict }) => verdict.kind === 'mismatch')).toEqual([])
      expect(asked.length).toBeGreaterThan(0)
      // A controller that builds nothing would agree with one that refuses everything.
      const equal = judge(asked).filter(({ verdict }) => ['proved', 'approximate'].includes(verdict.kind))
      expect(equal.length).toBeGreaterThan(asked.length * 0.9)
    },
    IS_WHOLE ? 1_200_000 : 110_000,
  )
})
