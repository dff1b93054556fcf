import { createTwoFilesPatch } from 'diff'
import type { DriftReport, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { recordKey, type Sides } from '@kubectl-gitops/core/drift/sides.js'
import { groupVersion, isRecord, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { printYaml } from './document.js'
import { objectName, ownersOf } from './owned.js'
import type { Style } from './style.js'
import { plural, visible } from './text.js'

/** The sides of a report's objects, by `recordKey`. */
export type SidesByRecord = ReadonlyMap<string, Sides>

/** One object as two files; a side that is not there is empty. */
export interface TwoFiles {
  /** kubectl's: `apps.v1.Deployment.shop.web`. */
  readonly name: string
  readonly live: string
  readonly merged: string
}

/** The objects whose two sides differ, as files. */
export function diffFiles({ objects }: DriftReport, sides: SidesByRecord): readonly TwoFiles[] {
  const taken = new Map<string, number>()
  return objects.flatMap((record) => {
    const { live, merged } = sides.get(recordKey(record)) ?? {}
    const texts = { live: yamlOf(live), merged: yamlOf(merged) }
    if (texts.live === texts.merged) return []
    const name = fileName(record)
    const count = (taken.get(name) ?? 0) + 1
    taken.set(name, count)
    return [{ name: count === 1 ? name : `${name}.${count}`, ...texts }]
  })
}

/** Fields in the order of their names, as kubectl prints them: a new one shows up where it belongs. */
const yamlOf = (object: KubernetesObject | undefined): string =>
  object === undefined ? '' : printYaml(sorted(object))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}

/** The longest name of a file, in bytes, on the file systems in use, less a number behind it. */
const LONGEST_NAME = 240

/** kubectl's name for an object (pkg/cmd/diff InfoObject.Name), fit for a file whatever Git calls it. */
function fileName({ apiVersion, kind, namespace = '', name }: ObjectRecord): string {
  const { group, version } = groupVersion(apiVersion)
  const parts = [...(group === '' ? [] : [group]), version, kind, namespace, name]
  return visible(parts.join('.'))
    .replace(/[^\w.:-]/g, '_')
    .slice(0, LONGEST_NAME)
}

/** Prints unified diffs with kubectl's sides: `-` is live, `+` is what Git makes of it. */
export function printDiff(files: readonly TwoFiles[], style: Style): string {
  return files.map((file) => printFile(file, style)).join('')
}

function printFile({ name, live, merged }: TwoFiles, style: Style): string {
  const names = [`LIVE/${name}`, `MERGED/${name}`] as const
  const options = { context: 3, maxEditLength: MOST_CHANGES }
  const patch = createTwoFilesPatch(...names, live, merged, '', '', options) ?? wholly(names, live, merged)
  const [from = '', to = '', ...lines] = patch.split('\n').filter((line) => !line.startsWith('==='))
  const head = [`diff -u -N ${names.join(' ')}`, from, to].map(style.bold)
  return [...head, ...lines.map((line) => paint(line, style))].join('\n')
}

/** Above this many changed lines finding the fewest takes long, and helps nobody. */
const MOST_CHANGES = 5_000

/** One text out, the other in: a patch like any other. */
function wholly([from, to]: readonly [string, string], live: string, merged: string): string {
  const removed = live.split('\n').slice(0, -1)
  const added = merged.split('\n').slice(0, -1)
  return [
    `--- ${from}`,
    `+++ ${to}`,
    `@@ -${rangeOf(removed)} +${rangeOf(added)} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    '',
  ].join('\n')
}

function paint(line: string, { live, git, dim }: Style): string {
  if (line.startsWith('@@')) return dim(line)
  if (line.startsWith('-')) return live(line)
  return line.startsWith('+') ? git(line) : line
}

/** Nothing begins before the first line. */
const rangeOf = ({ length }: readonly string[]): string => `${Math.min(length, 1)},${length}`

/** What a diff cannot show: verdicts without a difference, objects and Flux objects of which nothing is known. */
export function diffNotes(report: DriftReport, sides: SidesByRecord): readonly string[] {
  const told = report.objects.filter(({ verdict }) => verdict !== 'in-sync' && verdict !== 'excluded')
  const silent = told.filter((record) => {
    const { live, merged } = sides.get(recordKey(record)) ?? {}
    return yamlOf(live) === yamlOf(merged)
  })
  const owners = ownersOf(report).filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown')
  const notes = [...owners, ...silent].map((record) => {
    const { verdict, reason, message } = record
    const why = message?.split('\n')[0] ?? reason
    return `${objectName(record)} is ${verdict}${why === undefined ? '' : `: ${why}`}`
  })
  if (notes.length <= MOST_NOTES) return notes
  return [
    ...notes.slice(0, MOST_NOTES),
    `${plural(notes.length - MOST_NOTES, 'object')} more without a difference to show: -o wide lists them`,
  ]
}

const MOST_NOTES = 20
