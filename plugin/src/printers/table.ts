import { fill, type Piece } from './fill.js'

/** A line of facts, and what is to be said below it. */
export interface Row {
  /** Columns that the first cell is moved to the right. */
  readonly indent: number
  readonly cells: readonly Piece[]
  readonly below: readonly Piece[]
}

const GAP = '   '
const BELOW = 4

/**
 * Prints facts in columns as kubectl does, without borders. Where a row is too long, its first cell stands alone
 * and the others below it, in their columns; `wide` lets rows be as long as they are.
 */
export function printTable(
  head: readonly string[],
  rows: readonly Row[],
  { width, wide }: { readonly width: number; readonly wide: boolean },
): readonly string[] {
  const all = [{ indent: 0, cells: head.map((text) => ({ text })), below: [] }, ...rows]
  const widths = head.map((_, at) => Math.max(...all.map((row) => lengthOf(row, at))))
  const others = widths.slice(1).reduce((sum, one) => sum + GAP.length + one, 0)
  const [widest = 0] = widths
  const first = Math.max(Math.min(widest, wide ? widest : width - others), head[0]?.length ?? 0)
  return all.flatMap((row) => [...printRow(row, [first, ...widths.slice(1)]), ...printBelow(row, width)])
}

const lengthOf = ({ indent, cells }: Row, at: number): number =>
  (cells[at]?.text.length ?? 0) + (at === 0 ? indent : 0)

function printRow({ indent, cells }: Row, widths: readonly number[]): readonly string[] {
  const [name = { text: '' }, ...facts] = cells
  const title = ' '.repeat(indent) + painted(name)
  const room = (widths[0] ?? 0) - indent - name.text.length
  const columns = facts.map(
    (fact, at) => painted(fact) + ' '.repeat((widths[at + 1] ?? 0) - fact.text.length),
  )
  const line = (start: string): string => [start, ...columns].join(GAP).trimEnd()
  return room >= 0 ? [line(title + ' '.repeat(room))] : [title, line(' '.repeat(widths[0] ?? 0))]
}

function printBelow({ indent, below }: Row, width: number): readonly string[] {
  const start = ' '.repeat(indent + BELOW)
  return below.flatMap((piece) => fill([piece], { width, first: start, rest: start }))
}

const painted = ({ text, paint }: Piece): string => paint?.(text) ?? text
