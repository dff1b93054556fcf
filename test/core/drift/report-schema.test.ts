import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { VERDICTS } from '@kubectl-gitops/core/drift/report.js'
import { printJson } from '../../../plugin/src/printers/document.js'
import { reports } from '../../support/arbitrary-report.js'
import { interfaceFields, type Fields } from '../../support/interface-fields.js'
import { validator } from '../../support/json-schema.js'
import { corpusDocuments } from '../../support/corpus.js'
import { MIXED } from '../../support/report.js'
import { ROOT } from '../../support/source-files.js'

interface Node {
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, { readonly description?: string; readonly const?: unknown }>>
  readonly oneOf?: readonly Node[]
  readonly enum?: readonly unknown[]
}

interface Schema extends Node {
  readonly $defs: Readonly<Record<string, Node>>
}

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'docs/schema/drift-report.v1.json'), 'utf8')) as Schema
const faultsOf = validator(SCHEMA)

const formsOf = (node: Node): readonly Fields[] =>
  (node.oneOf ?? [node]).map(({ properties = {}, required = [] }) => ({
    required: [...required].sort(),
    optional: Object.keys(properties)
      .filter((name) => !required.includes(name))
      .sort(),
  }))

describe('the published schema of a report', () => {
  const sources = [
    ...interfaceFields('core/src/drift/report.ts'),
    ...interfaceFields('core/src/drift/actor.ts'),
  ]
  const described = { ...SCHEMA.$defs, DriftReport: SCHEMA }

  it('has every field of every interface, required where it is always there, and no other', () => {
    const fields = Object.fromEntries(
      Object.entries(described)
        .filter(([, node]) => node.enum === undefined)
        .map(([name, node]) => [name, formsOf(node)]),
    )
    expect(fields).toEqual(Object.fromEntries(sources))
  })

  it('says of every field what it means', () => {
    const silent = Object.entries(described).flatMap(([name, node]) =>
      (node.oneOf ?? [node]).flatMap(({ properties = {} }) =>
        Object.entries(properties)
          .filter(([, field]) => field.description === undefined && field.const === undefined)
          .map(([field]) => `${name}.${field}`),
      ),
    )
    expect(silent).toEqual([])
  })

  it('knows every verdict', () => {
    expect(SCHEMA.$defs.Verdict?.enum).toEqual(VERDICTS)
  })

  it('admits every report of the corpus, and any other', () => {
    const documents = corpusDocuments('drift/formats.txt').filter(({ kind }) => kind === 'DriftReport')
    expect(documents.map(faultsOf)).toEqual(documents.map(() => []))
    expect(documents.length).toBeGreaterThan(1)
    fc.assert(
      fc.property(reports, (shown) => {
        expect(faultsOf(JSON.parse(printJson(shown)))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('refuses what is no report', () => {
    expect(faultsOf({ ...MIXED, summary: { ...MIXED.summary, drifted: 'one' } })).toEqual([
      '/summary/drifted: must be integer',
    ])
    expect(faultsOf({ ...MIXED, kind: 'StatusReport' })).toEqual(['/kind: must be equal to constant'])
  })

  it('admits fields that come later', () => {
    expect(faultsOf({ ...MIXED, later: true, objects: [{ ...MIXED.objects[0], later: 1 }] })).toEqual([])
  })
})
