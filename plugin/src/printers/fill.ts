import { wrap } from './text.js'

/** A piece of a line that stays together where it can; colours take no columns. */
export interface Piece {
  readonly text: string
  readonly paint?: (text: string) => string
}

/** How pieces become lines. */
export interface Margins {
  readonly width: number
  /** What the first line begins with, and the others. */
  readonly first: string
  readonly rest: string
  /** Between two pieces on a line; three blanks unless given. */
  readonly gap?: string
}

/**
 * Puts pieces side by side as far as they fit, then goes on below. A piece that is too long for a line of
 * its own is broken at blanks; a single word is never cut.
 */
export function fill(pieces: readonly Piece[], margins: Margins): readonly string[] {
  const { width, first, rest, gap = '   ' } = margins
  const lines: Line[] = []
  for (const { text, isContinued, paint } of pieces.flatMap((piece) => partsOf(piece, margins))) {
    const last = lines.at(-1)
    const painted = paint?.(text) ?? text
    if (last !== undefined && !isContinued && last.columns + gap.length + text.length <= width) {
      const columns = last.columns + gap.length + text.length
      lines[lines.length - 1] = { text: last.text + gap + painted, columns }
    } else {
      const indent = last === undefined ? first : rest
      const line = text === '' ? indent.trimEnd() : indent + painted
      lines.push({ text: line, columns: indent.length + text.length })
    }
  }
  return lines.map((line) => line.text)
}

interface Line {
  readonly text: string
  readonly columns: number
}

interface Part extends Piece {
  /** It goes on with a piece that was broken, on a line of its own. */
  readonly isContinued: boolean
}

function partsOf(piece: Piece, { width, rest }: Margins): readonly Part[] {
  const room = width - rest.length
  const texts = piece.text.length <= room ? [piece.text] : wrap(piece.text, room)
  return texts.map((text, index) => ({ ...piece, text, isContinued: index > 0 }))
}
