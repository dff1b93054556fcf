import type { Cluster } from '../support/cluster.js'
import { type Outcome } from '../differential/outcome.js'
import { inParallel } from '../differential/parallel.js'
import { readOutcome } from '../differential/round.js'
import { eventually } from '../support/eventually.js'
import type { Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import type { FluxObject } from '../support/flux-objects.js'
import { oursOf, type Origin, type Subject } from './subject.js'

const NAMESPACE = 'default'
const LIST = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/kustomizations`

/** The fields of a Kustomization (v1) that shape what is built. */
const SHAPING = [
  ...['path', 'targetNamespace', 'namePrefix', 'nameSuffix', 'patches', 'images', 'components'],
  ...['ignoreMissingComponents', 'commonMetadata', 'postBuild', 'buildMetadata'],
]

/** Fields that say when, where and by whom a build is applied; `validation` was dropped with v1beta1. */
const OTHERS = [
  ...['dependsOn', 'interval', 'retryInterval', 'timeout', 'sourceRef', 'prune', 'force', 'wait', 'suspend'],
  ...['healthChecks', 'healthCheckExprs', 'serviceAccountName', 'kubeConfig', 'validation'],
]

/** The spec of a Kustomization of any API version, as v1 has it, as far as it shapes what is built. */
export function shapeOf(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const strange = Object.keys(spec).filter((field) => ![...SHAPING, ...OTHERS].includes(field))
  if (strange.length > 0) throw new Error(`spec.${strange.join(', spec.')} is not known to the comparison`)
  return Object.fromEntries(Object.entries(spec).filter(([field]) => SHAPING.includes(field)))
}

/** Can the real controller be asked about this one? Not where files are missing or come from the network. */
export function isComparable(subject: Subject): boolean {
  const ours = oursOf(subject)
  const isRefused = 'code' in ours && ['SOURCE_UNSUPPORTED', 'REMOTE_BASE_REFUSED'].includes(ours.code ?? '')
  return subject.origin !== undefined && !isRefused
}

/** Lets the real controllers fetch and build; answers what came of each subject, in their order. */
export async function askController(
  plane: Cluster,
  flux: Flux,
  repositories: ReadonlyMap<string, FluxRepository>,
  subjects: readonly Subject[],
): Promise<readonly Outcome[]> {
  const origins = new Map(subjects.map(({ origin }) => [keyOf(origin!), origin!]))
  const names = new Map([...origins.keys()].map((key, i) => [key, `source-${i}`]))
  await inParallel([...origins], 4, async ([key, origin]) => {
    const { commit, ignore } = origin
    const name = names.get(key)!
    const repository = repositories.get(origin.site)!
    const branch = origin.isLaidOut ? `laid-out-${commit}` : 'main'
    if (origin.isLaidOut) await repository.git('push', '--quiet', 'origin', `${commit}:refs/heads/${branch}`)
    const spec = ignore === undefined ? {} : { ignore }
    await flux.gitRepository({
      ...{ name, namespace: NAMESPACE, url: repository.url },
      ...{ ref: { branch, commit }, spec },
    })
    const source = { kind: 'GitRepository', namespace: NAMESPACE, name } as const
    await flux.waitFor(source, (object) => object.status?.artifact?.revision.endsWith(commit) === true)
  })
  await inParallel(subjects, 8, (subject, i) =>
    create(plane, `subject-${i}`, names.get(keyOf(subject.origin!))!, subject),
  )
  return answers(plane, flux, subjects.length)
}

const keyOf = ({ site, commit, ignore }: Origin): string => JSON.stringify([site, commit, ignore ?? null])

/** Nobody may apply anything under the name of this service account; what was built has its digest by then. */
async function create(plane: Cluster, name: string, source: string, subject: Subject): Promise<void> {
  const spec = {
    ...shapeOf(subject.result.kustomization.spec),
    ...{ interval: '1h', retryInterval: '1h', timeout: '20s', prune: false, serviceAccountName: 'nobody' },
    sourceRef: { kind: 'GitRepository', name: source },
  }
  const type = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' }
  const metadata = { name, namespace: NAMESPACE }
  const { status, body } = await plane.request('POST', LIST, { ...type, metadata, spec })
  if (status !== 201) throw new Error(`the server refused ${JSON.stringify(spec)}: ${JSON.stringify(body)}`)
}

async function answers(plane: Cluster, flux: Flux, count: number): Promise<readonly Outcome[]> {
  let missing = count
  return eventually(
    async () => {
      const { body } = await plane.request('GET', LIST)
      const { items } = body as { readonly items: readonly FluxObject[] }
      const found = new Map(items.map((object) => [object.metadata.name, readOutcome(object, '')]))
      const all = Array.from({ length: count }, (_, i) => found.get(`subject-${i}`))
      const decided = all.filter((one) => one !== undefined)
      missing = count - decided.length
      return missing === 0 ? decided : undefined
    },
    {
      timeoutMs: 60_000 + count * 1_000,
      everyMs: 500,
      complaint: () => `Flux left ${missing} of ${count} Kustomizations:\n${flux.log()}`,
    },
  )
}
