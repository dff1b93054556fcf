import type { FluxReference } from '../desired/kustomization.js'
import { readHelmRelease } from '../desired/helm-release.js'
import { referenceKey } from '../desired/source/source.js'
import { byName, summarize, type DriftReport, type ObjectRecord, type ObjectRef } from '../drift/report.js'
import { formatJson } from '../json.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { listFlux } from '../live/flux-objects.js'
import { isRecord, type KubernetesObject } from '../object.js'
import { fluxDigest } from './watch-flux.js'

/** What of a Flux object decides about its objects. */
export interface Mark {
  readonly reference: FluxReference
  /** Another one: something else was applied, or is being applied. */
  readonly applied: string
  /** Another one: the same was applied again, which puts drift right. */
  readonly reconciled: string
}

/** By `referenceKey`. */
export type Marks = ReadonlyMap<string, Mark>

/** What is read again for a part of a cluster; everything where no owners are named. */
export type SurveyAgain = (owners: readonly FluxReference[] | undefined) => Promise<Surveyed>

/** A report, and the marks of the Flux objects that it was made by. */
export interface Surveyed {
  readonly report: DriftReport
  readonly marks: Marks
}

/** The marks of Flux objects as they were read. */
export const marksOf = (objects: readonly KubernetesObject[]): Marks =>
  new Map(
    objects.map((object) => {
      const reference = referenceOf(object)
      return [referenceKey(reference), { reference, ...markOf(object) }]
    }),
  )

/** What names a Flux object. */
export const referenceOf = ({ kind, metadata }: KubernetesObject): FluxReference => ({
  kind,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
})

const markOf = (object: KubernetesObject): Omit<Mark, 'reference'> =>
  object.kind === 'Kustomization'
    ? {
        applied: fluxDigest(object),
        reconciled: newestEntry(object),
      }
    : {
        applied: formatJson([object.metadata.generation, readHelmRelease(object).status.history]),
        reconciled: '',
      }

/** The newest entry of the history counts the reconciles that it stands for. */
function newestEntry({ status }: KubernetesObject): string {
  const history: unknown = isRecord(status) ? status.history : undefined
  return Array.isArray(history) ? formatJson(history[0] ?? null) : ''
}

/** Reads the marks of Kustomizations, and of HelmReleases where there were any, as they are now. */
export async function readMarks(
  cluster: Pick<Cluster, 'pages'>,
  discovery: Discovery,
  before: Marks,
  namespace?: string,
): Promise<Marks> {
  const kinds = new Set([...before.values()].map(({ reference }) => reference.kind))
  const lists = await Promise.all([
    listFlux(cluster, discovery, 'Kustomization', namespace),
    kinds.has('HelmRelease') ? listFlux(cluster, discovery, 'HelmRelease', namespace) : [],
  ])
  return marksOf(lists.flat())
}

/** What moves is read anew so often; after that it is not known. */
const ROUNDS = 3

/**
 * Makes sure that a report is of a cluster that stood still: what Flux has applied in the meantime is read again, and
 * nothing else. What is applied over and over is unknown in the end.
 * @param now the marks as they are
 */
export async function settle(
  first: Surveyed,
  now: (before: Marks) => Promise<Marks>,
  again: SurveyAgain,
): Promise<DriftReport> {
  let { report, marks } = first
  for (let round = 0; ; round++) {
    const moved = movedBetween(marks, await now(marks), report)
    if (moved.length === 0) return report
    const keys = new Set(moved.map(referenceKey))
    if (round === ROUNDS) return withUnknown(report, keys)
    const isKnown = moved.every((reference) => marks.has(referenceKey(reference)))
    const part = await again(isKnown ? moved : undefined)
    report = isKnown ? withPart(report, part.report, keys) : part.report
    marks = new Map([...marks, ...part.marks])
  }
}

/** A report with all that a newer one says of some owners in place of what it said of them. */
function withPart(report: DriftReport, part: DriftReport, owners: ReadonlySet<string>): DriftReport {
  const isTheirs = (one: ObjectRef): boolean => owners.has(keyOf(one))
  const isOf = ({ owner }: ObjectRecord): boolean => isTheirs(owner)
  const mix = <T extends ObjectRef>(
    old: readonly T[],
    fresh: readonly T[],
    is: (one: T) => boolean,
  ): readonly T[] => [...old.filter((one) => !is(one)), ...fresh.filter(is)].sort(byName)
  const kustomizations = mix(report.kustomizations, part.kustomizations, isTheirs)
  const helmReleases = mix(report.helmReleases, part.helmReleases, isTheirs)
  const objects = mix(report.objects, part.objects, isOf)
  const summary = summarize([...kustomizations, ...helmReleases], objects)
  return { ...report, takenAt: part.takenAt, summary, kustomizations, helmReleases, objects }
}

function movedBetween(before: Marks, after: Marks, report: DriftReport): readonly FluxReference[] {
  const drifting = new Set(report.objects.filter(({ verdict }) => verdict !== 'in-sync').map(ownerOf))
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, { reference }]) => reference)
  const moved = [...after].flatMap(([key, { applied, reconciled, reference }]) => {
    const old = before.get(key)
    const isSame = applied === old?.applied && (reconciled === old.reconciled || !drifting.has(key))
    return isSame ? [] : [reference]
  })
  return [...gone, ...moved]
}

const keyOf = ({ kind, namespace = '', name }: ObjectRef): string => referenceKey({ kind, namespace, name })

const ownerOf = ({ owner }: ObjectRecord): string => keyOf(owner)

/** Every verdict about what moves may be of two revisions at once. */
function withUnknown(report: DriftReport, moving: ReadonlySet<string>): DriftReport {
  const message = `Flux applied it each of the ${ROUNDS + 1} times that it was read`
  const objects = report.objects.map((record): ObjectRecord => {
    if (!moving.has(ownerOf(record))) return record
    const { apiVersion, kind, namespace, name, owner } = record
    const place = namespace === undefined ? {} : { namespace }
    return { apiVersion, kind, ...place, name, owner, verdict: 'unknown', reason: 'cluster-moving', message }
  })
  return {
    ...report,
    objects,
    summary: summarize([...report.kustomizations, ...report.helmReleases], objects),
  }
}
