import { cycleWords } from '@kubectl-gitops/core/desired/dependency-order.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import type {
  FullName,
  KustomizationStatusRecord,
  SourceRecord,
  StatusReport,
} from '@kubectl-gitops/core/survey/status-report.js'
import { printJson, printYaml } from './document.js'
import type { Piece } from './fill.js'
import type { Style } from './style.js'
import { printTable, type Row } from './table.js'
import { ago, nothingFound, plural, visible } from './text.js'

/** The forms of `status -o`; without one it is printed for people. */
export const STATUS_FORMATS = ['wide', 'json', 'yaml'] as const
export type StatusFormat = (typeof STATUS_FORMATS)[number]

export interface StatusOptions {
  readonly style: Style
  /** Columns of the terminal. */
  readonly width: number
  readonly now: Date
}

interface Look extends StatusOptions {
  readonly wide: boolean
}

const NARROWEST = 40
/** What somebody has to say is cut here; the machine formats have all of it. */
const LONGEST = 240

/** Prints a status report in the form that was asked for. */
export function printStatus(
  report: StatusReport,
  format: StatusFormat | undefined,
  options: StatusOptions,
): string {
  if (format === 'json') return printJson(report)
  if (format === 'yaml') return printYaml(report)
  if (report.kustomizations.length === 0) return nothingFound(report.scope.namespace)
  const it = { ...options, width: Math.max(options.width, NARROWEST), wide: format === 'wide' }
  return `${[...printTree(report, it), '', ...printSources(report, it), '', summaryOf(report)].join('\n')}\n`
}

const shown = ({ namespace, name }: FullName): string => visible(`${namespace}/${name}`)

/** Names are told with their namespace where it is not that of what stands above. */
const near = (other: FullName, { namespace }: FullName): string =>
  other.namespace === namespace ? visible(other.name) : shown(other)

function printTree(report: StatusReport, it: Look): readonly string[] {
  const { kustomizations, repository } = report
  const wide = it.wide ? ['SOURCE', 'PATH', 'OBJECTS', 'APPLIED'] : []
  const facts = repository === undefined ? ['REVISION', 'STATUS', 'PROOF'] : ['BUILD']
  const rows = kustomizations.map((one): Row => {
    const parent = kustomizations.find(
      ({ name, namespace }) => name === one.parent?.name && namespace === one.parent.namespace,
    )
    const cells = repository === undefined ? liveCells(one, it) : [buildCell(one, it)]
    return {
      // Those above may have been left out of the answer.
      indent: parent === undefined ? 0 : 2 * one.depth,
      cells: [
        { text: parent === undefined ? shown(one) : near(one, parent), paint: it.style.bold },
        ...cells,
        ...(it.wide ? wideCells(one, it) : []),
      ],
      below: remarks(one, parent, it),
    }
  })
  return printTable(['KUSTOMIZATION', ...facts, ...wide], rows, it)
}

function liveCells(one: KustomizationStatusRecord, { style }: Look): readonly Piece[] {
  const { revision, state, reason, suspended, proof } = one
  const status = state === 'ready' ? 'ready' : (reason ?? 'not reconciled')
  const isProved = proof === undefined || proof.status === 'proved' || proof.status === 'no-digest'
  return [
    { text: revision === undefined ? '-' : visible(shortRevision(revision)) },
    painted(
      visible(suspended ? `${status}, suspended` : status),
      state === 'ready' ? undefined : style.verdict,
    ),
    painted(proof === undefined ? '-' : proof.status.replace('-', ' '), isProved ? undefined : style.verdict),
  ]
}

function buildCell({ objects = 0, error, suspended }: KustomizationStatusRecord, { style }: Look): Piece {
  const text = error === undefined ? plural(objects, 'object') : error.code
  return painted(suspended ? `${text}, suspended` : text, error === undefined ? undefined : style.verdict)
}

const painted = (text: string, paint: Piece['paint']): Piece => ({
  text,
  ...(paint === undefined ? {} : { paint }),
})

function wideCells(one: KustomizationStatusRecord, { now }: Look): readonly Piece[] {
  const { source, path, objects, lastReconciled } = one
  const applied = lastReconciled === undefined ? '-' : ago(lastReconciled, now)
  return [`${source.kind}/${source.namespace}/${source.name}`, path, String(objects ?? '-'), applied].map(
    (text) => ({ text: visible(text) }),
  )
}

/** What does not fit into a column, most telling first. */
function remarks(
  one: KustomizationStatusRecord,
  parent: KustomizationStatusRecord | undefined,
  { style, now, wide }: Look,
): readonly Piece[] {
  const { source, dependsOn, dependsOnCycle, suspendedSince, ahead } = one
  const lines = [
    ...troubles(one),
    dependsOnCycle && cycleWords(dependsOnCycle),
    ahead && aheadWords(ahead),
    suspendedSince && `suspended ${ago(suspendedSince, now)}`,
    dependsOn.length > 0 && `depends on ${dependsOn.map((other) => near(other, one)).join(', ')}`,
    !wide && parent && !sameSource(parent, one) && `source ${source.kind}/${source.namespace}/${source.name}`,
  ]
  return dimmed(lines, style)
}

/** Flux's words, and why nothing was built or proved. */
function troubles({ message, error, proof }: KustomizationStatusRecord): readonly (string | undefined)[] {
  const isDoubtful = proof?.status === 'approximate' || proof?.status === 'mismatch'
  return [
    message,
    error && [error.message, error.why].filter(Boolean).join(': '),
    error?.tryThis && `try: ${error.tryThis}`,
    isDoubtful ? `${proof.status}: ${proof.why}` : undefined,
  ]
}

function dimmed(lines: readonly (string | false | undefined)[], { dim }: Style): readonly Piece[] {
  const told = lines.filter((line): line is string => typeof line === 'string' && line !== '')
  return told.map((line) => ({ text: oneLine(line), paint: dim }))
}

const sameSource = (
  { source: a }: KustomizationStatusRecord,
  { source: b }: KustomizationStatusRecord,
): boolean => a.kind === b.kind && a.namespace === b.namespace && a.name === b.name

function oneLine(text: string): string {
  const line = visible(text.trim().replace(/\s*\n\s*/g, '; '))
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`
}

function aheadWords({
  revision,
  commits,
  touching,
  more,
}: NonNullable<KustomizationStatusRecord['ahead']>): string {
  if (commits === undefined) return `Git is at ${shortRevision(revision)}`
  const some = `${more === true ? 'more than ' : ''}${plural(commits, 'commit')} ahead`
  const touches =
    touching === undefined ? '' : ` (${touching === 0 ? 'none touches' : touchesWords(touching)} it)`
  return `Git is ${some}${touches}: ${shortRevision(revision)}`
}

const touchesWords = (touching: number): string => `${touching} ${touching === 1 ? 'touches' : 'touch'}`

function printSources({ sources, repository }: StatusReport, it: Look): readonly string[] {
  const facts = repository === undefined ? ['REVISION', 'STATUS'] : ['STATUS']
  const rows = sources.map((source): Row => {
    const { kind, namespace, name, url } = source
    const cells = sourceCells(source, it)
    return {
      indent: 0,
      cells: [
        { text: visible(`${kind}/${namespace}/${name}`), paint: it.style.bold },
        ...(repository === undefined ? cells : cells.slice(1)),
        ...(it.wide ? [{ text: visible(url ?? '-') }] : []),
      ],
      below: sourceRemarks(source, it),
    }
  })
  return printTable(['SOURCE', ...facts, ...(it.wide ? ['URL'] : [])], rows, it)
}

function sourceCells(
  { revision, state, reason, suspended }: SourceRecord,
  { style }: Look,
): readonly Piece[] {
  const isPlain = state === 'ready' && (reason === undefined || /^[A-Z]/.test(reason))
  const status = isPlain ? 'ready' : (reason ?? 'not reconciled')
  return [
    { text: revision === undefined ? '-' : visible(shortRevision(revision)) },
    painted(
      visible(suspended ? `${status}, suspended` : status),
      state === 'ready' ? undefined : style.verdict,
    ),
  ]
}

function sourceRemarks({ message, branch }: SourceRecord, { style }: Look): readonly Piece[] {
  const place = branch?.place === 'checkout' ? 'the clone' : 'the cache'
  const more = branch?.more === true ? 'more than ' : ''
  const where =
    branch?.commits === undefined
      ? undefined
      : `${branch.name} is ${more}${plural(branch.commits, 'commit')} ahead in ${place}: ${shortRevision(branch.revision)}`
  return dimmed([message, where], style)
}

/** `7 Kustomizations: 6 ready, 1 not ready; 5 proved, 1 approximate, 1 unknown`. */
function summaryOf({ kustomizations, repository }: StatusReport): string {
  const count = (state: string): number => kustomizations.filter((one) => one.state === state).length
  const [ready, notReady] =
    repository === undefined ? ['ready', 'not ready'] : ['built', 'will not reconcile']
  const states = [
    `${count('ready')} ${ready}`,
    ...(count('not-ready') > 0 ? [`${count('not-ready')} ${notReady}`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} unknown`] : []),
  ]
  const proofs = ['proved', 'approximate', 'mismatch', 'no-digest', 'unknown'].flatMap((status) => {
    const found = kustomizations.filter(({ proof }) => proof?.status === status).length
    return found === 0 ? [] : [`${found} ${status.replace('-', ' ')}`]
  })
  const words = [states.join(', '), ...(proofs.length === 0 ? [] : [proofs.join(', ')])].join('; ')
  return `${plural(kustomizations.length, 'Kustomization')}: ${words}`
}
