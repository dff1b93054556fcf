import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { binary, whySkipped } from '../support/binaries.js'
import { TestRepository } from '../support/git-repository.js'
import { temporaryFolder, type TemporaryFolder } from '../support/processes.js'
import { Campaign } from './campaign.js'
import { isComparable } from './controller.js'
import { describeCorpora, whyAbsent } from './corpus.js'
import { answerTo, readAnswers } from './record.js'
import { judgeAll } from './verdict.js'

const COMMITS = 21
/** Of the commits that `make corpora` builds every fifth, the newest among them. */
const STRIDE = 5

describeCorpora(
  whyAbsent ?? whySkipped(['kubectl']),
  'real repositories, beside what the controller said',
  () => {
    let folder: TemporaryFolder
    let campaign: Campaign

    beforeAll(async () => {
      folder = await temporaryFolder('corpora')
      const shelf = async (name: string) => {
        const repository = await TestRepository.create(join(folder.path, name))
        return {
          path: repository.path,
          git: (...args: readonly string[]) => repository.git(...args),
          commit: (message: string) => repository.commit({ message }),
          push: () => Promise.resolve(),
        }
      }
      const kustomize = { kubectl: binary('kubectl'), timeoutMs: 60_000, env: { PATH: process.env.PATH } }
      campaign = await Campaign.open(shelf, kustomize, COMMITS)
    })

    afterAll(async () => {
      await campaign.close()
      await folder.remove()
    })

    it('are built to its digest or fail with its words, through all their years', async () => {
      const histories = await campaign.readHistories((index) => (COMMITS - 1 - index) % STRIDE === 0)
      const subjects = [...histories, ...(await campaign.readTrees())]
      const answers = readAnswers()
      const judged = judgeAll(
        subjects,
        subjects.map((subject) => answerTo(answers, subject)),
      )
      const unanswered = subjects.filter(
        (subject) => isComparable(subject) && answerTo(answers, subject) === undefined,
      )
      expect(unanswered).toEqual([])
      expect(judged.filter(({ verdict }) => verdict.kind === 'mismatch')).toEqual([])
      expect(judged.filter(({ verdict }) => verdict.kind === 'proved').length).toBeGreaterThan(100)
    })
  },
)
