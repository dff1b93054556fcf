import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { printSarif } from '../../../plugin/src/printers/sarif.js'
import { reports } from '../../support/arbitrary-report.js'
import { oldValidator } from '../../support/json-schema.js'
import { drifted, field, MIXED, object, report } from '../../support/report.js'

/** The schema of SARIF 2.1.0, as a package of Microsoft's SARIF SDK ships it. */
function sarifSchema(): object {
  const path = createRequire(import.meta.url).resolve(
    '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
  )
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  // Of what draft 4 has otherwise than later drafts the schema uses its own name alone.
  delete schema.id
  delete schema.$schema
  return schema
}

// One of its patterns is none where patterns are Unicode's.
const faultsOf = oldValidator(sarifSchema(), { unicodeRegExp: false })
const errorsOf = (text: string) => faultsOf(JSON.parse(text))

interface Log {
  readonly runs: readonly [{ readonly results: readonly { readonly partialFingerprints: object }[] }]
}

describe('a SARIF log', () => {
  it('is valid, whatever Git and the cluster hold', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        expect(errorsOf(printSarif(shown))).toEqual([])
      }),
      { numRuns: 200 },
    )
    expect(errorsOf(printSarif(MIXED))).toEqual([])
    expect(errorsOf(printSarif(report([], [])))).toEqual([])
  })

  it('is held against a schema that finds faults', () => {
    expect(errorsOf(printSarif(MIXED).replace('"level": "error"', '"level": "awful"'))).not.toEqual([])
  })

  const fingerprints = (...shown: Parameters<typeof report>) =>
    (JSON.parse(printSarif(report(...shown))) as Log).runs[0].results.map(
      (result) => result.partialFingerprints,
    )

  it('keeps the fingerprint of a result whatever the value and whoever wrote it, and gives others their own', () => {
    const [before] = fingerprints([drifted([field()])])
    const [after] = fingerprints([drifted([field({ live: 9, actor: undefined, path: '/spec/7' })])])
    const [newer] = fingerprints([drifted([field()], { apiVersion: 'apps/v2' })])
    expect([after, newer]).toEqual([before, before])
    const others = fingerprints([
      drifted([field(), field({ field: 'spec.paused' })]),
      drifted([field()], { name: 'other' }),
      drifted([field()], { namespace: 'other' }),
      drifted([field()], { kind: 'StatefulSet' }),
      object({ verdict: 'missing' }),
    ])
    expect(new Set(others.map((one) => JSON.stringify(one))).size).toBe(6)
  })
})
