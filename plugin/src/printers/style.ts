import { styleText } from 'node:util'

export type ColorChoice = 'auto' | 'always' | 'never'

/** What a piece of text is, not how it looks: never the only carrier of its meaning. */
export interface Style {
  readonly git: (text: string) => string
  readonly live: (text: string) => string
  readonly verdict: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const plain = (text: string): string => text

/** Git green, live red, verdicts yellow, provenance dim. */
export function createStyle(colored: boolean): Style {
  if (!colored) return { git: plain, live: plain, verdict: plain, dim: plain, bold: plain }
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      styleText(format, text, { validateStream: false })
  return {
    git: paint('green'),
    live: paint('red'),
    verdict: paint('yellow'),
    dim: paint('dim'),
    bold: paint('bold'),
  }
}

/** kubectl-tree's rule: the flag decides; `auto` means a terminal, unless NO_COLOR is set. */
export function isColored(
  choice: ColorChoice,
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== '') return true
  return isTerminal && env.TERM !== 'dumb'
}
