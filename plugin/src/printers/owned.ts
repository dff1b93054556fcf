import type { DriftReport, ObjectRecord, ObjectRef, Verdict } from '@kubectl-gitops/core/drift/report.js'
import { displayName, groupVersion } from '@kubectl-gitops/core/object.js'
import { shortRevision } from '@kubectl-gitops/core/revision.js'
import { visible } from './text.js'

/** What every Flux object of a report has that applies others. */
export interface OwnerRecord extends ObjectRef {
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly tryThis?: string
  readonly revision?: string
  readonly chart?: { readonly name?: string; readonly version?: string }
}

/** A Flux object with the records of what it applies, or is said to have applied. */
export interface Owned {
  readonly owner: OwnerRecord
  readonly objects: readonly ObjectRecord[]
}

/** The Flux objects of a report, each with its objects, in the report's order; then those that only labels name. */
export function ownedBy(report: DriftReport): readonly Owned[] {
  const objects = new Map<string, ObjectRecord[]>()
  for (const object of report.objects) {
    const name = ownerName(object.owner)
    const others = objects.get(name)
    if (others === undefined) objects.set(name, [object])
    else others.push(object)
  }
  const owners = ownersOf(report)
  const names = new Set(owners.map(ownerName))
  const others = [...objects].filter(([name]) => !names.has(name)).map(([, strays]) => strays)
  return [
    ...owners.map((owner) => ({ owner, objects: objects.get(ownerName(owner)) ?? [] })),
    ...others.flatMap(([first, ...rest]) =>
      first === undefined ? [] : [{ owner: absentOwner(first), objects: [first, ...rest] }],
    ),
  ]
}

/** Of an owner that is not there nothing is wrong but what it left behind. */
const absentOwner = ({ owner }: ObjectRecord): OwnerRecord => ({
  ...owner,
  verdict: 'in-sync',
  message: 'nothing in this report applies these objects',
})

/** Everything in a report that applies objects. */
export function ownersOf({ kustomizations, helmReleases }: DriftReport): readonly OwnerRecord[] {
  return [...kustomizations, ...helmReleases]
}

/** What a Flux object was applied from, on one line: a revision, or a chart; undefined where it never was. */
export function appliedFrom({ revision, chart }: OwnerRecord): string | undefined {
  if (revision !== undefined) return shortRevision(revision)
  const words = [chart?.name, chart?.version].filter((word) => word !== undefined)
  return words.length === 0 ? undefined : words.join(' ')
}

/** `Kustomization/flux-system/apps`. */
export const ownerName = ({ kind, namespace = '', name }: ObjectRef): string => `${kind}/${namespace}/${name}`

/** What kubectl would need to find it, on one line: `deployment.apps/podinfo -n apps`. */
export function objectName({ apiVersion, kind, namespace = '', name }: ObjectRef): string {
  const { group } = groupVersion(apiVersion)
  const title = displayName({ group, kind, namespace, name })
  return visible(namespace === '' ? title : `${title} -n ${namespace}`)
}
