import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { BUILT_IN_RULES } from '@kubectl-gitops/core/drift/rules/built-in.js'
import type { RuleData } from '@kubectl-gitops/core/drift/rules/rule.js'
import { ROOT } from '../../../support/source-files.js'

const code = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(' ')

const REACHES = { silence: '', 'opt-out': ' _opted out_', git: ' _over Git_' }

/** One row of the table in docs/rules.md. */
const row = ({
  id,
  kinds,
  paths,
  writers,
  managers = [],
  tie,
  beside,
  reach = 'silence',
  because,
}: RuleData) => [
  `\`${id}\`${REACHES[reach]}`,
  code(kinds),
  code(paths) + (beside === undefined ? '' : `, beside \`${beside}\``),
  [writers.join(', '), ...(managers.length === 0 ? [] : [`(${managers.join(', ')})`])].join(' '),
  tie === undefined ? '' : `\`${tie}\``,
  because,
]

describe('the rules of this program', () => {
  it('are the table of docs/rules.md', () => {
    const text = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8')
    const [, table = ''] = /<!-- rules: .* -->([^]*)<!-- \/rules -->/.exec(text) ?? []
    const rows = table
      .trim()
      .split('\n')
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      )
    expect(rows.slice(2)).toEqual(BUILT_IN_RULES.map(row))
  })

  it('have names of their own', () => {
    const ids = BUILT_IN_RULES.map(({ id }) => id)
    expect([...new Set(ids)]).toEqual(ids)
  })

  it('name the object that decides wherever there is one, and nowhere else', () => {
    const wrong = BUILT_IN_RULES.filter(
      ({ tie, because }) => (tie !== undefined) !== because.includes('{by}'),
    )
    expect(wrong).toEqual([])
  })
})
