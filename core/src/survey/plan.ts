import { baselineOf, type Baseline } from '../desired/baseline.js'
import { readyCondition, type Kustomization } from '../desired/kustomization.js'
import { referenceKey, type Source } from '../desired/source/source.js'
import { refuseMalformed } from '../desired/spec.js'
import { asGitOpsError, GitOpsError, type ErrorCode } from '../errors.js'
import type { Commit } from '../git/repository.js'
import { findBreakingCommit } from './breaking-commit.js'
import type { Builder, BuildResult } from './builder.js'
import type { FluxState } from './flux-state.js'
import { withGeneratedNames } from './generated-names.js'

/** One Kustomization with all that has to be built for it. */
export interface Plan {
  readonly kustomization: Kustomization
  readonly source: Source | undefined
  readonly baseline: Baseline
  /** What live is compared with; undefined where nothing was ever applied, or it cannot be built. */
  readonly build?: BuildResult
  /** The build is of a revision that Flux has not applied yet: what would become of the objects? */
  readonly ahead?: true
  /** A newer revision of which part may be applied already. */
  readonly next?: BuildResult
  /** The build that Flux fails at, and who broke it. */
  readonly broken?: { readonly error: GitOpsError; readonly by?: Commit }
  /** Set where live is compared with another revision than Flux applied. */
  readonly other?: OtherRevision
  /** Why nothing can be said of it at all. */
  readonly problem?: GitOpsError
}

/** What a comparison with another revision has to know. */
export interface OtherRevision {
  /** Why Flux will put nothing back to it. */
  readonly because: string
  /** What Flux applied. */
  readonly applied: BuildResult | undefined
}

/** Builds what a Kustomization's live objects have to be compared with. */
export async function planKustomization(
  kustomization: Kustomization,
  state: FluxState,
  builder: Builder,
): Promise<Plan> {
  const source = state.sources.get(referenceKey(kustomization.source))
  const baseline = baselineOf(kustomization)
  const plan = { kustomization, source, baseline }
  if (kustomization.remote) return plan
  const problem = malformation(kustomization) ?? sourceProblem(kustomization, state, source)
  if (problem !== undefined || source === undefined)
    return problem === undefined ? plan : { ...plan, problem }
  const [build, next, broken] = await Promise.all([
    buildBaseline(kustomization, source, baseline, builder),
    buildNext(kustomization, source, baseline, builder),
    buildBroken(kustomization, source, builder),
  ])
  return {
    ...plan,
    ...(build === undefined ? {} : { build }),
    ...(next === undefined ? {} : { next }),
    ...(broken === undefined ? {} : { broken }),
  }
}

/** The inventory tells names of generated objects only where it is of the same apply. */
async function buildBaseline(
  kustomization: Kustomization,
  source: Source,
  baseline: Baseline,
  builder: Builder,
): Promise<BuildResult | undefined> {
  if (baseline.kind === 'never') return undefined
  const result = await builder.build(kustomization, source, baseline.revision)
  if (!result.ok || baseline.kind !== 'applied') return result
  return { ok: true, build: withGeneratedNames(result.build, kustomization.status.inventory) }
}

/** While a reconcile runs, or after one that failed half way, objects may be of either revision. */
async function buildNext(
  kustomization: Kustomization,
  source: Source,
  baseline: Baseline,
  builder: Builder,
): Promise<BuildResult | undefined> {
  if (baseline.kind !== 'mixed' && baseline.kind !== 'in-flight') return undefined
  const { attempted } = baseline
  if (attempted === undefined || attempted === baseline.revision) return undefined
  return builder.build(kustomization, source, attempted)
}

/** What is wrong with the files themselves: Flux stumbles over the same. */
export const FAULTS_OF_A_REVISION: ReadonlySet<ErrorCode> = new Set([
  'BUILD_FAILED',
  'YAML_INVALID',
  'PATH_NOT_FOUND',
  'PATH_ESCAPES',
  'REMOTE_BASE_REFUSED',
])

/** Where Flux says that the build fails, it is built here too: with clean words, and back to who broke it. */
async function buildBroken(
  kustomization: Kustomization,
  source: Source,
  builder: Builder,
): Promise<Plan['broken']> {
  const ready = readyCondition(kustomization.status.conditions)
  const revision = kustomization.status.lastAttemptedRevision ?? source.artifactRevision
  if (ready?.status !== 'False' || ready.reason !== 'BuildFailed' || revision === undefined) return undefined
  const result = await builder.build(kustomization, source, revision)
  if (result.ok || !FAULTS_OF_A_REVISION.has(result.error.code)) {
    return { error: new GitOpsError('BUILD_FAILED', { what: 'Flux cannot build it', why: ready.message }) }
  }
  // Only where every commit gives its own artifact can history be walked.
  if (source.reference.kind !== 'GitRepository') return { error: result.error }
  const by = await findBreakingCommit(builder, kustomization, source, revision).catch(() => undefined)
  return { error: result.error, ...(by === undefined ? {} : { by }) }
}

function malformation(kustomization: Kustomization): GitOpsError | undefined {
  try {
    refuseMalformed(kustomization)
    return undefined
  } catch (error) {
    return asGitOpsError(error)
  }
}

/** Why a source cannot be read at all; undefined where it can. */
export function sourceProblem(
  kustomization: Kustomization,
  state: FluxState,
  source: Source | undefined,
): GitOpsError | undefined {
  if (source !== undefined) return undefined
  const { kind, namespace, name } = kustomization.source
  const shown = referenceKey(kustomization.source)
  const refused = state.sourceProblems.get(shown) ?? state.sourceProblems.get(kind)
  if (refused !== undefined) return refused
  return new GitOpsError('NOT_FOUND', {
    what: `${shown} is not on the cluster`,
    why: sourceWords(kustomization) ?? 'without its URL the revision cannot be read',
    tryThis: `kubectl get ${kind.toLowerCase()} -n ${namespace} ${name}`,
  })
}

/** What Flux itself says of a source that it does not find, or may not use (`--no-cross-namespace-refs`). */
function sourceWords({ status }: Kustomization): string | undefined {
  const ready = readyCondition(status.conditions)
  const isAboutSource = ready?.reason === 'ArtifactFailed' || ready?.reason === 'AccessDenied'
  return isAboutSource && ready.status === 'False' ? ready.message : undefined
}
