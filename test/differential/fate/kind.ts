import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import type { Json, Step } from './change.js'

/** A place in objects of a kind at which Git and others write. */
export interface Spot {
  readonly path: readonly Step[]
  /** What may be written there. */
  readonly values: readonly Json[]
}

/** A kind as the generator knows it. */
export interface Kind {
  readonly apiVersion: string
  readonly kind: string
  readonly resource: string
  /** A full manifest, without a name. */
  readonly body: Readonly<Record<string, Json>>
  /** What Git may leave out, each a group of places that go together. */
  readonly optional: readonly (readonly (readonly Step[])[])[]
  readonly spots: readonly Spot[]
  /** Lists that can be put in another order. */
  readonly lists?: readonly (readonly Step[])[]
  readonly scales?: boolean
  /** Has a container named `app`, for `kubectl set`. */
  readonly workload?: boolean
}

export function spot(path: readonly Step[], ...values: readonly Json[]): Spot {
  return { path, values }
}

/** The manifest of a kind under a name. */
export function manifest(kind: Kind, name: string, namespace: string): KubernetesObject {
  const { apiVersion, body } = kind
  const metadata = { name, namespace, ...(body.metadata as object | undefined) }
  return { apiVersion, kind: kind.kind, ...body, metadata }
}
