import type { DriftReport, FieldRecord, ObjectRecord, Verdict } from '@kubectl-gitops/core/drift/report.js'
import { fateOf, originOf } from './field.js'
import { code, fence } from './markdown-text.js'
import { appliedFrom, objectName, ownedBy, ownerName, type Owned } from './owned.js'
import { authorOf, shortValue } from './sentence.js'
import { countsOf } from './summary.js'
import { plural } from './text.js'
import { block, hunk, inline } from './value.js'

/** A forge refuses comments above 65,536 characters; the rest is for whoever posts this with words of theirs. */
const MOST_CHARACTERS = 60_000
/** What always has to fit behind everything else. */
const LAST_WORDS = 200
const MOST_FIELDS = 50

/** A piece that is printed as a whole or not at all, and what is lost with it. */
interface Block {
  readonly text: string
  readonly holds?: 'object' | 'fields'
}

/**
 * Prints a report as a comment for a pull request: a table for each Flux object with something to tell, then the
 * fields of each object, folded. Whatever comes from Git or a cluster stands in code, where it cannot mention
 * anybody, link anywhere or end a table.
 */
export function printMarkdown(report: DriftReport): string {
  const owned = ownedBy(report)
  const told = owned.map(findingsOf).filter(hasFindings)
  const none = owned.length === 0 ? 'no Flux object found' : 'none'
  const all = `${plural(report.objects.length, 'object')} of ${plural(owned.length, 'Flux object')}`
  const where = `cluster ${code(report.cluster.context)}`
  const head = [
    `## Drift: ${countsOf(report.summary) ?? none}`,
    '',
    `${all}, ${where}, read ${report.takenAt.slice(0, 16).replace('T', ' ')} UTC.`,
    '',
  ].join('\n')
  return fitted(head, [...told.flatMap(overview), ...told.flatMap(({ objects }) => objects.flatMap(details))])
}

function findingsOf({ owner, objects }: Owned): Owned {
  return { owner, objects: objects.filter(({ verdict }) => verdict !== 'in-sync') }
}

const hasFindings = ({ owner, objects }: Owned): boolean => owner.verdict !== 'in-sync' || objects.length > 0

/** Blocks as far as they fit; the last line says how much is missing. */
function fitted(head: string, blocks: readonly Block[]): string {
  let length = head.length
  const cut = blocks.findIndex(({ text }) => (length += text.length) > MOST_CHARACTERS - LAST_WORDS)
  const texts = blocks.map(({ text }) => text)
  if (cut < 0) return head + texts.join('')
  const lost = blocks.slice(cut)
  const count = (what: Block['holds']): number => lost.filter(({ holds }) => holds === what).length
  const objects = count('object') === 0 ? [] : [`${plural(count('object'), 'object')} more`]
  const fields = count('fields') === 0 ? [] : [`the fields of ${plural(count('fields'), 'object')}`]
  const missing = [...objects, ...fields].join(' and ') || 'the rest'
  const words = `Left out for length: ${missing}. \`kubectl gitops drift\` shows all of it.`
  return `${head}${texts.slice(0, cut).join('')}\n${words}\n`
}

const HEAD = '\n| object | verdict | reason |\n| --- | --- | --- |\n'

/** A Flux object with its table; every row is a block of its own, so that a long table is cut, not dropped. */
function overview({ owner, objects }: Owned): readonly Block[] {
  const { verdict, message } = owner
  const source = appliedFrom(owner)
  const facts = [
    `\n### ${code(ownerName(owner))}`,
    ...(source === undefined ? [] : [code(source)]),
    ...(verdict === 'in-sync' ? [] : [`**${verdict}**`]),
  ].join(' ')
  const words = message === undefined ? '' : `\n${fence('', message.split('\n').slice(0, MOST_FIELDS))}`
  const rows = objects.map((object): Block => ({ text: row(object), holds: 'object' }))
  return [{ text: `${facts}\n${words}${objects.length === 0 ? '' : HEAD}` }, ...rows]
}

function row(object: ObjectRecord): string {
  const { verdict, reason, message } = object
  const why = message ?? reason
  return `| ${code(objectName(object))} | **${verdict}** | ${why === undefined ? '' : code(shortValue(why))} |\n`
}

const FIELDS = '| field | git | live | by | Flux |\n| --- | --- | --- | --- | --- |\n'

function details(object: ObjectRecord): readonly Block[] {
  const { fields = [], verdict } = object
  if (fields.length === 0) return []
  const shown = fields.slice(0, MOST_FIELDS)
  const summary = `${code(objectName(object))} ${verdict}, ${plural(fields.length, 'field')}`
  const rest = fields.length - shown.length
  const text = [
    `\n<details><summary>${summary}</summary>\n\n`,
    FIELDS,
    ...shown.map((field) => fieldRow(field, verdict)),
    ...(rest > 0 ? [`\n${plural(rest, 'field')} more.\n`] : []),
    ...shown.map(patch),
    '\n</details>\n',
  ].join('')
  return [{ text, holds: 'fields' }]
}

function fieldRow(field: FieldRecord, verdict: Verdict): string {
  const { op, origin } = field
  const order = op === 'reordered' ? '(order differs)' : undefined
  const git = op === 'added' ? '(not in Git)' : (order ?? shownValue(field.git))
  const live = op === 'removed' ? '(not there)' : (order ?? shownValue(field.live))
  const place = origin === undefined ? '' : ` ${code(originOf(origin))}`
  const by = authorOf(field)
  const cells = [
    code(field.field),
    `${git}${place}`,
    live,
    by === undefined ? '' : code(by),
    fateIn(field, verdict),
  ]
  return `| ${cells.join(' | ')} |\n`
}

/** What is still to be applied nobody has to put back. */
function fateIn(field: FieldRecord, verdict: Verdict): string {
  if (verdict === 'pending') return ''
  return field.willRevert ? 'will revert it' : code(fateOf(field))
}

/** What has several lines is shown below the table. */
const shownValue = (value: unknown): string =>
  inline(value) === undefined ? '(below)' : code(shortValue(value))

/** With kubectl's sides: `-` is live, `+` is Git. */
function patchLines({ op, git, live }: FieldRecord): readonly string[] {
  if (op === 'added') return block(live).map((line) => `-${line}`)
  if (op === 'removed') return block(git).map((line) => `+${line}`)
  return hunk(live, git) ?? ['(the two have too little in common)']
}

/** The longest patch of one field, in lines. */
const MOST_LINES = 80

function patch(field: FieldRecord): string {
  const values = [field.git, field.live].filter((value) => value !== undefined)
  if (values.every((value) => inline(value) !== undefined)) return ''
  const lines = patchLines(field)
  const shown = lines.slice(0, MOST_LINES)
  const rest = lines.length - shown.length
  return `\n${code(field.field)}\n\n${fence('diff', [...shown, ...(rest > 0 ? [`(${rest} more lines)`] : [])])}`
}
