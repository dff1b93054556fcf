import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { ROOT } from '../support/source-files.js'
import { CLASSES, type DriftClass } from './catalogue.js'
import type { Fixture } from './fixture.js'

const HERE = join(ROOT, 'test/drift-classes')
export const PAGE = join(ROOT, 'docs/drift-classes.md')

const QUOTED = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`
const CALL = new RegExp(String.raw`\bshows\(\s*${QUOTED},\s*${QUOTED},\s*${QUOTED}`, 'g')

/** The fixtures that the sources have, in the order of their classes. */
export function fixturesInSources(): readonly Omit<Fixture, 'got'>[] {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.cluster.test.ts'))
  const found = files.sort().flatMap((name) => {
    const text = readFileSync(join(HERE, name), 'utf8')
    return [...text.matchAll(CALL)].map(([, ...groups]) => {
      const [id = '', title = '', expected = ''] = [0, 2, 4].map((at) => groups[at] ?? groups[at + 1])
      return { id, title, expected }
    })
  })
  return CLASSES.flatMap(({ id }) => found.filter((fixture) => fixture.id === id))
}

/** The outcomes of a run that gathered them. */
export function gathered(file: string): readonly Fixture[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Fixture)
}

const ROW = /^\| (\S+) +\| (.+?) +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm

/** The fixtures that a page lists. */
export function fixturesOnPage(text: string): readonly Fixture[] {
  return [...text.matchAll(ROW)].flatMap(([, id = '', , title = '', expected = '', got = '']) =>
    CLASSES.some((known) => known.id === id) && title !== '—' ? [{ id, title, expected, got }] : [],
  )
}

/** docs/drift-classes.md as Prettier leaves it. */
export function writePage(fixtures: readonly Fixture[]): Promise<string> {
  const rows = CLASSES.flatMap((one) =>
    rowsOf(
      one,
      fixtures.filter(({ id }) => id === one.id),
    ),
  )
  const absent = CLASSES.filter((one) => one.absent !== undefined)
  const text = `# Classes of drift, and of what only looks like it

Other tools cry wolf in 65 known ways, and miss drift in 6 (FN). Each class is at least one test here: objects are
applied as Flux applies them, by server-side apply under \`kustomize-controller\`, to a real API server; then what the
class says is done to them. ${fixtures.length} tests for ${CLASSES.length - absent.length} classes; ${absent.length} cannot be
brought about. \`make drift-classes\` runs them and writes this page.

| no. | class | test | expected | got |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
  return format(text, { parser: 'markdown', printWidth: 110, proseWrap: 'preserve' })
}

function rowsOf({ id, what, absent }: DriftClass, fixtures: readonly Fixture[]): readonly string[] {
  if (absent !== undefined) return [row([id, what, '—', absent, '—'])]
  return fixtures.map(({ title, expected, got }) => row([id, what, title, expected, got]))
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
