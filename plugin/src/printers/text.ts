/**
 * Makes text from a repository or a cluster safe for a terminal: control characters are shown, not obeyed.
 */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Prints a value on one line, as YAML would: text plain where it can be read plain, else as JSON. */
export function inline(value: unknown): string {
  if (typeof value === 'string') return isPlain(value) ? visible(value) : JSON.stringify(visible(value))
  return visible(JSON.stringify(value))
}

const isPlain = (text: string): boolean =>
  text !== '' &&
  text.trim() === text &&
  !text.includes('\n') &&
  !/^(?:true|false|null|yes|no|on|off|~|[-+]?[\d.]+)$/i.test(text)

const UNITS: readonly (readonly [number, string])[] = [
  [365 * 86_400, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
]

/** kubectl's short age: `45s`, `4m`, `3h`, `2d`; the time itself where it cannot be read. */
export function age(time: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(time)) / 1000)
  if (Number.isNaN(seconds)) return time
  if (seconds < 1) return '0s'
  const [size, unit] = UNITS.find(([length]) => seconds >= length * (length === 1 ? 1 : 2)) ?? [1, 's']
  return `${Math.floor(seconds / size)}${unit}`
}

/** `1 object`, `2 objects`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Breaks text at blanks so that no line is longer than `width`; words are never cut. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
