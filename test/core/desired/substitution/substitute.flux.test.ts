import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { describeWith } from '../../../support/describe-with.js'
import { ask, askController } from './oracle.js'
import { question } from './question.js'

const CASES = 10_000

/** Letters whose case mappings came with Unicode 16 and 17; the Go of the oracle has Unicode 15. */
const NEWER_THAN_GO =
  /[\u{19b}\u{264}\u{1c89}-\u{1c8a}\u{a7cb}-\u{a7dc}\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u

describeWith(['envsubst'], 'substitution, beside the controller itself', () => {
  it(`agrees on ${CASES} generated templates, refusals and their words included`, async () => {
    const seed = Date.now()
    const questions = fc.sample(question, { numRuns: CASES, seed })
    const theirs = await askController(questions)
    const disagreements = questions
      .map((asked, i) => ({ asked, ours: ask(asked), theirs: theirs[i] }))
      .filter(({ ours, theirs: other }) => JSON.stringify(ours) !== JSON.stringify(other))
    expect({ seed, disagreements: disagreements.slice(0, 3) }).toEqual({ seed, disagreements: [] })
    const refused = theirs.filter((outcome) => 'error' in outcome).length
    expect([refused > CASES / 10, refused < (CASES * 9) / 10]).toEqual([true, true])
  })

  it('changes the case of every letter as Go does', async () => {
    const all = Array.from({ length: 0x1fb00 }, (_, i) => String.fromCodePoint(i))
    const letters = all.filter((letter) => /\p{L}/u.test(letter) && !NEWER_THAN_GO.test(letter))
    const vars = { v: letters.join(' ') }
    const questions = ['${v^^}', '${v,,}'].map((template) => ({ text: template, vars, strict: true }))
    expect(questions.map(ask)).toEqual(await askController(questions))
  })
})
