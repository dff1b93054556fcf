import type { Actor } from '@kubectl-gitops/core/drift/actor.js'
import type { FieldRecord, OriginRecord } from '@kubectl-gitops/core/drift/report.js'
import { fill, type Piece } from './fill.js'
import type { Style } from './style.js'
import { ago, visible } from './text.js'
import { block, hunk, inline } from './value.js'

/** What a field is printed with. */
export interface FieldOptions {
  readonly style: Style
  /** Columns of the terminal. */
  readonly width: number
  readonly now: Date
  /** When Flux reconciles next, in words; undefined where nobody knows. */
  readonly when: string | undefined
  /** True for what would be applied: nobody has to put anything back. */
  readonly pending?: boolean
}

const INDENT = '      '
const VALUE_INDENT = '            '

/** Prints a field that differs: its name, both sides, who did it, and what Flux will do about it. */
export function printField(field: FieldRecord, it: FieldOptions): readonly string[] {
  const name = [field.field, ...(field.op === 'reordered' ? ['order differs'] : [])]
  return [
    ...fill(
      name.map((text) => ({ text: visible(text) })),
      { width: it.width, first: '    ', rest: INDENT },
    ),
    ...printSides(field, it),
    ...(it.pending === true
      ? []
      : printBelow([{ text: visible(fateOf(field, it.when)), paint: it.style.dim }], INDENT, it)),
  ]
}

/** What Flux will do about a field, in words. */
export function fateOf({ willRevert, because }: FieldRecord, when?: string): string {
  if (!willRevert) return `Flux will not revert it: ${because}`
  return when === undefined ? 'Flux will revert it' : `Flux will revert it (${when})`
}

function printSides(field: FieldRecord, it: FieldOptions): readonly string[] {
  const source = field.origin === undefined ? [] : [{ text: originOf(field.origin), paint: it.style.dim }]
  const actor = field.actor === undefined ? [] : [actorPiece(field.actor, it)]
  const patch = field.op === 'changed' || field.op === 'reordered' ? printHunk(field, it) : undefined
  if (patch !== undefined) return [...patch, ...printBelow([...labelled(source), ...actor], INDENT, it)]
  const git: Side = { label: 'git   ', paint: it.style.git, signed: source }
  const live: Side = { label: 'live  ', paint: it.style.live, signed: actor }
  return [
    ...(field.op === 'added' ? printRemark('(not in Git)', git, it) : printValue(field.git, git, it)),
    ...(field.op === 'removed' ? printRemark('(not there)', live, it) : printValue(field.live, live, it)),
  ]
}

/** `apps/face.yaml:23`. */
export function originOf({ file, line }: OriginRecord): string {
  return visible(line === undefined ? file : `${file}:${line}`)
}

/** Below a patch it is not plain which side a place belongs to. */
const labelled = (source: readonly Piece[]): readonly Piece[] =>
  source.map((piece) => ({ ...piece, text: `git ${piece.text}` }))

/** One of the two sides of a field; what it holds is labelled, painted and signed by whence it comes. */
interface Side {
  readonly label: string
  readonly paint: Piece['paint'] & {}
  readonly signed: readonly Piece[]
}

function printRemark(
  text: string,
  { label, paint, signed }: Side,
  { width }: FieldOptions,
): readonly string[] {
  return fill([{ text, paint }, ...signed], { width, first: INDENT + label, rest: VALUE_INDENT })
}

function printValue(value: unknown, side: Side, it: FieldOptions): readonly string[] {
  const short = inline(value)
  if (short !== undefined) return printRemark(visible(short), side, it)
  const lines = block(value).flatMap((line, index) =>
    fill([{ text: visibleLine(line), paint: side.paint }], {
      width: it.width,
      first: index === 0 ? INDENT + side.label : VALUE_INDENT,
      rest: `${VALUE_INDENT}    `,
    }),
  )
  return [...lines, ...printBelow(side.signed, VALUE_INDENT, it)]
}

/** Only values of several lines on one side at least are worth a patch. */
function printHunk(field: FieldRecord, { style, width }: FieldOptions): readonly string[] | undefined {
  if (inline(field.git) !== undefined && inline(field.live) !== undefined) return undefined
  return hunk(field.live, field.git)?.flatMap((line) => {
    const paint = line.startsWith('+') ? style.git : line.startsWith('-') ? style.live : undefined
    const piece = { text: visibleLine(line), ...(paint === undefined ? {} : { paint }) }
    return fill([piece], { width, first: INDENT, rest: `${INDENT}    ` })
  })
}

/** Blanks at the end of a line are part of a value, too. */
function visibleLine(line: string): string {
  return visible(line).replace(/(?<=\S) +$/, (blanks) => '\\u0020'.repeat(blanks.length))
}

function printBelow(pieces: readonly Piece[], indent: string, { width }: FieldOptions): readonly string[] {
  return pieces.length === 0 ? [] : fill(pieces, { width, first: indent, rest: indent })
}

function actorPiece(actor: Actor, { now, style }: FieldOptions): Piece {
  const when = actor.time === undefined ? '' : `, ${ago(actor.time, now)}`
  return { text: visible(`${actorName(actor)}${when}`), paint: style.dim }
}

/** `kubectl-edit (Update)`, `kube-controller-manager (Update scale)`. */
export function actorName({ manager, operation, subresource }: Actor): string {
  const how = [operation, subresource].filter((word) => word !== undefined && word !== '').join(' ')
  return `${manager === '' ? 'an unnamed manager' : manager} (${how})`
}

/** Prints a field that others than Git decide on and that is no drift: one line, if it fits. */
export function printExplained(field: FieldRecord, { style, width }: FieldOptions): readonly string[] {
  const live = field.op === 'removed' ? '(not there)' : (inline(field.live) ?? '…')
  const pieces: Piece[] = [{ text: visible(field.field) }, { text: visible(live), paint: style.live }]
  if (field.op !== 'added')
    pieces.push({ text: visible(`git ${inline(field.git) ?? '…'}`), paint: style.git })
  if (field.actor !== undefined) pieces.push({ text: visible(actorName(field.actor)), paint: style.dim })
  if (field.rule !== undefined) pieces.push({ text: visible(`[${field.rule}]`), paint: style.dim })
  return fill(pieces, { width, first: '    ', rest: INDENT, gap: '  ' })
}
