import type { KubernetesObject } from '../object.js'
import { fieldPath, pathIdentity, type Path } from '../pointer.js'
import { HELM_MANAGER, type Applier } from './actor.js'
import { unownedRecord, type Circumstances } from './fate.js'
import { isIgnoredByFlux, type IgnoreRule } from './ignore.js'
import { valueAt } from './lookup.js'
import type { FieldRecord } from './report.js'
import {
  explain,
  unownedFields,
  type Explained,
  type Explanation,
  type Rulebook,
} from './rules/explanation.js'
import { UNKNOWN_TYPE } from './schema.js'

/** What decides whether a field that is not Git's is drift. */
export interface Explaining extends Circumstances {
  /** Git without what says nothing. */
  readonly asserted: KubernetesObject
  readonly ignore: readonly IgnoreRule[]
  readonly book: Rulebook
}

interface Placed {
  readonly path: Path
}

/** The field that autoscalers write. */
export const REPLICAS: Placed = { path: fieldPath([], 'spec', 'replicas') }

/** Need a field not be as Git says, because Flux or a rule leaves it to others? */
export const isSettled = (it: Explaining, { path }: Placed): boolean =>
  explanationOf(it, path)?.settles === true

function explanationOf(it: Explaining, path: Path): Explanation | undefined {
  return isIgnoredByFlux(it.ignore, it.live, path)
    ? fluxIgnore(it.applier)
    : explain(explainedObject(it), it.book, path)
}

const FLUX_IGNORE = 'flux-ignore'

function fluxIgnore(applier: Applier): Explanation {
  const where =
    applier === HELM_MANAGER ? "HelmRelease's spec.driftDetection.ignore" : "Kustomization's spec.ignore"
  return { rule: FLUX_IGNORE, because: `the ${where} tells Flux to leave it alone`, settles: true }
}

function explainedObject({ asserted, live, type, entries, applier, out }: Explaining): Explained {
  return { git: asserted, live, type, entries, applier, optedOut: out?.inGit === false && !out.merge }
}

/** A record with the words of the rule that settles it, if one does. */
export function explainedRecord(it: Explaining, { path }: Placed, record: FieldRecord): FieldRecord {
  const found = explanationOf(it, path)
  if (found?.settles !== true) return record
  // What others add below an ignored path Flux takes over and drops all the same; what nobody owns goes with the rest.
  const isNobodys = record.actor === undefined
  const goes = record.op === 'added' && record.willRevert && (found.rule === FLUX_IGNORE || isNobodys)
  if (goes) return { ...record, rule: found.rule }
  const willRevert = found.rule !== FLUX_IGNORE && record.willRevert
  return { ...record, willRevert, because: found.because, rule: found.rule }
}

/** What the server and admission filled in, as far as a rule knows it. */
export function unownedRecords(it: Explaining): readonly FieldRecord[] {
  const replicas = pathIdentity(REPLICAS.path)
  return unownedFields(explainedObject(it), it.book)
    .filter((path) => pathIdentity(path) !== replicas && !isInForeignItem(it, path))
    .map((path) => explainedRecord(it, { path }, unownedRecord(it, path)))
    .filter(({ rule }) => rule !== undefined)
}

/** Is it a part of a list item that Git does not have? It goes or stays with that. */
const isInForeignItem = ({ git, type }: Explaining, path: Path): boolean =>
  path
    .slice(0, -1)
    .some(
      ({ kind }, index) =>
        kind === 'key' && valueAt(git, path.slice(0, index + 1), type ?? UNKNOWN_TYPE) === undefined,
    )

/** The object that decides all of these fields, as an autoscaler does, against what Git declares. */
export function deciderOf(it: Explaining, fields: readonly Placed[]): string | undefined {
  const deciders = fields.map(({ path }) => explanationOf(it, path)?.by)
  return deciders.every((by) => by === deciders[0]) ? deciders[0] : undefined
}
