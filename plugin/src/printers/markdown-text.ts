import { visible } from './text.js'

/**
 * Somebody's words as code on one line, in a table or anywhere else. Every character that could mean something to
 * Markdown or HTML is written as an entity; within `<code>` a forge makes no mention, reference or link of the rest.
 */
export function code(text: string): string {
  const safe = visible(text).replace(/[^\p{L}\p{N} /.,=-]/gu, (character) => {
    return `&#${String(character.codePointAt(0) ?? 0)};`
  })
  return `<code>${safe.replace(/www\./gi, (word) => word.replace('.', '&#46;'))}</code>`
}

/** Lines of somebody's as a block of code that none of them can end. */
export function fence(language: string, lines: readonly string[]): string {
  const shown = lines.map(visible)
  const longest = Math.max(0, ...shown.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length))
  const marks = '`'.repeat(Math.max(3, longest + 1))
  return `${marks}${language}\n${shown.map((line) => `${line}\n`).join('')}${marks}\n`
}
