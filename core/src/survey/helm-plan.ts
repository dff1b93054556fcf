import { helmBaselineOf, type HelmBaseline } from '../desired/helm-baseline.js'
import { hookKeys, releaseObjects } from '../desired/helm-manifest.js'
import { readHelmRelease, type HelmRelease, type Snapshot } from '../desired/helm-release.js'
import { readStoredRelease, storageKey, type StoredRelease } from '../desired/helm-storage.js'
import { asGitOpsError, GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { Discovery } from '../live/discovery.js'
import { listFlux } from '../live/flux-objects.js'
import { createGate } from '../live/gate.js'
import { readReleaseSecret } from '../live/release-secret.js'
import { keyString, type KubernetesObject } from '../object.js'

/** A HelmRelease with all that its objects have to be compared with. */
export interface HelmPlan {
  readonly release: HelmRelease
  readonly baseline: HelmBaseline
  /** What live is compared with; undefined where nothing is installed, or on another cluster. */
  readonly build?: ReleaseResult
  /** A newer release of which part may be installed already. */
  readonly next?: ReleaseResult
  /** Helm has a release that Flux did not make: somebody upgraded or rolled back by hand. */
  readonly overtaken: boolean
}

export type ReleaseResult =
  { readonly ok: true; readonly build: ReleaseBuild } | { readonly ok: false; readonly error: GitOpsError }

/** A release taken out of its Secret. */
export interface ReleaseBuild {
  readonly stored: StoredRelease
  readonly objects: readonly KubernetesObject[]
  /** By `keyString`: objects of hooks, which are compared with nothing. */
  readonly hooks: ReadonlySet<string>
}

/** The objects of a release; none where it cannot be read. */
export const objectsOf = (result: ReleaseResult | undefined): readonly KubernetesObject[] =>
  result?.ok === true ? result.build.objects : []

/** The objects of both releases: with a newer one, an object may be of either. */
export const releasedObjects = ({ build, next }: HelmPlan): readonly KubernetesObject[] =>
  [build, next].flatMap(objectsOf)

/** The HelmReleases of a cluster, and why some could not be looked for. */
export interface HelmState {
  readonly plans: readonly HelmPlan[]
  /** HelmReleases as they were read. */
  readonly objects: readonly KubernetesObject[]
  readonly notes: readonly string[]
}

/** Where nothing of a HelmRelease is asked for. */
export const NO_RELEASES: HelmState = { plans: [], objects: [], notes: [] }

const SECRETS_AT_ONCE = 8

/**
 * Reads HelmReleases and, of those that installed something, the release: its Secret by name, and nothing else of
 * what is secret. Where the whole cluster may not be listed, `namespace` is, or that of the context. Never throws:
 * what keeps it from reading is a note, or a result of the release that it concerns.
 */
export async function readHelmState(
  cluster: Cluster,
  discovery: Discovery,
  namespace: string | undefined,
): Promise<HelmState> {
  const { objects, notes } = await listReleases(cluster, discovery, namespace)
  const gate = createGate(SECRETS_AT_ONCE)
  const reader: Reader = {
    hasNamespaces: (object) => discovery.find(object.apiVersion, object.kind)?.namespaced ?? true,
    secret: (place, key) => gate(() => readReleaseSecret(cluster, place, key)),
  }
  const plans = await Promise.all(objects.map((object) => plan(readHelmRelease(object), reader)))
  return { plans, objects, notes }
}

interface Reader {
  /** Undefined where there is no such Secret. */
  readonly secret: (namespace: string, name: string) => Promise<KubernetesObject | undefined>
  readonly hasNamespaces: (object: KubernetesObject) => boolean
}

async function listReleases(
  cluster: Cluster,
  discovery: Discovery,
  namespace: string | undefined,
): Promise<{ readonly objects: readonly KubernetesObject[]; readonly notes: readonly string[] }> {
  try {
    return { objects: await listFlux(cluster, discovery, 'HelmRelease', namespace), notes: [] }
  } catch (thrown) {
    const error = asGitOpsError(thrown)
    if (error.code === 'FORBIDDEN' && namespace === undefined) {
      const rest = await listReleases(cluster, discovery, cluster.namespace)
      const note = `not allowed to read HelmReleases of the whole cluster: only those of namespace ${cluster.namespace} were read`
      return rest.notes.length > 0 ? rest : { ...rest, notes: [note] }
    }
    return { objects: [], notes: [`HelmReleases could not be read: ${error.why ?? error.message}`] }
  }
}

async function plan(release: HelmRelease, reader: Reader): Promise<HelmPlan> {
  const baseline = helmBaselineOf(release)
  const bare = { release, baseline, overtaken: false }
  if (release.remote || baseline.kind === 'never' || baseline.kind === 'uninstalled') return bare
  const { latest, current } = baseline
  const [build, next, overtaken] = await Promise.all([
    readBuild(release, current, reader),
    latest === current ? undefined : readBuild(release, latest, reader),
    isOvertaken(release, latest, reader),
  ])
  return { release, baseline, build, overtaken, ...(next === undefined ? {} : { next }) }
}

/** Helm counts its releases up: one more than Flux has recorded is somebody else's. */
async function isOvertaken(release: HelmRelease, latest: Snapshot, reader: Reader): Promise<boolean> {
  const key = storageKey({ name: latest.name, version: latest.version + 1 })
  // A right that is missing is told where the release itself is read.
  return reader.secret(release.storageNamespace, key).then(
    (secret) => secret !== undefined,
    () => false,
  )
}

async function readBuild(
  { storageNamespace }: HelmRelease,
  snapshot: Snapshot,
  { secret: read, hasNamespaces }: Reader,
): Promise<ReleaseResult> {
  try {
    const secret = await read(storageNamespace, storageKey(snapshot))
    if (secret === undefined) return { ok: false, error: gone(storageNamespace, snapshot) }
    const stored = readStoredRelease(secret, snapshot)
    const hooks = new Set(hookKeys(stored, hasNamespaces).map(keyString))
    return { ok: true, build: { stored, objects: releaseObjects(stored, hasNamespaces), hooks } }
  } catch (thrown) {
    return { ok: false, error: asGitOpsError(thrown) }
  }
}

function gone(storageNamespace: string, { namespace, name, version }: Snapshot): GitOpsError {
  return new GitOpsError('NOT_FOUND', {
    what: `Helm has no release ${namespace}/${name}.v${version} any more`,
    why: `Secret ${storageNamespace}/${storageKey({ name, version })} is not there: somebody uninstalled the release, or deleted its record`,
  })
}
