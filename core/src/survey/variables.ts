import type { Kustomization } from '../desired/kustomization.js'
import {
  mergeVariables,
  substituteReferences,
  type SubstituteReference,
  type Variables,
  type VariableSource,
} from '../desired/variables.js'
import { GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import { isRecord } from '../object.js'

/**
 * Reads the variables of a Kustomization from the ConfigMaps and Secrets beside it, as they are now.
 * @throws GitOpsError FORBIDDEN, NOT_FOUND and what else the cluster answers; BUILD_FAILED for inline values
 */
export async function readVariables(
  cluster: Pick<Cluster, 'get'>,
  kustomization: Kustomization,
): Promise<Variables> {
  const { namespace, spec } = kustomization
  const sources = await Promise.all(
    substituteReferences(spec).map((reference) => readSource(cluster, namespace, reference)),
  )
  return mergeVariables(
    spec,
    sources.filter((source) => source !== undefined),
  )
}

async function readSource(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
  reference: SubstituteReference,
): Promise<VariableSource | undefined> {
  const { kind, name, optional } = reference
  const resource = kind === 'Secret' ? 'secrets' : 'configmaps'
  try {
    const path = ['namespaces', namespace, resource, name].map(encodeURIComponent).join('/')
    return { kind, data: dataOf(await cluster.get(`/api/v1/${path}`), kind) }
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error
    if (optional && error.code === 'NOT_FOUND') return undefined
    throw new GitOpsError(error.code, {
      what: `substitute from '${kind}/${name}' error: its variables cannot be read`,
      why: error.why ?? error.message,
      tryThis: remedy(error, `${resource}/${name}`, namespace),
      cause: error,
    })
  }
}

function remedy(error: GitOpsError, resource: string, namespace: string): string | undefined {
  if (error.code === 'FORBIDDEN') return `allow yourself to get ${resource} in namespace ${namespace}`
  if (error.code === 'NOT_FOUND') return `kubectl get -n ${namespace} ${resource}`
  return error.tryThis
}

function dataOf(object: unknown, kind: SubstituteReference['kind']): VariableSource['data'] {
  const data = isRecord(object) && isRecord(object.data) ? object.data : {}
  const entries = Object.entries(data).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return new Map(entries.map(([name, value]) => [name, kind === 'Secret' ? decode(value) : value]))
}

/** Undefined for bytes that are no text. */
function decode(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
