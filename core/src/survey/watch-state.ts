import { referenceKey } from '../desired/source/source.js'
import { isSameObject, isSameOwner, type DriftEvent, type OwnerRecord } from '../drift/event.js'
import {
  byName,
  summarize,
  type DriftReport,
  type HelmReleaseRecord,
  type KustomizationRecord,
  type ObjectRecord,
  type ObjectRef,
} from '../drift/report.js'
import { keyString } from '../object.js'
import { recordKey } from './scope-focus.js'

/** The part of a cluster that a report is about: whole Flux objects, and single objects, by their keys. */
export interface Part {
  readonly owners: ReadonlySet<string>
  readonly keys: ReadonlySet<string>
}

const ownerKey = ({ kind, namespace = '', name }: ObjectRef): string =>
  referenceKey({ kind, namespace, name })

const identityOf = (record: ObjectRecord): string =>
  JSON.stringify([ownerKey(record.owner), keyString(recordKey(record))])

/** What a watch knows: the newest record of each object and each Kustomization, and nothing of the objects themselves. */
export class WatchState {
  readonly #objects = new Map<string, ObjectRecord>()
  readonly #kustomizations = new Map<string, KustomizationRecord>()
  readonly #releases = new Map<string, HelmReleaseRecord>()
  #report: DriftReport

  constructor(report: DriftReport) {
    this.#report = report
    for (const record of report.objects) this.#objects.set(identityOf(record), record)
    for (const record of report.kustomizations) this.#kustomizations.set(ownerKey(record), record)
    for (const record of report.helmReleases) this.#releases.set(ownerKey(record), record)
  }

  /** Everything that is known, as one report. */
  report(): DriftReport {
    const objects = [...this.#objects.values()].sort(byName)
    const kustomizations = [...this.#kustomizations.values()].sort(byName)
    const helmReleases = [...this.#releases.values()].sort(byName)
    const summary = summarize([...kustomizations, ...helmReleases], objects)
    return { ...this.#report, summary, kustomizations, helmReleases, objects }
  }

  /** The Flux objects that have an object, by the key of the object. */
  ownersOf(key: string): readonly ObjectRef[] {
    return [...this.#objects.values()]
      .filter((record) => keyString(recordKey(record)) === key)
      .map(({ owner }) => owner)
  }

  /**
   * Takes in a newer report and tells what has changed.
   * @param part what the report is about; undefined: everything
   */
  merge(report: DriftReport, part: Part | undefined): readonly DriftEvent[] {
    this.#report = { ...this.#report, takenAt: report.takenAt, notes: report.notes }
    const base = { apiVersion: 'kubectl-gitops/v1', kind: 'DriftEvent', time: report.takenAt } as const
    const told = this.#mergeObjects(report, part)
    const kustomizations = this.#mergeOwners(this.#kustomizations, report.kustomizations, part)
    const releases = this.#mergeOwners(this.#releases, report.helmReleases, part)
    return [
      ...told.map((event) => ({ ...base, ...event })),
      ...kustomizations.map(({ record, ...event }) => ({ ...base, ...event, kustomization: record })),
      ...releases.map(({ record, ...event }) => ({ ...base, ...event, helmRelease: record })),
    ]
  }

  #mergeObjects(report: DriftReport, part: Part | undefined): readonly Told[] {
    const fresh = new Map(report.objects.map((record) => [identityOf(record), record]))
    const told: Told[] = []
    for (const [identity, object] of [...this.#objects]) {
      if (fresh.has(identity) || !isInPart(object, part)) continue
      this.#objects.delete(identity)
      told.push({ previous: object.verdict, gone: true, object })
    }
    for (const [identity, object] of fresh) {
      const before = this.#objects.get(identity)
      this.#objects.set(identity, object)
      if (before === undefined) told.push({ object })
      else if (!isSameObject(before, object)) told.push({ previous: before.verdict, object })
    }
    return told
  }

  #mergeOwners<T extends OwnerRecord>(
    known: Map<string, T>,
    newer: readonly T[],
    part: Part | undefined,
  ): readonly ToldOwner<T>[] {
    const fresh = new Map(newer.map((record) => [ownerKey(record), record]))
    const told: ToldOwner<T>[] = []
    for (const [key, record] of [...known]) {
      if (fresh.has(key) || (part !== undefined && !part.owners.has(key))) continue
      known.delete(key)
      told.push({ previous: record.verdict, gone: true, record })
    }
    for (const [key, newest] of fresh) {
      const before = known.get(key)
      const record = { ...newest, objects: this.#count(key) }
      known.set(key, record)
      if (before === undefined) told.push({ record })
      else if (!isSameOwner(before, record)) told.push({ previous: before.verdict, record })
    }
    return told
  }

  #count(owner: string): number {
    return [...this.#objects.values()].filter((record) => ownerKey(record.owner) === owner).length
  }
}

type Told = Omit<DriftEvent, 'apiVersion' | 'kind' | 'time'>

type ToldOwner<T> = Pick<DriftEvent, 'previous' | 'gone'> & { readonly record: T }

const isInPart = (record: ObjectRecord, part: Part | undefined): boolean =>
  part === undefined || part.owners.has(ownerKey(record.owner)) || part.keys.has(keyString(recordKey(record)))
