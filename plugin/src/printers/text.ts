const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Makes text from a repository or a cluster safe for one line of a terminal: what controls a terminal,
 * turns the direction of text or cannot be seen is shown, not obeyed.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16)
    return SHORT_ESCAPES[character] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`)
  })
}

const UNITS: readonly (readonly [number, string])[] = [
  [365 * 86_400, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
]

/** kubectl's short durations, in its units: `119s`, `4m`, `3h`, `2d`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const [size, unit] = UNITS.find(([length]) => seconds >= 2 * length) ?? [1, 's']
  return `${Math.floor(seconds / size)}${unit}`
}

/** `4m ago`; the time itself where it cannot be read. */
export function ago(time: string, now: Date): string {
  const milliseconds = now.getTime() - Date.parse(time)
  return Number.isNaN(milliseconds) ? time : `${span(milliseconds)} ago`
}

/** `1 object`, `2 objects`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What is said where there is no Kustomization at all: that is an answer, no error. */
export function nothingFound(namespace: string | undefined): string {
  return `No Kustomizations found${namespace === undefined ? '' : ` in namespace ${visible(namespace)}`}.\n`
}

/** Breaks text at blanks so that no line is longer than `width`; words are never cut, other blanks stay. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.match(/\s*\S+/g) ?? []) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length <= width) lines[lines.length - 1] = last + word
    else lines.push(lines.length === 0 ? word : word.trimStart())
  }
  return lines
}
