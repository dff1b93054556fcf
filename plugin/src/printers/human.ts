import type {
  CommitRecord,
  DriftReport,
  HelmReleaseRecord,
  KustomizationRecord,
  ObjectRecord,
  ObjectRef,
  Verdict,
} from '@kubectl-gitops/core/drift/report.js'
import { displayName, groupVersion } from '@kubectl-gitops/core/object.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import { printExplained, printField, type FieldOptions } from './field.js'
import { fill, type Piece } from './fill.js'
import type { Style } from './style.js'
import { printSummary } from './summary.js'
import { ago, span, visible } from './text.js'

export interface HumanOptions {
  readonly style: Style
  /** Columns of the terminal. */
  readonly width: number
  readonly now: Date
  /** Also list what is in sync, a line each, and what controllers decide there. */
  readonly wide: boolean
}

/** Below this no layout helps. */
const NARROWEST = 40
/** Verdicts stand no farther to the right than this. */
const VERDICT_COLUMN = 100

/** Prints a report for people: one block a Kustomization or HelmRelease, one paragraph an object, both sides named. */
export function printHuman(report: DriftReport, options: HumanOptions): string {
  const it = { ...options, width: Math.max(options.width, NARROWEST) }
  const owners: readonly Owner[] = [...report.kustomizations, ...report.helmReleases]
  const blocks = owners.map((owner) => printOwner(report, owner, it))
  const summary = printSummary(report, it.style, it.width).join('\n')
  return [...blocks, ...printUnowned(report, it), summary].filter((block) => block !== '').join('\n\n') + '\n'
}

/** Objects whose owner is not on the cluster, or that are Flux's own and nobody applies, a block an owner. */
function printUnowned(report: DriftReport, it: HumanOptions): readonly string[] {
  const owners = new Map<string, ObjectRecord[]>()
  const records = [...report.kustomizations, ...report.helmReleases]
  for (const object of report.objects) {
    if (records.some((one) => isOwner(one, object))) continue
    if (object.verdict === 'in-sync' && !it.wide) continue
    const { kind, namespace = '', name } = object.owner
    const title = `${kind}/${namespace}/${name}`
    owners.set(title, [...(owners.get(title) ?? []), object])
  }
  return [...owners].map(([title, objects]) => {
    const isSelf = objects.every((one) => one.kind === one.owner.kind && one.name === one.owner.name)
    const facts = [{ text: isSelf ? 'nothing applies it' : 'not on this cluster' }]
    const pieces = [{ text: visible(title), paint: it.style.bold }, ...facts]
    const head = fill(pieces, { width: it.width, first: '', rest: '  ' })
    return paragraphs([head, ...objects.map((object) => printObject(object, { ...it, when: undefined }))])
  })
}

const isOwner = ({ kind, namespace, name }: ObjectRef, { owner }: ObjectRecord): boolean =>
  owner.kind === kind && owner.name === name && owner.namespace === namespace

/** What applies objects. */
type Owner = KustomizationRecord | HelmReleaseRecord

const isKustomization = (owner: Owner): owner is KustomizationRecord => 'source' in owner

function printOwner(report: DriftReport, owner: Owner, it: HumanOptions): string {
  const objects = report.objects
    .filter((object) => isOwner(owner, object))
    .filter(({ verdict }) => it.wide || verdict !== 'in-sync')
  if (objects.length === 0 && owner.verdict === 'in-sync' && !it.wide) return ''
  const head = [...heading(owner, it), ...finding(owner, it)].join('\n')
  const when = isKustomization(owner) ? whenReconciled(owner, it.now) : undefined
  return paragraphs([[head], ...objects.map((object) => printObject(object, { ...it, when }))])
}

/** An empty line between paragraphs, but none between two that are one line each. */
function paragraphs([head = [], ...objects]: readonly (readonly string[])[]): string {
  let text = head.join('\n')
  let isList = false
  for (const lines of objects) {
    text += isList && lines.length === 1 ? '\n' : '\n\n'
    text += lines.join('\n')
    isList = lines.length === 1
  }
  return text
}

function heading(owner: Owner, it: HumanOptions): readonly string[] {
  const { kind, namespace = '', name, suspended, verdict } = owner
  const { style, now, width } = it
  const facts = isKustomization(owner) ? revisionFacts(owner, now) : releaseFacts(owner, now)
  const word = verdict === 'in-sync' ? [] : [{ text: wordOf(verdict), paint: style.verdict }]
  const pieces: readonly Piece[] = [
    { text: visible(`${kind}/${namespace}/${name}`), paint: style.bold },
    ...word,
    ...[...facts, ...(suspended ? [suspension(owner, now)] : [])].map((fact) => ({ text: visible(fact) })),
  ]
  return fill(pieces, { width, first: '', rest: '  ' })
}

/** Suspended in Git, or since when and by whom. */
function suspension(owner: Owner, now: Date): string {
  const by = isKustomization(owner) ? owner.suspendedBy : undefined
  if (by === undefined) return 'suspended'
  return `suspended${by.time === undefined ? '' : ` ${ago(by.time, now)}`} by ${by.manager}`
}

const revisionFacts = ({ revision, lastReconciled }: KustomizationRecord, now: Date): readonly string[] => [
  ...(revision === undefined ? [] : [shortRevision(revision)]),
  ...(lastReconciled === undefined ? [] : [`applied ${ago(lastReconciled, now)}`]),
]

/** `podinfo 6.5.0`, `apps/podinfo.v3`, when that was installed. */
function releaseFacts({ chart, release, lastDeployed }: HelmReleaseRecord, now: Date): readonly string[] {
  const words = [chart?.name, chart?.version].filter((word) => word !== undefined)
  return [
    ...(words.length === 0 ? [] : [words.join(' ')]),
    ...(release === undefined ? [] : [`${release.namespace}/${release.name}.v${release.version}`]),
    ...(lastDeployed === undefined ? [] : [`deployed ${ago(lastDeployed, now)}`]),
  ]
}

const wordOf = (verdict: Verdict): string => verdict.replace('-', ' ')

function finding(owner: Owner, it: HumanOptions): readonly string[] {
  const { message, verdict, tryThis } = owner
  const { nextRevision, brokenBy } = isKustomization(owner) ? owner : {}
  const { width, style, now } = it
  const place = { width, indent: '  ' }
  const isAhead = verdict === 'pending' && nextRevision !== undefined
  return [
    ...paragraph(message, place),
    ...paragraph(isAhead ? `Git is at ${shortRevision(nextRevision)}` : undefined, place),
    ...paragraph(brokenBy === undefined ? undefined : breaking(brokenBy, now), place),
    ...paragraph(tryThis === undefined ? undefined : `try: ${tryThis}`, { ...place, paint: style.dim }),
  ]
}

const breaking = ({ id, author, time, subject }: CommitRecord, now: Date): string =>
  `broken by ${id.slice(0, 7)} ${author}, ${ago(time, now)}: ${subject}`

/** Somebody's words: their lines stay, long ones are broken. */
function paragraph(text: string | undefined, place: Place): readonly string[] {
  const { width, indent, paint } = place
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '')
  return lines.flatMap((line) =>
    fill([{ text: visible(line), ...(paint === undefined ? {} : { paint }) }], {
      width,
      first: indent,
      rest: indent,
    }),
  )
}

interface Place extends Pick<Piece, 'paint'> {
  readonly width: number
  readonly indent: string
}

/** A reconcile that is much later than its interval says has not come, and may never. */
const OVERDUE_MS = 10 * 60_000

function whenReconciled({ nextReconcile }: KustomizationRecord, now: Date): string | undefined {
  const left = nextReconcile === undefined ? NaN : Date.parse(nextReconcile) - now.getTime()
  if (Number.isNaN(left)) return undefined
  if (left >= 1000) return `next reconcile in ${span(left)}`
  return left > -OVERDUE_MS ? 'any moment now' : `its reconcile is ${span(-left)} overdue`
}

function printObject(object: ObjectRecord, it: FieldOptions & HumanOptions): readonly string[] {
  const { verdict, fields = [], explained = [] } = object
  return [
    ...objectHead(object, it),
    ...paragraph(messageOf(object, it.when), { width: it.width, indent: '    ' }),
    ...(verdict === 'in-sync'
      ? []
      : fields.flatMap((field) => printField(field, { ...it, pending: verdict === 'pending' }))),
    ...(it.wide ? explained.flatMap((field) => printExplained(field, it)) : []),
  ]
}

/** What Flux will do, it does at its next reconcile. */
function messageOf({ message }: ObjectRecord, when: string | undefined): string | undefined {
  const isPromise = message !== undefined && /^Flux will (?!not\b)/.test(message)
  return isPromise && when !== undefined ? `${message} (${when})` : message
}

/** Name and verdict on one line, the verdict at its right end; where they are too long, the namespace below. */
function objectHead(object: ObjectRecord, { style, width }: HumanOptions): readonly string[] {
  const { apiVersion, kind, namespace, name } = object
  const { group } = groupVersion(apiVersion)
  const word = wordOf(object.verdict)
  const title = `  ${visible(displayName({ group, kind, namespace: namespace ?? '', name }))}`
  const place = namespace === undefined ? '' : ` -n ${visible(namespace)}`
  const withVerdict = (text: string): string => {
    const gap = Math.max(2, Math.min(width, VERDICT_COLUMN) - text.length - word.length)
    return `${text}${' '.repeat(gap)}${object.verdict === 'in-sync' ? word : style.verdict(word)}`
  }
  const fits = (text: string): boolean => text.length + 2 + word.length <= width
  if (fits(title + place)) return [withVerdict(title + place)]
  if (fits(title)) return [withVerdict(title), `   ${place}`]
  return [title, withVerdict(`   ${place}`)]
}
