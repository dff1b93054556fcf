import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { printHuman } from '../../../plugin/src/printers/human.js'
import { createStyle } from '../../../plugin/src/printers/style.js'
import { reports } from '../../support/arbitrary-report.js'
import { NOW } from '../../support/report.js'

const look = { style: createStyle(false), now: NOW, wide: true }

describe('a report for people', () => {
  it('has no line past the width but a single word', () => {
    fc.assert(
      fc.property(reports, fc.integer({ min: 80, max: 140 }), (shown, width) => {
        const long = printHuman(shown, { ...look, width })
          .split('\n')
          .filter((line) => line.length > width)
        expect(long.filter((line) => /\S\s+\S/.test(line.replace(/^ +(?:git {3}|live {2})?/, '')))).toEqual(
          [],
        )
      }),
      { numRuns: 100 },
    )
  })

  it('holds nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const printed = printHuman(shown, { ...look, width: 80 })
        expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }),
      { numRuns: 100 },
    )
  })

  it('says the same with colours and without', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const colored = printHuman(shown, { ...look, width: 80, style: createStyle(true) })
        // A literal would hold a control character.
        const codes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
        expect(colored.replaceAll(codes, '')).toBe(printHuman(shown, { ...look, width: 80 }))
      }),
      { numRuns: 100 },
    )
  })

  it('has an empty line between blocks and never two', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const printed = printHuman(shown, { ...look, width: 80 })
        expect(printed).not.toMatch(/^\n|\n\n\n|\n\n$/)
      }),
      { numRuns: 100 },
    )
  })
})
