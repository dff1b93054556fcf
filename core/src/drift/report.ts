import type { ErrorCode } from '../errors.js'
import type { Actor } from './actor.js'

/** What can be said of an object; one verdict each, out of this closed set (design: decisions). */
export const VERDICTS = [
  'in-sync',
  'drifted',
  'missing',
  'orphaned',
  'pending',
  'excluded',
  'failed',
  'unknown',
] as const
export type Verdict = (typeof VERDICTS)[number]

/**
 * How sure a verdict is: values proved it, Flux's sole ownership vouches for part of it, the server rehearsed
 * Flux's next apply, or a rule of thumb.
 */
export type Confidence = 'proved' | 'vouched' | 'dry-run' | 'heuristic'

/** One field that is not as Git says, or that Git does not have. */
export interface FieldRecord {
  /** RFC 6901 pointer. */
  readonly path: string
  /** The same for people, with merge keys. */
  readonly field: string
  readonly op: 'changed' | 'removed' | 'added' | 'reordered'
  /** Masked where secret; absent where Git has none. */
  readonly git?: unknown
  readonly live?: unknown
  readonly actor?: Actor
  /** Will Flux put it back at its next reconcile? */
  readonly willRevert: boolean
  /** Why it will, or will not. */
  readonly because: string
  /** The rule by which it is no drift: one of this product's (docs/drift.md), or `user/…` of a rules file. */
  readonly rule?: string
  /** The line in Git that holds Git's value; absent where it is not known, or Git has none. */
  readonly origin?: OriginRecord
}

/** A line of a file at a commit. */
export interface OriginRecord {
  /** Path in the repository. */
  readonly file: string
  /** Counted from 1; absent where only the file is known. */
  readonly line?: number
  readonly commit?: string
}

/** A field that Git holds encrypted: what it should be is not known without the keys. */
export interface EncryptedRecord {
  /** RFC 6901 pointer. */
  readonly path: string
  /** The same for people, with merge keys. */
  readonly field: string
  /** The encrypted file that it comes from; absent where it is encrypted in place. */
  readonly file?: string
}

/** A place of which neither values nor owners tell what it should be, or what Flux will do there. */
export interface UndecidedRecord {
  /** RFC 6901 pointer. */
  readonly path: string
  /** The same for people, with merge keys. */
  readonly field: string
  readonly because: string
}

export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

export interface ObjectRecord extends ObjectRef {
  /** The Flux object that applies it. */
  readonly owner: ObjectRef
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly confidence?: Confidence
  readonly fields?: readonly FieldRecord[]
  /** Live fields of controllers and autoscalers, which Flux leaves alone. */
  readonly explained?: readonly FieldRecord[]
  /** Fields that could not be compared, because Git holds them encrypted. */
  readonly encrypted?: readonly EncryptedRecord[]
  /** Places that could not be decided. */
  readonly undecided?: readonly UndecidedRecord[]
}

export interface KustomizationRecord extends ObjectRef {
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly tryThis?: string
  readonly code?: ErrorCode
  readonly source: ObjectRef
  readonly path: string
  /** The revision that live was compared with. */
  readonly revision?: string
  /** The revision that Flux tried or will try. */
  readonly nextRevision?: string
  readonly suspended: boolean
  /** Who suspended it by hand, and when, as far as field managers tell. */
  readonly suspendedBy?: Actor
  /** Set where no Kustomization, Helm release or other owner has it: a root made by hand, or nobody's. */
  readonly unmanaged?: MakerRecord
  readonly interval?: string
  readonly lastReconciled?: string
  /** When Flux will apply again, by its interval; absent where that is not known, or where it will not. */
  readonly nextReconcile?: string
  /** The commit that made the build fail. */
  readonly brokenBy?: CommitRecord
  /** It waits for itself: the full names on the way, its own first and last. */
  readonly dependsOnCycle?: readonly string[]
  /** Whether this build is byte for byte what Flux built; absent where Flux keeps no digest of it. */
  readonly proof?: ProofRecord
  /** Fields of its spec, and of its source's, that this version does not know: it builds without them. */
  readonly unknownFields?: readonly string[]
  readonly objects: number
}

/** Where an object comes from that Git does not have. */
export interface MakerRecord {
  readonly created?: string
  readonly createdBy?: Actor
}

/** A HelmRelease: what its objects cannot say (waiting, failing, not rolled out, unreadable). */
export interface HelmReleaseRecord extends ObjectRef {
  readonly verdict: Verdict
  readonly reason?: string
  readonly message?: string
  readonly tryThis?: string
  readonly code?: ErrorCode
  /** The chart that was installed; absent where none was. */
  readonly chart?: { readonly name?: string; readonly version?: string; readonly appVersion?: string }
  /** The release that live was compared with, as Helm knows it. */
  readonly release?: {
    readonly namespace: string
    readonly name: string
    readonly version: number
    /** Helm's own word for it. */
    readonly status?: string
  }
  readonly suspended: boolean
  readonly interval?: string
  /** What Flux does about drift of its objects. */
  readonly driftDetection: 'enabled' | 'warn' | 'disabled'
  readonly lastDeployed?: string
  readonly objects: number
}

export type ProofRecord =
  | { readonly status: 'proved'; readonly digest: string }
  | { readonly status: 'approximate'; readonly why: string }
  | { readonly status: 'mismatch'; readonly why: string }

export interface CommitRecord {
  readonly id: string
  readonly author: string
  readonly time: string
  readonly subject: string
}

export interface Summary {
  readonly inSync: number
  readonly drifted: number
  readonly missing: number
  readonly orphaned: number
  readonly pending: number
  readonly excluded: number
  readonly failed: number
  readonly unknown: number
}

/** What was asked for; nothing is the whole cluster. */
export interface ScopeRecord {
  readonly namespace?: string
  /** What was named: `kind` with its group, `Deployment.apps`, but for Flux's own, all of whose objects are meant. */
  readonly targets?: readonly Omit<ObjectRef, 'apiVersion'>[]
  /** A label selector, as it was typed. */
  readonly selector?: string
  /** What live was compared with instead of what was applied, as it was typed. */
  readonly revision?: string
  /** What would be applied, as it was typed: what that would change is `pending`. */
  readonly against?: string
}

/** The versioned answer of `drift`; fields are added, never renamed. */
export interface DriftReport {
  readonly apiVersion: 'kubectl-gitops/v1'
  readonly kind: 'DriftReport'
  readonly takenAt: string
  readonly cluster: { readonly context: string; readonly server: string }
  readonly scope: ScopeRecord
  readonly summary: Summary
  readonly kustomizations: readonly KustomizationRecord[]
  readonly helmReleases: readonly HelmReleaseRecord[]
  readonly objects: readonly ObjectRecord[]
  /** What the reader should know about how the answer came about. */
  readonly notes: readonly string[]
}

/** Counts verdicts: every object, and every Kustomization and HelmRelease that is not simply in sync. */
export function summarize(
  owners: readonly (KustomizationRecord | HelmReleaseRecord)[],
  objects: readonly ObjectRecord[],
): Summary {
  const verdicts = [...objects, ...owners.filter((item) => item.verdict !== 'in-sync')].map(
    (item) => item.verdict,
  )
  const count = (verdict: Verdict): number => verdicts.filter((item) => item === verdict).length
  return {
    inSync: count('in-sync'),
    drifted: count('drifted'),
    missing: count('missing'),
    orphaned: count('orphaned'),
    pending: count('pending'),
    excluded: count('excluded'),
    failed: count('failed'),
    unknown: count('unknown'),
  }
}

/** The verdicts that make exit code 1 unless `--fail-on` names others. */
export const FAILING: readonly Verdict[] = ['drifted', 'missing', 'orphaned', 'failed']

/**
 * The exit code of a report: 2 for anything unknown, else 1 for any failing verdict, else 0.
 * With `failOn` those verdicts are what makes 1, and unknown counts only where it is named.
 */
export function exitCode(report: DriftReport, failOn?: readonly Verdict[]): 0 | 1 | 2 {
  const { unknown } = report.summary
  if (unknown > 0 && (failOn === undefined || failOn.includes('unknown'))) return 2
  const failing = failOn ?? FAILING
  const all = [...report.objects, ...report.kustomizations, ...report.helmReleases]
  return all.some((item) => item.verdict !== 'unknown' && failing.includes(item.verdict)) ? 1 : 0
}

/** The order of a report. */
export function byName(a: Omit<ObjectRef, 'apiVersion'>, b: Omit<ObjectRef, 'apiVersion'>): number {
  const left = [a.namespace ?? '', a.kind, a.name]
  const right = [b.namespace ?? '', b.kind, b.name]
  for (const [i, part] of left.entries()) {
    const other = right[i] ?? ''
    if (part !== other) return part < other ? -1 : 1
  }
  return 0
}
