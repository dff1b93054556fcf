import { FLUX_MANAGER } from '../drift/actor.js'
import { withoutHollow } from '../drift/hollow.js'
import type { Prediction } from '../drift/prediction.js'
import type { ObjectRecord } from '../drift/report.js'
import { asGitOpsError, GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import type { ApiResource } from '../live/discovery.js'
import { dryRun, mayPatch } from '../live/dry-run.js'
import { createGate } from '../live/gate.js'
import { servedResource } from '../live/served-resource.js'
import type { KubernetesObject } from '../object.js'
import { undecidedObjects } from './object-records.js'
import type { Plan } from './plan.js'
import type { Reading } from './reading.js'
import { isCustom } from './scope.js'

/** What is asked for a dry run: nothing here can write. */
type Rehearser = Pick<Cluster, 'dryRunApply' | 'review'>

const DRY_RUNS_AT_ONCE = 16

/**
 * Asks the server to rehearse Flux's next apply of every object that values and ownership do not decide, or only
 * vouch for; what it answers goes into the reading, by the built object. Only what the user may patch is asked for.
 */
export async function withPredictions(
  plans: readonly Plan[],
  reading: Reading,
  cluster: Rehearser,
): Promise<Reading> {
  const enter = createGate(DRY_RUNS_AT_ONCE)
  const rights = new Rights(cluster)
  const objects = plans.flatMap((plan) => undecidedObjects(plan, reading))
  const predictions = await Promise.all(
    objects.map(async (git): Promise<[KubernetesObject, Prediction]> => {
      return [git, await enter(() => predict(git, reading, cluster, rights))]
    }),
  )
  return { ...reading, predictions: new Map(predictions) }
}

async function predict(
  git: KubernetesObject,
  reading: Reading,
  cluster: Rehearser,
  rights: Rights,
): Promise<Prediction> {
  const { apiVersion, kind } = git
  const resource = servedResource(reading.discovery, apiVersion, kind)
  if (resource instanceof GitOpsError) return failed(resource)
  const refused = await rights.missing(resource, git.metadata.namespace ?? '')
  if (refused !== undefined) return refused
  const sent = isCustom(apiVersion) ? git : withoutHollow(git, reading.schema.typeOf(apiVersion, kind))
  return dryRun(cluster, resource, resource.namespaced ? sent : withoutNamespace(sent), FLUX_MANAGER)
}

/** A namespace on what has none means nothing to Flux (fluxcd/pkg ssa), and is refused by the server. */
function withoutNamespace(object: KubernetesObject): KubernetesObject {
  const metadata = Object.entries(object.metadata).filter(([name]) => name !== 'namespace')
  return { ...object, metadata: { ...Object.fromEntries(metadata), name: object.metadata.name } }
}

const failed = ({ message }: GitOpsError): Prediction => ({
  kind: 'undecided',
  reason: 'dry-run-failed',
  message,
})

/** Who may patch what, asked once for each kind and namespace. */
class Rights {
  readonly #known = new Map<string, Promise<Prediction | undefined>>()
  readonly #cluster: Rehearser

  constructor(cluster: Rehearser) {
    this.#cluster = cluster
  }

  /** Why no dry run can be made; undefined where it can. */
  missing(resource: ApiResource, namespace: string): Promise<Prediction | undefined> {
    const place = resource.namespaced ? namespace : ''
    const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
    const question = `${name} ${place}`
    const known = this.#known.get(question) ?? this.#ask(resource, name, place)
    this.#known.set(question, known)
    return known
  }

  async #ask(resource: ApiResource, name: string, namespace: string): Promise<Prediction | undefined> {
    try {
      if (await mayPatch(this.#cluster, resource, namespace)) return undefined
    } catch (thrown) {
      return failed(asGitOpsError(thrown))
    }
    const where = namespace === '' ? '' : ` in namespace ${namespace}`
    const message = `a dry run would decide it, and needs the right to patch ${name}${where}`
    return { kind: 'undecided', reason: 'undecided', message }
  }
}

/** What to say where dry runs were not asked for and would tell more. */
export function exactNotes(isExact: boolean, objects: readonly ObjectRecord[]): readonly string[] {
  const count = objects.filter(
    ({ reason, owner }) => reason === 'undecided' && owner.kind === 'Kustomization',
  ).length
  if (isExact || count === 0) return []
  const many = count === 1 ? '1 object is' : `${count} objects are`
  return [`${many} undecided: --exact lets the server rehearse Flux's next apply, for users who may patch`]
}
