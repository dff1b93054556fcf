import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { VERDICTS } from '@kubectl-gitops/core/drift/report.js'
import { printJunit } from '../../../plugin/src/printers/junit.js'
import { reports } from '../../support/arbitrary-report.js'
import { object, report } from '../../support/report.js'

/** The elements of a document with their attributes; throws where it is not well-formed. */
function elements(
  xml: string,
): readonly { readonly name: string; readonly attributes: Record<string, string> }[] {
  const found: { name: string; attributes: Record<string, string> }[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => found.push({ name, attributes }))
  parser.write(xml).close()
  return found
}

const NAMES = new Set(['testsuites', 'testsuite', 'testcase', 'failure', 'error', 'skipped'])

describe('a JUnit report', () => {
  it('is well-formed and has no element of its readers making, whatever Git and the cluster hold', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const names = elements(printJunit(shown)).map(({ name }) => name)
        expect(names.filter((name) => !NAMES.has(name))).toEqual([])
        expect(names.filter((name) => name === 'testcase')).toHaveLength(
          shown.objects.length + shown.kustomizations.length,
        )
      }),
      { numRuns: 200 },
    )
  })

  it('counts what it holds', () => {
    const shown = report(VERDICTS.map((verdict) => object({ name: verdict, verdict })))
    const found = elements(printJunit(shown))
    const count = (name: string) => String(found.filter((element) => element.name === name).length)
    const counts = {
      tests: count('testcase'),
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
    }
    expect(counts).toEqual({ tests: '9', failures: '4', errors: '1', skipped: '2' })
    for (const suite of found.slice(0, 2)) expect(suite.attributes).toMatchObject(counts)
  })
})
