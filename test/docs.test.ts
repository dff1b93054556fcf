import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { VERDICTS } from '@kubectl-gitops/core/drift/report.js'
import { ERROR_CODES } from '@kubectl-gitops/core/errors.js'
import { Drift } from '../plugin/src/commands/drift.js'
import { Render } from '../plugin/src/commands/render.js'
import { Status } from '../plugin/src/commands/status.js'
import { FORMATS } from '../plugin/src/printers/report.js'
import { ROOT } from './support/source-files.js'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** The first column of a table's rows. */
const firstColumn = (text: string) => [...text.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, cell = '']) => cell)

describe('the documentation', () => {
  it('explains every error code, in the order of the list, and no other', () => {
    expect(firstColumn(read('docs/errors.md')).slice(2)).toEqual([...ERROR_CODES])
  })

  it('explains every verdict', () => {
    const verdicts = firstColumn(read('docs/drift.md')).filter((cell) =>
      VERDICTS.some((verdict) => cell === `\`${verdict}\``),
    )
    expect(verdicts).toEqual(VERDICTS.map((verdict) => `\`${verdict}\``))
  })

  it('explains every form of output', () => {
    const forms = firstColumn(read('docs/formats.md')).filter((cell) =>
      FORMATS.some((form) => cell === `\`${form}\``),
    )
    expect(forms).toEqual(FORMATS.map((form) => `\`${form}\``))
  })

  it.each([
    ['drift', Drift.flags],
    ['render', Render.flags],
    ['status', Status.flags],
  ])('explains every flag of %s', (name, flags) => {
    const text = read(`docs/${name}.md`)
    const missing = Object.keys(flags).filter((flag) => !text.includes(`--${flag}`))
    expect(missing).toEqual([])
  })

  it('has no link to a file that is not there', () => {
    const pages = [
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'docs/drift.md',
      'docs/rules.md',
      'docs/formats.md',
      'docs/render.md',
      'docs/status.md',
      'docs/errors.md',
      'docs/access.md',
    ]
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].flatMap(([, target = '']) => {
        try {
          read(join(page, '..', target))
          return []
        } catch {
          return [`${page}: ${target}`]
        }
      }),
    )
    expect(broken).toEqual([])
  })
})
