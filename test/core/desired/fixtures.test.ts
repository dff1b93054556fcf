import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import { compareOutcomes } from '../../differential/agreement.js'
import { readFixture } from '../../differential/fixture.js'
import { kustomizationOf, ourOutcome, type Outcome } from '../../differential/outcome.js'
import { describeWith } from '../../support/describe-with.js'
import { GIT_ENV, TestRepository } from '../../support/git-repository.js'
import { temporaryFolder, type TemporaryFolder } from '../../support/processes.js'

const FIXTURES = join(import.meta.dirname, '../../fixtures/builds')

describeWith(['kubectl'], 'a build that once was not that of Flux', () => {
  let folder: TemporaryFolder

  beforeAll(async () => {
    folder = await temporaryFolder('fixtures')
  })

  afterAll(async () => {
    await folder.remove()
  })

  /** What we make of a fixture today, and what Flux made of it. */
  async function replay(name: string): Promise<{ readonly ours: Outcome; readonly flux: Outcome }> {
    const { input, flux } = await readFixture(join(FIXTURES, name))
    const site = await TestRepository.create(join(folder.path, name))
    const commit = await site.commit({ files: input.files })
    const repository = await openCheckout(site.path, { env: GIT_ENV })
    try {
      const place = { repository, commit, root: '', ignore: input.ignore }
      return { ours: await ourOutcome(kustomizationOf(input), place), flux }
    } finally {
      await repository.close()
    }
  }

  it.each(readdirSync(FIXTURES))('has the digest or the words of Flux: %s', async (name) => {
    const { ours, flux } = await replay(name)
    const agreement = compareOutcomes(flux, ours)
    expect({ ours, agreement: agreement.kind }).toEqual({
      ours: expect.objectContaining({ ...flux }),
      agreement: expect.stringMatching(/^(?:digest|words)$/),
    })
  })
})
