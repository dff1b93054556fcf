import { GitOpsError } from '../errors.js'
import { groupVersion } from '../object.js'
import type { ApiResource, Discovery } from './discovery.js'

/**
 * The resource that serves a kind in exactly this version, or why there is none: SERVER_ERROR where the
 * server cannot tell what the group holds, NOT_FOUND with the versions it does serve, NOT_FOUND in kubectl's
 * words where it does not know the kind.
 */
export function servedResource(
  discovery: Discovery,
  apiVersion: string,
  kind: string,
): ApiResource | GitOpsError {
  const resource = discovery.find(apiVersion, kind)
  if (resource !== undefined) return resource
  const { group, version } = groupVersion(apiVersion)
  const unavailable = discovery.unavailable.filter((one) => one.group === group)
  const others = discovery.resources.filter((one) => one.group === group && one.kind === kind)
  const own = unavailable.find((one) => one.version === version)
  const cause = own ?? (others.length === 0 ? unavailable[0] : undefined)
  if (cause !== undefined) return notDiscovered(apiVersion, kind, cause.why)
  return others.length === 0 ? unknownKind(apiVersion, kind) : otherVersions(apiVersion, kind, others)
}

function notDiscovered(apiVersion: string, kind: string, why: string): GitOpsError {
  return new GitOpsError('SERVER_ERROR', {
    what: `the server cannot say whether it has ${kind} in ${apiVersion}`,
    why,
    tryThis: 'kubectl get apiservices',
  })
}

function otherVersions(apiVersion: string, kind: string, others: readonly ApiResource[]): GitOpsError {
  const served = others.map(({ group, version }) => (group === '' ? version : `${group}/${version}`))
  return new GitOpsError('NOT_FOUND', {
    what: `the server does not serve ${kind} in version ${apiVersion}`,
    why: `it serves ${kind} in ${[...new Set(served)].join(', ')}`,
    tryThis: `kubectl explain ${kind.toLowerCase()} --api-version=${served[0] ?? ''}`,
  })
}

function unknownKind(apiVersion: string, kind: string): GitOpsError {
  return new GitOpsError('NOT_FOUND', {
    what: `the server doesn't have a resource type ${JSON.stringify(kind)} in ${apiVersion}`,
    why: 'no group version of its discovery has the kind; its CustomResourceDefinition may be missing',
    tryThis: 'kubectl api-resources',
  })
}
