import { referenceKey } from '../desired/source/source.js'
import { isSameKustomization, isSameObject, type DriftEvent } from '../drift/event.js'
import {
  byName,
  summarize,
  type DriftReport,
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
  #report: DriftReport

  constructor(report: DriftReport) {
    this.#report = report
    for (const record of report.objects) this.#objects.set(identityOf(record), record)
    for (const record of report.kustomizations) this.#kustomizations.set(ownerKey(record), record)
  }

  /** Everything that is known, as one report. */
  report(): DriftReport {
    const objects = [...this.#objects.values()].sort(byName)
    const kustomizations = [...this.#kustomizations.values()].sort(byName)
    return { ...this.#report, summary: summarize(kustomizations, objects), kustomizations, objects }
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
    const objects = this.#mergeObjects(report, part).map((event) => ({ ...base, ...event }))
    const kustomizations = this.#mergeKustomizations(report, part).map((event) => ({ ...base, ...event }))
    return [...objects, ...kustomizations]
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

  #mergeKustomizations(report: DriftReport, part: Part | undefined): readonly Told[] {
    const fresh = new Map(report.kustomizations.map((record) => [ownerKey(record), record]))
    const told: Told[] = []
    for (const [key, kustomization] of [...this.#kustomizations]) {
      if (fresh.has(key) || (part !== undefined && !part.owners.has(key))) continue
      this.#kustomizations.delete(key)
      told.push({ previous: kustomization.verdict, gone: true, kustomization })
    }
    for (const [key, record] of fresh) {
      const before = this.#kustomizations.get(key)
      const kustomization = { ...record, objects: this.#count(key) }
      this.#kustomizations.set(key, kustomization)
      if (before === undefined) told.push({ kustomization })
      else if (!isSameKustomization(before, kustomization))
        told.push({ previous: before.verdict, kustomization })
    }
    return told
  }

  #count(owner: string): number {
    return [...this.#objects.values()].filter((record) => ownerKey(record.owner) === owner).length
  }
}

type Told = Omit<DriftEvent, 'apiVersion' | 'kind' | 'time'>

const isInPart = (record: ObjectRecord, part: Part | undefined): boolean =>
  part === undefined || part.owners.has(ownerKey(record.owner)) || part.keys.has(keyString(recordKey(record)))
