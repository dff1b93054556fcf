import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { printPrometheus } from '../../../plugin/src/printers/prometheus.js'
import { reports } from '../../support/arbitrary-report.js'
import { kustomization, object, report } from '../../support/report.js'

/** The grammar of the text format, version 0.0.4, as far as gauges without times need it. */
const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const LINE = new RegExp(
  `^(?:# HELP (?<help>${NAME}) [^\\n]*|# TYPE (?<type>${NAME}) gauge|(?<name>${NAME})\\{(?<labels>${LABEL}(?:,${LABEL})*)\\} (?:\\d+(?:\\.\\d+)?))$`,
)

/** The samples of a text as `name{labels}`; throws where a line is not of the grammar or out of its family. */
function series(text: string): readonly string[] {
  expect(text.endsWith('\n')).toBe(true)
  let family = ''
  return text
    .slice(0, -1)
    .split('\n')
    .flatMap((line) => {
      const groups = LINE.exec(line)?.groups
      if (groups === undefined) throw new Error(`not of the grammar: ${JSON.stringify(line)}`)
      const { help, type, name, labels = '' } = groups
      if (help !== undefined) family = help
      expect(type ?? name ?? family).toBe(family)
      return name === undefined ? [] : [`${name}{${labels}}`]
    })
}

describe('metrics', () => {
  it('are of the text format and no series comes twice, whatever things are called', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a"b', 'a\\', '\n', '"} 1\n# HELP x'),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
        text,
        reports,
        (names, context, some) => {
          const { apiVersion, kind } = kustomization()
          const owners = names.map((name) => kustomization({ name, namespace: name }))
          const objects = names.map((name) => object({ owner: { apiVersion, kind, name, namespace: name } }))
          const cluster = { context, server: 'https://127.0.0.1:6443' }
          for (const shown of [report(objects, owners, { cluster }), some]) {
            const found = series(printPrometheus(shown))
            expect(new Set(found).size).toBe(found.length)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
