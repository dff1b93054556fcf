import { createHash } from 'node:crypto'
import type { Build } from '../desired/build.js'
import type { Kustomization } from '../desired/kustomization.js'
import type { OriginFile } from '../desired/origin-file.js'
import type { ProofRecord } from '../drift/report.js'
import { shownObject } from '../drift/shown-object.js'
import type { GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'

/** How far a build is known to be Flux's own; `no-digest` where Flux kept none of this revision. */
export type RenderProof =
  ProofRecord | { readonly status: 'no-digest' } | { readonly status: 'unknown'; readonly why: string }

/** A Kustomization that was built. */
export interface Rendered {
  readonly kustomization: Kustomization
  /** The Flux revision that was built. */
  readonly revision: string
  /** As Flux applies them, in its order; secret values masked. */
  readonly objects: readonly KubernetesObject[]
  /** The file of each object, where origins were asked for. */
  readonly origins?: readonly OriginFile[]
  /** `sha256:…` of what kustomize printed, as in `status.history[].digest`. */
  readonly digest: string
  readonly proof: RenderProof
}

/** What one Kustomization came to. */
export type Rendering = Rendered | { readonly kustomization: Kustomization; readonly error: GitOpsError }

/** What came of the Kustomizations that were asked for, in the order in which Flux gets to them. */
export interface Render {
  readonly renderings: readonly Rendering[]
  /** How the answer came about, where that matters. */
  readonly notes: readonly string[]
}

/** Chooses Kustomizations among all; throws where a name is none. */
export type Select = (all: readonly Kustomization[]) => readonly Kustomization[]

/** The digest that Flux keeps of a build. */
export const digestOf = ({ text }: Build): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`

/** The objects of a build as they may be shown: no secret value, wherever it landed. */
export function shownObjects({ objects, secretValues }: Build): readonly KubernetesObject[] {
  return objects.map((object) => shownObject(object, secretValues))
}
