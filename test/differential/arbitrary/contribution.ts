import { isRecord } from '@kubectl-gitops/core/object.js'
import type { Case } from '../case.js'

/** An object that a build is likely to hold, by what patches and selectors name. */
export interface ObjectName {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
}

/** What a kustomization file or a spec can point to. */
export interface Surroundings {
  /** The folder that holds the file, from the case's root. */
  readonly folder: string
  /** Whether there is a component at `../parts`. */
  readonly hasParts: boolean
  readonly objects: readonly ObjectName[]
}

/** Fields of a kustomization file or a spec, and the files they name, by path from the same folder. */
export interface Contribution {
  readonly fields: Readonly<Record<string, unknown>>
  readonly files?: Case['files']
}

/** A small choice that is made before its surroundings are known, so that it can shrink by itself. */
export type Feature = (around: Surroundings) => Contribution

/** Puts contributions together: lists grow, maps are merged, of anything else the last one holds. */
export function combine(contributions: readonly Contribution[]): Required<Contribution> {
  const fields: Record<string, unknown> = {}
  for (const contribution of contributions) {
    for (const [name, value] of Object.entries(contribution.fields)) fields[name] = merge(fields[name], value)
  }
  return {
    fields,
    files: Object.assign({}, ...contributions.map(({ files }) => files ?? {})) as Case['files'],
  }
}

function merge(own: unknown, added: unknown): unknown {
  if (Array.isArray(own) && Array.isArray(added)) return [...(own as unknown[]), ...(added as unknown[])]
  return isRecord(own) && isRecord(added) ? { ...own, ...added } : added
}

const NONE: ObjectName = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', namespace: undefined }

/** One of the objects, whichever number was chosen. */
export function pick(around: Surroundings, index: number): ObjectName {
  return around.objects[index % Math.max(around.objects.length, 1)] ?? NONE
}
