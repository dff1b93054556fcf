import { stringify } from 'yaml'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import type { Cluster } from '../../support/cluster.js'
import { eventually } from '../../support/eventually.js'
import type { Flux } from '../../support/flux.js'
import { conditionOf, isReady, type FluxObject } from '../../support/flux-objects.js'
import type { FluxRepository } from '../../support/flux-repository.js'
import { temporaryFolder } from '../../support/processes.js'
import { inParallel } from '../parallel.js'
import { kindOf, manifestOf, type FateCase } from './case.js'
import { check, type Checked } from './check.js'
import { GADGETS } from './kinds/custom.js'
import { foretell, keyOfRecord, lookAgain, type Look, type Prophecy, type Question } from './prophecy.js'
import { pathOf, Scribe, type Reception } from './writer.js'

/** Begins the names of Kustomizations whose objects the next commit changes. */
export const MOVING = 'moving'
/** Plain objects are spread over so many Kustomizations, which Flux reconciles four at a time. */
const PLAIN = 4
const PATIENCE_MS = 300_000

/** What a Kustomization of the group `ignoring` tells Flux to leave alone. */
const IGNORE = [
  { paths: ['/spec/replicas', '/data/level', '/metadata/annotations/note', '/metadata/labels/tier'] },
  {
    paths: ['/spec/template/spec/containers/0/image', '/spec/template/spec/containers/0/resources'],
    target: { kind: 'Deployment' },
  },
  { paths: ['/spec/size', '/spec/options'], target: { group: 'fate.example.org' } },
]

/** A case on the cluster. */
export interface Placed {
  readonly input: FateCase
  readonly name: string
  readonly namespace: string
  readonly folder: string
}

export interface Outcome extends Checked {
  readonly placed: Placed
  readonly receptions: readonly Reception[]
  /** The server refused what Flux sent of it. */
  readonly isRefused: boolean
  readonly before: KubernetesObject | undefined
  readonly after: KubernetesObject | undefined
}

/** Creates the kind of custom resource that cases have. */
export async function provideGadgets(cluster: Cluster): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const { status, body } = await cluster.request('POST', path, GADGETS)
  if (status !== 201) throw new Error(JSON.stringify(body))
  await eventually(
    async () => {
      const { body: found } = await cluster.request('GET', `/openapi/v3/apis/${GADGETS.spec.group}/v1`)
      return JSON.stringify(found).includes('Gadget') ? true : undefined
    },
    { timeoutMs: 60_000, complaint: () => 'the server does not describe Gadgets' },
  )
}

/** Lets people edit objects of the real Flux, asks the engine what comes of it, and lets Flux reconcile. */
export class Arena {
  readonly #cluster: Cluster
  readonly #flux: Flux
  readonly #rounds: string
  #count = 0

  constructor(cluster: Cluster, flux: Flux, name = 'fate') {
    this.#cluster = cluster
    this.#flux = flux
    this.#rounds = name
  }

  async run(cases: readonly FateCase[]): Promise<readonly Outcome[]> {
    const namespace = `${this.#rounds}-${++this.#count}`
    await this.#send('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
    const repository = await this.#flux.createRepository(namespace)
    const placed = await inParallel(cases, 8, (input, i) => this.#place(input, i, namespace))
    const first = await commit(repository, placed, false)
    await this.#flux.gitRepository({ name: 'fate', namespace, url: repository.url })
    await this.#declare(namespace, placed)
    await this.#settled(namespace, first)
    await this.#suspend(namespace, placed)
    const scribe = new Scribe(this.#cluster)
    const receptions = await inParallel(placed, 8, (one) => this.#edit(scribe, one))
    const revision = await commit(repository, placed, true)
    const folder = await temporaryFolder('fate')
    try {
      const question: Question = {
        ...{ kubeconfig: this.#cluster.kubeconfig, namespace, revision, moving: MOVING, folder: folder.path },
        repository: repository.path,
      }
      const prophecy = await foretell(question)
      const refused = await this.#reconcile(namespace, revision)
      const after = await lookAgain(question, prophecy.plans)
      return placed.map((one, i) => ({
        ...outcome(one, prophecy, after, refused.has(one.name) || refused.has(one.folder)),
        receptions: receptions[i] ?? [],
      }))
    } finally {
      await folder.remove()
    }
  }

  /** A next commit that the server would refuse is left out: it says nothing of edits. */
  async #place(input: FateCase, index: number, namespace: string): Promise<Placed> {
    const placed = place(input, index, namespace)
    const next = Array.isArray(input.next) ? manifestOf(input, placed, true) : undefined
    if (next === undefined) return placed
    const path = `${pathOf({ ...placed, kind: kindOf(input) })}?dryRun=All&fieldManager=kustomize-controller`
    const contentType = 'application/apply-patch+yaml'
    const { status } = await this.#cluster.request('PATCH', path, next, { contentType })
    if (status < 300) return placed
    const { kind, git, edits, group } = input
    return { ...placed, input: { kind, git, edits, group } }
  }

  async #declare(namespace: string, placed: readonly Placed[]): Promise<void> {
    for (const folder of foldersOf(placed)) {
      const spec = {
        prune: !folder.endsWith('keeping'),
        timeout: '60s',
        ...(folder.endsWith('ignoring') ? { ignore: IGNORE } : {}),
      }
      await this.#flux.kustomization({ name: folder, namespace, source: 'fate', path: `./${folder}`, spec })
    }
  }

  async #suspend(namespace: string, placed: readonly Placed[]): Promise<void> {
    for (const name of foldersOf(placed).filter((folder) => folder.endsWith('suspended')))
      await this.#send('PATCH', `${KUSTOMIZATIONS(namespace)}/${name}`, { spec: { suspend: true } })
  }

  async #edit(scribe: Scribe, one: Placed): Promise<readonly Reception[]> {
    const git = manifestOf(one.input, one)
    if (git === undefined) return []
    const receptions: Reception[] = []
    for (const edit of one.input.edits)
      receptions.push(await scribe.write({ ...one, kind: kindOf(one.input), git }, edit))
    return receptions
  }

  /** Waits until every Kustomization has dealt with a revision; answers those that have not applied it. */
  async #settled(namespace: string, revision: string): Promise<readonly FluxObject[]> {
    let items: readonly FluxObject[] = []
    const open = (): readonly FluxObject[] =>
      items.filter((one) => one.spec.suspend !== true && !isDone(one, revision))
    return eventually(
      async () => {
        items = await this.#kustomizations(namespace)
        return open().length > 0 ? undefined : items.filter((one) => !isReady(one))
      },
      {
        timeoutMs: PATIENCE_MS,
        everyMs: 200,
        complaint: () =>
          `${open()
            .map(({ metadata }) => metadata.name)
            .join(', ')} left\n${this.#flux.log()}`,
      },
    )
  }

  async #kustomizations(namespace: string): Promise<readonly FluxObject[]> {
    const { body } = await this.#cluster.request('GET', KUSTOMIZATIONS(namespace))
    return (body as { readonly items: readonly FluxObject[] }).items
  }

  /**
   * Objects that the server refuses hold up all others of their Kustomization: they are taken away, and named. Where
   * Flux itself stumbles over its ignore rules, the whole Kustomization is lost.
   */
  async #reconcile(namespace: string, revision: string): Promise<ReadonlySet<string>> {
    const refused = new Set<string>()
    await this.#flux.reconcile('GitRepository', namespace, 'fate')
    for (;;) {
      const failed = await this.#settled(namespace, revision)
      const open = failed.filter(({ spec, metadata }) => spec.suspend !== true && !refused.has(metadata.name))
      if (open.length === 0) return refused
      for (const one of open) {
        const name = await this.#takeAway(namespace, one)
        if (refused.has(name)) throw new Error(`the server refuses ${name} always\n${this.#flux.log()}`)
        refused.add(name)
        if (name !== one.metadata.name)
          await this.#flux.reconcile('Kustomization', namespace, one.metadata.name)
      }
    }
  }

  /** Deletes the object that a Kustomization fails at; answers its name, or the Kustomization's where it names none. */
  async #takeAway(namespace: string, failed: FluxObject): Promise<string> {
    const message = conditionOf(failed, 'Ready')?.message ?? ''
    process.stdout.write(`${failed.metadata.name} fails: ${message}\n`)
    const [, kind = '', name = ''] = /(\w+)\/[\w-]+\/(o\d+)\b/.exec(message) ?? []
    if (name === '') {
      if (message.includes('replace operation does not apply')) return failed.metadata.name
      throw new Error(`${failed.metadata.name}: ${message}\n${this.#flux.log()}`)
    }
    const path = pathOf({ kind: kindOf({ kind }), name, namespace })
    await this.#cluster.request('PATCH', path, { metadata: { finalizers: null } })
    await this.#cluster.request('DELETE', path)
    return name
  }

  async #send(method: string, path: string, body: object): Promise<void> {
    const answer = await this.#cluster.request(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  }
}

const KUSTOMIZATIONS = (namespace: string): string =>
  `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${namespace}/kustomizations`

function place(input: FateCase, index: number, namespace: string): Placed {
  const group = input.next === undefined ? input.group : `${MOVING}-${input.group}`
  const folder = group === 'plain' ? `plain-${index % PLAIN}` : group
  return { input, name: `o${index}`, namespace, folder }
}

const foldersOf = (placed: readonly Placed[]): readonly string[] => [
  ...new Set(placed.map(({ folder }) => folder)),
]

/** Commits the manifests of all cases; a folder is never empty. */
async function commit(repository: FluxRepository, placed: readonly Placed[], next: boolean): Promise<string> {
  const files: Record<string, string> = {}
  const dropped: string[] = []
  for (const one of placed) {
    const object = manifestOf(one.input, one, next)
    const path = `${one.folder}/${one.name}.yaml`
    if (object === undefined) dropped.push(path)
    else files[path] = stringify(object)
  }
  for (const folder of foldersOf(placed)) {
    const metadata = { name: `${folder}-anchor`, namespace: placed[0]?.namespace }
    files[`${folder}/anchor.yaml`] = stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  }
  await repository.write(files)
  await repository.remove(...dropped)
  const hash = await repository.commit(next ? 'Change some' : 'Add them all')
  await repository.push()
  return `${repository.branch}@sha1:${hash}`
}

function isDone(object: FluxObject, revision: string): boolean {
  const ready = conditionOf(object, 'Ready')
  const isBusy = conditionOf(object, 'Reconciling')?.status === 'True' && ready?.status !== 'False'
  return (
    object.status?.lastAttemptedRevision === revision &&
    !isBusy &&
    (isReady(object) || ready?.status === 'False')
  )
}

function outcome(
  placed: Placed,
  { look }: Prophecy,
  after: Look,
  isRefused: boolean,
): Omit<Outcome, 'receptions'> {
  const { apiVersion, kind } = kindOf(placed.input)
  const key = keyOfRecord({ apiVersion, kind, namespace: placed.namespace, name: placed.name })
  const git = look.git.get(key)
  const [before, now] = [look.live.get(key), after.live.get(key)]
  const known = git ?? before
  const sight = {
    ...{ git, before, after: now, record: look.records.get(key), afterRecord: after.records.get(key) },
    type: known === undefined ? undefined : look.typeOf(known),
  }
  const checked: Checked = isRefused ? { wrong: [], unknown: [], reverted: 0, kept: 0 } : check(sight)
  return { ...checked, placed, isRefused, before, after: now }
}
