import { baselineOf } from '../desired/baseline.js'
import { OWNER_NAME, OWNER_NAMESPACE } from '../desired/decorate.js'
import { HELM_OWNER_NAME, HELM_OWNER_NAMESPACE } from '../desired/helm-release.js'
import type { FluxReference, Kustomization } from '../desired/kustomization.js'
import { GitOpsError } from '../errors.js'
import { statusOf } from '../live/answer.js'
import type { Cluster } from '../live/cluster.js'
import { resourcePath } from '../live/discovery.js'
import { parseInventoryEntry } from '../live/inventory.js'
import { nearWord } from '../near-word.js'
import { displayName, isRecord, keyString, type ObjectKey } from '../object.js'
import type { FluxState } from './flux-state.js'
import type { Target } from './scope-target.js'

/** Who may apply an object, and what to say where nobody does. */
export interface Ownership {
  readonly owners: readonly FluxReference[]
  /** The refusal, where the builds of the owners do not have the object either. */
  readonly refusal: GitOpsError
}

/** An object without its contents: a Secret's never leave the server. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'

/**
 * The Flux objects that apply an object: those that its labels name and those whose inventories list it; where
 * that is nobody, the Kustomizations whose newest apply did not end well, for their inventories are of the one before.
 * @throws GitOpsError NOT_FOUND where nobody can be meant, and what reading the object throws
 */
export async function ownersOf(
  { resource, wanted }: Target & { readonly kind: 'object' },
  state: FluxState,
  cluster: Pick<Cluster, 'get'>,
): Promise<Ownership> {
  const { key } = wanted
  const listed = state.kustomizations.filter((one) => inventoryKeys(one).some(isSame(key)))
  const path = resourcePath(resource, key.namespace, key.name)
  const found = await readMetadata(cluster, path, key, listed.length > 0)
  const labelled = found === undefined ? [] : labelledOwners(found)
  const known = labelled.filter((one) => one.kind !== 'Kustomization' || isThere(one, state.kustomizations))
  const sure = [...listed.map(referenceOf), ...known]
  const owners = sure.length > 0 ? sure : state.kustomizations.filter(isUnsettled).map(referenceOf)
  const refusal = found === undefined ? absent(key, state) : notApplied(key, found, labelled)
  if (owners.length === 0) throw refusal
  return { owners, refusal }
}

/** What of an object tells who applies it. */
export interface Metadata {
  readonly labels: Readonly<Record<string, unknown>>
  readonly owner: { readonly kind: string; readonly name: string; readonly group: string } | undefined
}

/** Undefined where it is not there, or may not be read although an inventory has it. */
async function readMetadata(
  cluster: Pick<Cluster, 'get'>,
  path: string,
  key: ObjectKey,
  isListed: boolean,
): Promise<Metadata | undefined> {
  try {
    return metadataOf(await cluster.get(path, undefined, METADATA_ONLY))
  } catch (error) {
    const status = statusOf(error)
    if (isListed || (status?.code === 404 && status.name === key.name)) return undefined
    throw error
  }
}

function metadataOf(object: unknown): Metadata {
  const { labels, ownerReferences } = isRecord(object) && isRecord(object.metadata) ? object.metadata : {}
  const owner: unknown = Array.isArray(ownerReferences) ? ownerReferences[0] : undefined
  return { labels: isRecord(labels) ? labels : {}, owner: isRecord(owner) ? ownerName(owner) : undefined }
}

function ownerName({ apiVersion, kind, name }: Readonly<Record<string, unknown>>): Metadata['owner'] {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return undefined
  return { kind, name, group: apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '' }
}

/** Copies made by controllers carry the labels of what they were copied from, and an owner reference. */
export function labelledOwners({ labels, owner }: Metadata): readonly FluxReference[] {
  if (owner !== undefined) return []
  const pairs = [
    { kind: 'Kustomization', name: labels[OWNER_NAME], namespace: labels[OWNER_NAMESPACE] },
    { kind: 'HelmRelease', name: labels[HELM_OWNER_NAME], namespace: labels[HELM_OWNER_NAMESPACE] },
  ]
  return pairs.flatMap(({ kind, name, namespace }) =>
    typeof name === 'string' && typeof namespace === 'string' ? [{ kind, name, namespace }] : [],
  )
}

const referenceOf = ({ namespace, name }: Kustomization): FluxReference => ({
  kind: 'Kustomization',
  namespace,
  name,
})

const isThere = (wanted: FluxReference, all: readonly Kustomization[]): boolean =>
  all.some(({ namespace, name }) => namespace === wanted.namespace && name === wanted.name)

const isSame = (key: ObjectKey): ((other: ObjectKey) => boolean) => {
  const wanted = keyString(key)
  return (other) => keyString(other) === wanted
}

const inventoryKeys = ({ status }: Kustomization): readonly ObjectKey[] =>
  status.inventory.flatMap((entry) => parseInventoryEntry(entry)?.key ?? [])

function isUnsettled(kustomization: Kustomization): boolean {
  const baseline = baselineOf(kustomization)
  return baseline.kind === 'applied' ? baseline.failing !== undefined : baseline.kind !== 'never'
}

const place = ({ namespace }: ObjectKey): string => (namespace === '' ? '' : ` in namespace ${namespace}`)

function notApplied(key: ObjectKey, { owner }: Metadata, labelled: readonly FluxReference[]): GitOpsError {
  const [stranger] = labelled
  const what = `${displayName(key)}${place(key)} is not applied by Flux`
  if (owner !== undefined) {
    const shown = displayName({ ...owner, namespace: '' })
    return new GitOpsError('NOT_FOUND', { what, why: `it belongs to ${shown}`, tryThis: shown })
  }
  const why =
    stranger === undefined
      ? 'it has no owner labels, and no inventory lists it'
      : `its labels name ${stranger.kind} ${stranger.namespace}/${stranger.name}, which does not have it`
  return new GitOpsError('NOT_FOUND', { what, why, tryThis: 'kubectl gitops status' })
}

/** The same name in another namespace, or a near name in the same one. */
function absent(key: ObjectKey, { kustomizations }: FluxState): GitOpsError {
  const kin = kustomizations
    .flatMap(inventoryKeys)
    .filter(({ group, kind }) => group === key.group && kind === key.kind)
  const elsewhere = kin.find(({ name }) => name === key.name)
  const near = nearWord(
    key.name,
    kin.filter(({ namespace }) => namespace === key.namespace).map(({ name }) => name),
  )
  const shown = displayName(key)
  const tryThis =
    elsewhere === undefined
      ? near && displayName({ ...key, name: near })
      : `${shown} -n ${elsewhere.namespace}`
  return new GitOpsError('NOT_FOUND', {
    what: `there is no ${shown}${place(key)}`,
    why: 'it is neither on the cluster nor in the inventory of a Kustomization',
    tryThis: tryThis ?? 'kubectl gitops status',
  })
}
