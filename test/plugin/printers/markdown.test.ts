import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { printMarkdown } from '../../../plugin/src/printers/markdown.js'
import { reports } from '../../support/arbitrary-report.js'
import { drifted, field, kustomization, object, report } from '../../support/report.js'

/** What is left when code is taken out, as a forge's own mentions and references do: our own words alone. */
function prose(markdown: string): string {
  return markdown.replace(/^(`{3,})[^\n]*\n[^]*?\n\1$/gm, '').replace(/<code>[^<`|\\\n]*<\/code>/g, '')
}

describe('a comment', () => {
  it('holds nothing of anybody outside code', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const rest = prose(printMarkdown(shown))
        expect(rest).not.toMatch(/[@`\\[\]_~]|https?:|www\.|evil|octocat/)
        expect(
          rest.match(/<[^>]*>/g)?.filter((tag) => !/^<\/?(?:details|summary)>$/.test(tag)) ?? [],
        ).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('has as many cells in every row as in its head', () => {
    fc.assert(
      fc.property(reports, (shown) => {
        const tables = prose(printMarkdown(shown)).match(/(?:^\|.*\n)+/gm) ?? []
        for (const table of tables) {
          const cells = table
            .trimEnd()
            .split('\n')
            .map((line) => line.split('|').length)
          expect(new Set(cells).size).toBe(1)
        }
        expect(tables.length).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })

  const many = (count: number, value: string) =>
    report(
      Array.from({ length: count }, (_, index) =>
        drifted([field({ git: value, live: `${value}!` })], { name: `podinfo-${index}` }),
      ),
    )

  it.each([
    [100, 'a', undefined],
    [500, 'a', 'Left out for length: the fields of 458 objects. `kubectl gitops drift` shows all of it.'],
    [
      2_000,
      'a',
      'Left out for length: 1345 objects more and the fields of 2000 objects. `kubectl gitops drift` shows all of it.',
    ],
    [60, 'long '.repeat(1_000), undefined],
  ])('of %d objects is no longer than a forge takes, and says what it lacks', (count, value, last) => {
    const text = printMarkdown(many(count, value))
    expect(text.length).toBeLessThanOrEqual(60_000)
    const lines = text.trimEnd().split('\n')
    expect(lines.find((line) => line.startsWith('Left out'))).toBe(last)
    expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0)
  })

  it('names what concerns a Flux object that has no objects', () => {
    const text = printMarkdown(
      report([object()], [kustomization(), kustomization({ name: 'b', verdict: 'unknown' })]),
    )
    expect(text).toContain(
      '### <code>Kustomization/flux-system/b</code> <code>main&#64;sha1&#58;3f1c9ad2</code> **unknown**',
    )
    expect(text).not.toContain('flux-system/apps')
  })
})
