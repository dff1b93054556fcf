import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { CLASSES } from './catalogue.js'
import { fixturesInSources, fixturesOnPage, gathered, PAGE, writePage } from './page.js'

/** Set by `make drift-classes` after a run that gathered outcomes: the page is written anew from them. */
const GATHERED = process.env.DRIFT_CLASSES_FILE

describe('docs/drift-classes.md', () => {
  const sources = fixturesInSources()
  let page = ''

  beforeAll(async () => {
    if (GATHERED !== undefined) {
      const outcomes = gathered(GATHERED)
      const run = sources.map(
        (one) =>
          outcomes.find(({ id, title }) => id === one.id && title === one.title) ?? {
            ...one,
            got: 'not run',
          },
      )
      writeFileSync(PAGE, await writePage(run))
    }
    page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''
  })

  it('has 65 classes of false alarms and 6 of hidden drift', () => {
    expect(CLASSES.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 65 }, (_, index) => String(index + 1)),
      ...Array.from({ length: 6 }, (_, index) => `FN${String(index + 1)}`),
    ])
  })

  it('has a test for every class, or says why there is none', () => {
    const without = CLASSES.filter(({ id, absent }) => {
      const tests = sources.filter((fixture) => fixture.id === id).length
      return absent === undefined ? tests === 0 : tests > 0
    })
    expect(without).toEqual([])
  })

  it('lists the tests that there are, and what they came to', async () => {
    const run = fixturesOnPage(page)
    const listed = sources.map((one) => ({
      ...one,
      got: run.find(({ id, title }) => id === one.id && title === one.title)?.got ?? 'not run',
    }))
    expect(page).toBe(await writePage(listed))
  })

  it('got what was expected, everywhere', () => {
    expect(fixturesOnPage(page).filter(({ expected, got }) => expected !== got)).toEqual([])
  })

  it('names no test of a class twice', () => {
    const names = sources.map(({ id, title }) => `${id}: ${title}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })
})
