import { dependencyCycles, fullName } from '../desired/dependency-order.js'
import type { EntryPathResult } from '../desired/entry-path.js'
import type { FluxReference } from '../desired/kustomization.js'
import type { Source } from '../desired/source/source.js'
import { redactUrl } from '../git/redaction.js'
import { familyOrder } from './family.js'
import { referenceKey } from './flux-state.js'
import { readOffline, type OfflineRequest } from './offline.js'
import { FAULTS_OF_A_REVISION } from './plan.js'
import type { Select } from './rendering.js'
import { placeOf } from './status.js'
import {
  errorRecord,
  type KustomizationStatusRecord,
  type SourceRecord,
  type StatusReport,
} from './status-report.js'

/** Which Kustomizations of a repository. */
export interface OfflineStatusRequest extends Omit<OfflineRequest, 'origins'> {
  readonly select: Select
  readonly namespace?: string
  readonly now: () => Date
}

/**
 * The same tree without a cluster: what Flux would apply once it is bootstrapped at a path of a repository, and
 * whether each of it builds. `ready` means that it builds and does not wait
 * for itself.
 * @throws GitOpsError what `readOffline` and `select` throw
 */
export async function statusOfPath(request: OfflineStatusRequest): Promise<StatusReport> {
  const { path, select, now, namespace, repository } = request
  const { kustomizations, sources, parents, revision } = await readOffline({ ...request, origins: false })
  const results = new Map(kustomizations.map((result) => [result.kustomization, result]))
  const cycles = dependencyCycles([...results.keys()])
  const chosen = familyOrder(select([...results.keys()]), parents)
  return {
    apiVersion: 'kubectl-gitops/v1',
    kind: 'StatusReport',
    takenAt: now().toISOString(),
    repository: { directory: repository.directory, revision, path },
    scope: namespace === undefined ? {} : { namespace },
    sources: sourceRecords(
      chosen.map(({ source }) => source),
      sources,
    ),
    kustomizations: chosen.map((one) => {
      const cycle = cycles.get(fullName(one))
      const outcome = outcomeOf(results.get(one))
      const state = cycle === undefined || outcome.state === 'unknown' ? outcome.state : 'not-ready'
      return { ...placeOf(one, parents, cycle), ...outcome, state }
    }),
    notes: [],
  }
}

function outcomeOf(
  result: EntryPathResult | undefined,
): Pick<KustomizationStatusRecord, 'state' | 'objects' | 'error'> {
  if (result === undefined) return { state: 'unknown' }
  if ('build' in result) return { state: 'ready', objects: result.build.objects.length }
  const state = FAULTS_OF_A_REVISION.has(result.error.code) ? 'not-ready' : 'unknown'
  return { state, error: errorRecord(result.error) }
}

/** Where a source is not declared, that is the cluster's to know: it may be there all the same. */
function sourceRecords(used: readonly FluxReference[], sources: readonly Source[]): readonly SourceRecord[] {
  const declared = new Map(sources.map((source) => [referenceKey(source.reference), source]))
  const references = new Map(used.map((reference) => [referenceKey(reference), reference]))
  return [...references.keys()].sort().flatMap((key) => {
    const { kind, namespace, name } = references.get(key) ?? {}
    if (kind === undefined || namespace === undefined || name === undefined) return []
    const source = declared.get(key)
    const url = source === undefined || source.url === '' ? {} : { url: redactUrl(source.url) }
    return [
      {
        ...{ kind, namespace, name },
        state: 'ready' as const,
        reason: source === undefined ? 'not declared here' : 'declared',
        ...url,
        suspended: source?.suspended === true,
      },
    ]
  })
}
