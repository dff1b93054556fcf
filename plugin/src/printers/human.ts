import type {
  DriftReport,
  FieldRecord,
  KustomizationRecord,
  ObjectRecord,
  ObjectRef,
  Verdict,
} from '@kubectl-gitops/core/drift/report.js'
import { displayName, groupVersion } from '@kubectl-gitops/core/object.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import { createTwoFilesPatch } from 'diff'
import type { Style } from './style.js'
import { age, inline, plural, visible, wrap } from './text.js'

export interface HumanOptions {
  readonly style: Style
  /** Columns of the terminal. */
  readonly width: number
  readonly now: Date
  /** Also list what is in sync, a line each. */
  readonly wide: boolean
}

/** Prints a report for people: one block a Kustomization, one paragraph an object, both sides named. */
export function printHuman(report: DriftReport, options: HumanOptions): string {
  const blocks = report.kustomizations.flatMap((kustomization) =>
    printKustomization(report, kustomization, options),
  )
  return [...blocks, printSummary(report, options)].join('\n') + '\n'
}

function printKustomization(
  report: DriftReport,
  kustomization: KustomizationRecord,
  options: HumanOptions,
): readonly string[] {
  const objects = report.objects.filter((object) => isOwner(kustomization, object.owner))
  const shown = objects.filter((object) => options.wide || object.verdict !== 'in-sync')
  if (shown.length === 0 && kustomization.verdict === 'in-sync' && !options.wide) return []
  return [
    heading(kustomization, options),
    ...finding(kustomization, options),
    '',
    ...shown.flatMap((object) => printObject(object, options)),
  ]
}

const isOwner = (kustomization: KustomizationRecord, owner: ObjectRef): boolean =>
  owner.name === kustomization.name && owner.namespace === kustomization.namespace

function heading(kustomization: KustomizationRecord, { style, now }: HumanOptions): string {
  const name = style.bold(`Kustomization/${kustomization.namespace ?? ''}/${kustomization.name}`)
  const facts = [
    ...(kustomization.revision === undefined ? [] : [shortRevision(kustomization.revision)]),
    ...(kustomization.lastReconciled === undefined
      ? []
      : [`applied ${age(kustomization.lastReconciled, now)} ago`]),
    ...(kustomization.suspended ? ['suspended'] : []),
  ]
  const verdict = kustomization.verdict === 'in-sync' ? [] : [options(kustomization.verdict, style)]
  return [name, ...facts.map(visible), ...verdict].join('   ')
}

const options = (verdict: Verdict, style: Style): string => style.verdict(verdict.replace('-', ' '))

function finding(kustomization: KustomizationRecord, { width, style, now }: HumanOptions): readonly string[] {
  const lines: string[] = []
  if (kustomization.message !== undefined) lines.push(...indented(kustomization.message, width))
  if (kustomization.verdict === 'pending' && kustomization.nextRevision !== undefined) {
    lines.push(`  Git is at ${visible(shortRevision(kustomization.nextRevision))}`)
  }
  const { brokenBy } = kustomization
  if (brokenBy !== undefined) {
    lines.push(
      ...indented(
        `broken by ${brokenBy.id.slice(0, 7)} ${brokenBy.author}, ${age(brokenBy.time, now)} ago: ${brokenBy.subject}`,
        width,
      ),
    )
  }
  if (kustomization.tryThis !== undefined)
    lines.push(...indented(`try: ${kustomization.tryThis}`, width).map(style.dim))
  return lines
}

const indented = (text: string, width: number): readonly string[] =>
  wrap(visible(text), Math.max(width - 2, 20)).map((line) => `  ${line}`)

function printObject(object: ObjectRecord, it: HumanOptions): readonly string[] {
  const { style, width } = it
  const key = {
    group: groupVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.namespace ?? '',
    name: object.name,
  }
  const name = visible(
    `  ${displayName(key)}${object.namespace === undefined ? '' : ` -n ${object.namespace}`}`,
  )
  const verdict = options(object.verdict, style)
  const gap = Math.max(2, Math.min(width, 100) - name.length - object.verdict.length)
  const head = `${name}${' '.repeat(gap)}${verdict}`
  if (object.verdict === 'in-sync') return [head]
  const message =
    object.message === undefined ? [] : wrap(visible(object.message), width - 4).map((line) => `    ${line}`)
  return [head, ...message, ...(object.fields ?? []).flatMap((field) => printField(field, it)), '']
}

function printField(field: FieldRecord, it: HumanOptions): readonly string[] {
  const note = `    ${visible(field.field)}${field.op === 'reordered' ? '   order differs' : ''}`
  return [note, ...printSides(field, it), ...printFate(field, it)]
}

function printSides(field: FieldRecord, it: HumanOptions): readonly string[] {
  const { style } = it
  if (isLong(field.git) || isLong(field.live)) return [...printHunk(field, it), ...actorLine(field, it)]
  const git = field.op === 'added' ? '(not in Git)' : inline(field.git)
  const live = field.op === 'removed' ? '(not there)' : inline(field.live)
  const actor = actorText(field, it)
  return [
    `      git   ${style.git(git)}`,
    `      live  ${style.live(live)}${actor === '' ? '' : `   ${style.dim(actor)}`}`,
  ]
}

const LONG = 60

const isLong = (value: unknown): boolean =>
  value !== undefined &&
  (typeof value === 'string' ? value.includes('\n') || value.length > LONG : inline(value).length > LONG)

/** Long values are shown as a unified hunk: `-` is live, `+` is Git, as kubectl diff has it. */
function printHunk(field: FieldRecord, { style }: HumanOptions): readonly string[] {
  const text = (value: unknown): string => {
    if (value === undefined) return ''
    return `${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`
  }
  const patch = createTwoFilesPatch('live', 'git', text(field.live), text(field.git), '', '', { context: 2 })
  return patch
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('===') && !line.startsWith('\\'))
    .map((line) => {
      const shown = `      ${visible(line)}`
      if (line.startsWith('+')) return style.git(shown)
      return line.startsWith('-') ? style.live(shown) : shown
    })
}

function actorLine(field: FieldRecord, it: HumanOptions): readonly string[] {
  const actor = actorText(field, it)
  return actor === '' ? [] : [`      ${it.style.dim(actor)}`]
}

function actorText({ actor }: FieldRecord, { now }: HumanOptions): string {
  if (actor === undefined) return ''
  const how = actor.subresource === undefined ? actor.operation : `${actor.operation} ${actor.subresource}`
  return visible(
    `${actor.manager} (${how})${actor.time === undefined ? '' : `, ${age(actor.time, now)} ago`}`,
  )
}

function printFate(field: FieldRecord, { style, width }: HumanOptions): readonly string[] {
  const text = field.willRevert ? 'Flux will revert it' : `Flux will not revert it: ${field.because}`
  return wrap(visible(text), width - 6).map((line) => `      ${style.dim(line)}`)
}

const COUNTED: readonly (readonly [keyof DriftReport['summary'], string, boolean])[] = [
  ['drifted', 'drifted', true],
  ['missing', 'missing', true],
  ['orphaned', 'orphaned', true],
  ['pending', 'pending', false],
  ['excluded', 'excluded', false],
  ['failed', 'failed', false],
  ['unknown', 'unknown', false],
]

function printSummary(report: DriftReport, it: HumanOptions): string {
  const { summary } = report
  const all = `${plural(report.objects.length, 'object')}, ${plural(report.kustomizations.length, 'Kustomization')}`
  if (report.kustomizations.length === 0) return 'No Kustomizations found.'
  if (COUNTED.every(([name]) => summary[name] === 0)) return `No drift: ${all} in sync${revisionOf(report)}.`
  const counts = COUNTED.filter(([name, , always]) => always || summary[name] > 0).map(
    ([name, word]) => `${summary[name]} ${word}`,
  )
  return `${it.style.bold([...counts, `${summary.inSync} in sync`].join(', '))}   ${all}`
}

function revisionOf(report: DriftReport): string {
  const revisions = new Set(report.kustomizations.map((kustomization) => kustomization.revision))
  const [only] = revisions
  return revisions.size === 1 && only !== undefined ? ` with ${visible(shortRevision(only))}` : ''
}
