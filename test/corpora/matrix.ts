import type { Point } from './point.js'
import type { Judged, Verdict } from './verdict.js'

const WIDTH = 100
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** One cell: what is known of a Kustomization at a commit. A dot is one that is not there. */
export const SIGNS: Readonly<Record<Verdict['kind'], string>> = {
  proved: 'P',
  approximate: '~',
  failed: 'F',
  unknown: '?',
  mismatch: 'X',
}

/** A row for each Kustomization, a column for each commit; below them the commits and the reasons. */
export function matrixOf(judged: readonly Judged[]): string {
  const points = [...new Set(judged.map(({ subject }) => subject.point))]
  const titles = [...new Set(judged.map(({ subject }) => subject.title))].sort()
  const labels = new Map(titles.map((title) => [title, title.replace(/^\S+ (?=\S+$)/, '  ')]))
  const width = Math.max(...[...labels.values()].map((label) => label.length)) + 2
  const row = (label: string, cells: readonly string[]) =>
    `${label.padEnd(width)}${cells.join(' ')}`.trimEnd()
  const cell = (title: string, point: Point): string => {
    const found = judged.find(({ subject }) => subject.title === title && subject.point === point)
    return found === undefined ? '.' : SIGNS[found.verdict.kind]
  }
  const head = row(
    '',
    points.map((_, i) => letter(i)),
  )
  const rows = titles.map((title) =>
    row(
      labels.get(title)!,
      points.map((point) => cell(title, point)),
    ),
  )
  return [head, ...rows, '', ...commitLines(points), ...reasonLines(judged)].join('\n')
}

const letter = (index: number): string => LETTERS[index] ?? '+'

function commitLines(points: readonly Point[]): readonly string[] {
  const named = points.map(({ label, date }, i) => `${letter(i)} ${label} ${date}`.trimEnd())
  return Array.from({ length: Math.ceil(named.length / 4) }, (_, i) =>
    named.slice(4 * i, 4 * i + 4).join('   '),
  )
}

/** Every reason once, with how many builds it is the reason of. */
function reasonLines(judged: readonly Judged[]): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { subject, verdict } of judged) {
    if (verdict.kind === 'proved') continue
    const key = `${verdict.kind}: ${shortened(verdict.why)}`
    reasons.set(key, [...(reasons.get(key) ?? []), subject.title.split(' ').at(-1)!])
  }
  return [...reasons].flatMap(([reason, titles]) => {
    const where = `${SIGNS[kindOf(reason)]} ${[...new Set(titles)].join(', ')} (${titles.length})`
    return ['', where, ...wrap(reason.replace(/^\w+: /, ''))]
  })
}

/** A base on the network has another version at every commit. */
const shortened = (why: string): string => why.replace(/(https?:\/\/[^/\s]+)\/\S+/g, '$1/...')

const kindOf = (reason: string): Verdict['kind'] => reason.slice(0, reason.indexOf(':')) as Verdict['kind']

/** Indented lines of at most WIDTH, broken at spaces. */
function wrap(text: string): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(`    ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
