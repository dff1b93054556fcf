import type { Commit, Person } from './repository.js'

const PERSON = /^(.*?) ?<([^>]*)> ?(-?\d+)? ?([+-]\d{4})?/

/**
 * Reads a commit object (git, Documentation/technical; gitformat-commit): headers up to the first empty line,
 * a line that begins with a space continues the one before. Text is decoded by the `encoding` header.
 */
export function parseCommit(id: string, content: Uint8Array): Commit {
  const text = decode(content)
  const end = text.indexOf('\n\n')
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n').filter((line) => !line.startsWith(' '))
  const all = (name: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  return {
    id,
    parents: all('parent'),
    author: parsePerson(all('author')[0] ?? ''),
    committer: parsePerson(all('committer')[0] ?? ''),
    subject: subjectOf(end < 0 ? '' : text.slice(end + 2)),
  }
}

function decode(content: Uint8Array): string {
  const text = new TextDecoder().decode(content)
  const encoding = /^(?:[^\n]+\n)*?encoding ([^\n]+)\n/.exec(text)?.[1]
  if (encoding === undefined) return text
  try {
    return new TextDecoder(encoding).decode(content)
  } catch {
    return text
  }
}

function parsePerson(line: string): Person {
  const [, name = '', email = '', seconds, offset = '+0000'] = PERSON.exec(line) ?? []
  return { name, email, time: seconds === undefined ? '' : formatTime(Number(seconds), offset) }
}

/** ISO 8601 with the offset of the person's own clock; empty for a date no calendar has. */
function formatTime(seconds: number, offset: string): string {
  const sign = offset.startsWith('-') ? -1 : 1
  const minutes = sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5)))
  const local = new Date((seconds + minutes * 60) * 1_000)
  if (Number.isNaN(local.getTime())) return ''
  return `${local.toISOString().slice(0, -5)}${offset.slice(0, 3)}:${offset.slice(3)}`
}

/** The first paragraph on one line, as git prints `%s`. */
function subjectOf(message: string): string {
  const paragraph = message.replace(/^\s*\n/, '').split(/\n\s*\n/, 1)[0] ?? ''
  return paragraph
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join(' ')
}
