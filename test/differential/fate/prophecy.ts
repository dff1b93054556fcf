import type { Kustomize } from '@kubectl-gitops/core/desired/kustomize.js'
import type { ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import type { FieldType } from '@kubectl-gitops/core/drift/schema.js'
import { openCheckout } from '@kubectl-gitops/core/git/checkout.js'
import { connect, type Cluster } from '@kubectl-gitops/core/live/cluster.js'
import { discover } from '@kubectl-gitops/core/live/discovery.js'
import { keyString, type KubernetesObject } from '@kubectl-gitops/core/object.js'
import { Builder } from '@kubectl-gitops/core/survey/builder.js'
import { readFluxState, type FluxState } from '@kubectl-gitops/core/survey/flux-state.js'
import { heldBecause } from '@kubectl-gitops/core/survey/kustomization-record.js'
import { objectRecords } from '@kubectl-gitops/core/survey/object-records.js'
import { planKustomization, type Plan } from '@kubectl-gitops/core/survey/plan.js'
import { beginLists, readCluster, type Reading } from '@kubectl-gitops/core/survey/reading.js'
import { readVariables } from '@kubectl-gitops/core/survey/variables.js'
import { binary } from '../../support/binaries.js'
import { GIT_ENV } from '../../support/git-repository.js'

/** What is asked about. */
export interface Question {
  readonly kubeconfig: string
  /** Of the Kustomizations. */
  readonly namespace: string
  readonly repository: string
  /** The revision that Flux will apply next. */
  readonly revision: string
  /** Begins the names of Kustomizations that this revision changes. */
  readonly moving: string
  /** For the server's schema. */
  readonly folder: string
}

/** What `drift` reads and says, of the revision that comes next. */
export interface Prophecy {
  readonly plans: readonly Plan[]
  readonly look: Look
}

export interface Look {
  readonly live: ReadonlyMap<string, KubernetesObject>
  readonly records: ReadonlyMap<string, ObjectRecord>
  readonly git: ReadonlyMap<string, KubernetesObject>
  readonly typeOf: (object: KubernetesObject) => FieldType | undefined
}

/** Asks the engine as the command does; only where Git moves the build is that of the revision that comes next. */
export async function foretell(question: Question): Promise<Prophecy> {
  return connected(question, async (cluster) => {
    const discovery = await discover(cluster)
    const state = await readFluxState(cluster, discovery)
    const plans = await plansAt(question, state, cluster)
    return { plans, look: lookAt(plans, await read(question, cluster, plans)) }
  })
}

/** A second look with the same plans, after Flux. */
export async function lookAgain(question: Question, plans: readonly Plan[]): Promise<Look> {
  return connected(question, async (cluster) => lookAt(plans, await read(question, cluster, plans)))
}

async function read(question: Question, cluster: Cluster, plans: readonly Plan[]): Promise<Reading> {
  const discovery = await discover(cluster)
  const lists = beginLists(cluster, discovery, [], undefined)
  return readCluster(
    { kustomizations: plans, helmReleases: [] },
    { cluster, discovery, cacheDirectory: question.folder, lists },
  )
}

async function connected<T>(question: Question, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await connect({ kubeconfig: question.kubeconfig, env: {} })
  try {
    return await work(cluster)
  } finally {
    cluster.close()
  }
}

async function plansAt(question: Question, state: FluxState, cluster: Cluster): Promise<readonly Plan[]> {
  const kustomize: Kustomize = { kubectl: binary('kubectl'), timeoutMs: 120_000, env: GIT_ENV }
  const open = () => openCheckout(question.repository, { env: GIT_ENV })
  const builder = new Builder(open, kustomize, (one) => readVariables(cluster, one), 2)
  try {
    const own = state.kustomizations.filter(({ namespace }) => namespace === question.namespace)
    return await Promise.all(own.map((kustomization) => planAt(question, state, builder, kustomization)))
  } finally {
    await builder.close()
  }
}

async function planAt(
  question: Question,
  state: FluxState,
  builder: Builder,
  kustomization: Plan['kustomization'],
): Promise<Plan> {
  const plan = await planKustomization(kustomization, state, builder)
  const isMoving = kustomization.name.startsWith(question.moving)
  if (!isMoving || heldBecause(plan) !== undefined || plan.source === undefined) return plan
  const build = await builder.build(kustomization, plan.source, question.revision)
  if (!build.ok) throw build.error
  return { ...plan, build, ahead: true }
}

function lookAt(plans: readonly Plan[], reading: Reading): Look {
  const records = plans.flatMap((plan) => objectRecords(plan, reading))
  const git = plans.flatMap(({ build }) => (build?.ok === true ? build.build.objects : []))
  return {
    live: reading.live.objects,
    records: new Map(records.map((record) => [keyOfRecord(record), record])),
    git: new Map(git.map((object) => [keyOfRecord({ ...object, ...object.metadata }), object])),
    typeOf: ({ apiVersion, kind }) => reading.schema.typeOf(apiVersion, kind),
  }
}

type Named = Pick<ObjectRecord, 'apiVersion' | 'kind' | 'namespace' | 'name'>

/** The key under which a look keeps an object. */
export function keyOfRecord({ apiVersion, kind, namespace = '', name }: Named): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return keyString({ group, kind, namespace, name })
}
