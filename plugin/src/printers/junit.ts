import type { DriftReport, ObjectRecord, Verdict } from '@kubectl-gitops/core/drift/report.js'
import { FAILING } from '@kubectl-gitops/core/drift/report.js'
import { objectName, ownedBy, ownerName, type Owned, type OwnerRecord } from './owned.js'
import { fieldSentence } from './sentence.js'
import { visible } from './text.js'

/** How a verdict ends a test case; undefined: it passes. */
type Ending = 'failure' | 'error' | 'skipped'

/**
 * Prints a report as JUnit XML: a suite for each Flux object, a case for it and for each of its objects. What makes
 * exit code 1 is a failure, `unknown` is an error, what is pending or excluded is skipped.
 */
export function printJunit(report: DriftReport): string {
  const timestamp = report.takenAt.replace(/(?:\.\d+)?Z$/, '')
  const suites = ownedBy(report).map((owned) => printSuite(owned, timestamp))
  const verdicts = ownedBy(report).flatMap(verdictsOf)
  const head = attributes({ name: 'kubectl gitops drift', ...countsOf(verdicts) })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...suites.flat(),
    '</testsuites>',
    '',
  ].join('\n')
}

const verdictsOf = ({ owner, objects }: Owned): readonly Verdict[] =>
  [owner, ...objects].map(({ verdict }) => verdict)

function printSuite(owned: Owned, timestamp: string): readonly string[] {
  const name = ownerName(owned.owner)
  const head = attributes({ name, ...countsOf(verdictsOf(owned)), timestamp })
  const cases = [owned.owner, ...owned.objects].flatMap((record) => printCase(record, name))
  return [`  <testsuite${head}>`, ...cases, '  </testsuite>']
}

function countsOf(verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  const endings = verdicts.map(endingOf)
  const count = (ending: Ending): string => String(endings.filter((one) => one === ending).length)
  return {
    tests: String(verdicts.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  }
}

function endingOf(verdict: Verdict): Ending | undefined {
  if (verdict === 'in-sync') return undefined
  if (verdict === 'unknown') return 'error'
  return FAILING.includes(verdict) ? 'failure' : 'skipped'
}

function printCase(record: ObjectRecord | OwnerRecord, suite: string): readonly string[] {
  const head = `    <testcase${attributes({ name: objectName(record), classname: suite })}`
  const ending = endingOf(record.verdict)
  if (ending === undefined) return [`${head}/>`]
  const { verdict, reason, message } = record
  const what = [verdict, reason].filter((word) => word !== undefined).join(': ')
  const facts = attributes(
    ending === 'skipped' ? { message: message ?? what } : { type: what, message: message ?? what },
  )
  const lines = 'fields' in record ? (record.fields ?? []).map(fieldSentence) : []
  if (ending === 'skipped' || lines.length === 0) return [`${head}>`, `      <${ending}${facts}/>`, CLOSED]
  return [`${head}>`, `      <${ending}${facts}>${lines.map(escaped).join('\n')}</${ending}>`, CLOSED]
}

const CLOSED = '    </testcase>'

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Control characters and halves of characters are shown, and so are the two that XML 1.0 has no place for. */
function escaped(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
