import type { FluxReference } from '../desired/kustomization.js'
import type { ErrorCode, GitOpsError } from '../errors.js'
import type { RenderProof } from './rendering.js'

/** How a Flux object is: as Flux says it is, or whether anybody can say. */
export type State = 'ready' | 'not-ready' | 'unknown'

/** A Flux object by name. */
export interface FullName {
  readonly namespace: string
  readonly name: string
}

/** What went wrong, as a part of a document. */
export interface ErrorRecord {
  readonly code: ErrorCode
  readonly message: string
  readonly why?: string
  readonly tryThis?: string
}

/** How many commits a revision is behind another one. */
export interface AheadRecord {
  /** The newer revision. */
  readonly revision: string
  /** Absent where the repository cannot tell. */
  readonly commits?: number
  /** How many of them change a file that the build reads; merges are not counted. */
  readonly touching?: number
  /** True where there are even more. */
  readonly more?: true
}

export interface SourceRecord extends FluxReference {
  readonly state: State
  /** `missing`, `unreadable`, or the reason of Flux's Ready condition. */
  readonly reason?: string
  readonly message?: string
  readonly url?: string
  /** Of the newest artifact. */
  readonly revision?: string
  readonly suspended: boolean
  /** What the branch has here, in a clone or in the cache, that the artifact has not. Nothing is fetched for it. */
  readonly branch?: AheadRecord & { readonly name: string; readonly place: 'checkout' | 'mirror' }
}

export interface KustomizationStatusRecord extends FullName {
  readonly apiVersion: string
  readonly kind: 'Kustomization'
  /** The Kustomization that applies this one. */
  readonly parent?: FullName
  /** How many Kustomizations stand above it. */
  readonly depth: number
  readonly state: State
  /** The reason and the words of Flux's Ready condition. */
  readonly reason?: string
  readonly message?: string
  readonly source: FluxReference
  readonly path: string
  readonly dependsOn: readonly FullName[]
  /** It waits for itself: the full names on the way, its own first and last. */
  readonly dependsOnCycle?: readonly string[]
  readonly suspended: boolean
  /** When somebody suspended it by hand. */
  readonly suspendedSince?: string
  /** The revision that its live objects come from. */
  readonly revision?: string
  readonly lastReconciled?: string
  /** What the source has and was not applied. */
  readonly ahead?: AheadRecord
  /** How many objects it applied, or would apply. */
  readonly objects?: number
  /** Whether this program builds what Flux built; absent where nothing was built. */
  readonly proof?: RenderProof
  /** Why it was not built. */
  readonly error?: ErrorRecord
}

/** The versioned answer of `status`; fields are added, never renamed. */
export interface StatusReport {
  readonly apiVersion: 'kubectl-gitops/v1'
  readonly kind: 'StatusReport'
  readonly takenAt: string
  /** What was asked: a cluster, or a repository without one. */
  readonly cluster?: { readonly context: string; readonly server: string }
  readonly repository?: { readonly directory: string; readonly revision: string; readonly path: string }
  readonly scope: { readonly namespace?: string }
  readonly sources: readonly SourceRecord[]
  /** Each after the one that applies it, and after what it depends on within a family. */
  readonly kustomizations: readonly KustomizationStatusRecord[]
  readonly notes: readonly string[]
}

/** 2 where anything is unknown, else 1 where anything is not ready or not built as Flux built it, else 0. */
export function statusExitCode({ sources, kustomizations }: StatusReport): 0 | 1 | 2 {
  const states = [...sources, ...kustomizations].map(({ state }) => state)
  const proofs = kustomizations.map(({ proof }) => proof?.status)
  if (states.includes('unknown') || proofs.includes('unknown')) return 2
  return states.includes('not-ready') || proofs.includes('mismatch') ? 1 : 0
}

/** An error as a part of a document. */
export function errorRecord({ code, message, why, tryThis }: GitOpsError): ErrorRecord {
  return {
    code,
    message,
    ...(why === undefined ? {} : { why }),
    ...(tryThis === undefined ? {} : { tryThis }),
  }
}
