import { readyCondition, type FluxReference, type Kustomization } from '../desired/kustomization.js'
import { redactUrl } from '../git/redaction.js'
import { branchOf } from './ahead.js'
import type { Builder } from './builder.js'
import { referenceKey, type FluxState } from './flux-state.js'
import { readinessOf } from './readiness.js'
import type { SourceRecord } from './status-report.js'

/** The sources of Kustomizations, by name; those that are missing or may not be read, too. */
export async function sourceRecords(
  kustomizations: readonly Kustomization[],
  state: FluxState,
  builder: Builder | undefined,
): Promise<readonly SourceRecord[]> {
  const references = new Map(kustomizations.map(({ source }) => [referenceKey(source), source]))
  return Promise.all(
    [...references]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, reference]) => recordOf(reference, state, builder)),
  )
}

async function recordOf(
  { kind, namespace, name }: FluxReference,
  { sources, sourceProblems }: FluxState,
  builder: Builder | undefined,
): Promise<SourceRecord> {
  const reference = { kind, namespace, name }
  const key = referenceKey(reference)
  const source = sources.get(key)
  if (source === undefined) {
    const problem = sourceProblems.get(key) ?? sourceProblems.get(kind)
    if (problem === undefined)
      return { ...reference, state: 'not-ready', reason: 'missing', suspended: false }
    const message = problem.why ?? problem.message
    return { ...reference, state: 'unknown', reason: 'unreadable', message, suspended: false }
  }
  const { url, artifactRevision, suspended, conditions } = source
  const branch =
    builder === undefined || kind !== 'GitRepository' ? undefined : await branchOf(source, builder)
  return {
    ...reference,
    ...readinessOf(readyCondition(conditions)),
    ...(url === '' ? {} : { url: redactUrl(url) }),
    ...(artifactRevision === undefined ? {} : { revision: artifactRevision }),
    suspended,
    ...(branch === undefined ? {} : { branch }),
  }
}
