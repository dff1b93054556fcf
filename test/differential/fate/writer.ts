import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import type { Answer, Cluster } from '../../support/cluster.js'
import { changed, partOf, type Change } from './change.js'
import type { Edit } from './edit.js'
import type { Kind } from './kind.js'

/** An object on the cluster and how Git has it. */
export interface Target {
  readonly kind: Kind
  readonly name: string
  readonly namespace: string
  readonly git: KubernetesObject
}

/** What became of an edit: the server took it, it changed nothing, or the server refused it. */
export type Reception = 'taken' | 'void' | 'refused'

const FLUX_LABELS = 'kustomize.toolkit.fluxcd.io/'

export function pathOf({ kind, name, namespace }: Omit<Target, 'git'>): string {
  const root = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`
  return `${root}/namespaces/${namespace}/${kind.resource}/${name}`
}

/** Writes edits into a real API server, as their authors would. */
export class Scribe {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async write(target: Target, edit: Edit): Promise<Reception> {
    const before = await this.#live(target)
    if (before === undefined) return 'void'
    const isTaken = await this.#send(target, before, edit)
    if (!isTaken) return 'refused'
    const after = await this.#live(target)
    return after?.metadata.resourceVersion === before.metadata.resourceVersion ? 'void' : 'taken'
  }

  async #live(target: Target): Promise<KubernetesObject | undefined> {
    const { status, body } = await this.#cluster.request('GET', pathOf(target))
    return status === 200 ? (body as KubernetesObject) : undefined
  }

  async #send(target: Target, live: KubernetesObject, edit: Edit): Promise<boolean> {
    if ('kubectl' in edit) return this.#kubectl(target, live, edit)
    const path = pathOf(target)
    if ('remove' in edit) return isOk(await this.#cluster.request('DELETE', path))
    if ('scale' in edit) {
      const at = `${path}/scale?fieldManager=${edit.manager}`
      return isOk(await this.#cluster.request('PATCH', at, { spec: { replicas: edit.scale } }))
    }
    if ('forget' in edit)
      return isOk(await this.#cluster.request('PATCH', path, { metadata: { managedFields: [{}] } }))
    if ('create' in edit) return this.#create(target, live, edit)
    return edit.by.via === 'put'
      ? isOk(await this.#put(target, altered(live, edit.changes), edit.by.manager))
      : this.#apply(target, edit.changes, edit.by.manager)
  }

  #put(target: Target, object: KubernetesObject, manager: string): Promise<Answer> {
    return this.#cluster.request('PUT', `${pathOf(target)}?fieldManager=${manager}`, object)
  }

  async #apply(target: Target, changes: readonly Change[], manager: string): Promise<boolean> {
    const part = partOf(changes) as { readonly metadata?: object }
    const { name, namespace, kind } = target
    const { apiVersion } = kind
    const metadata = { ...part.metadata, name, namespace }
    const object = { ...part, apiVersion, kind: kind.kind, metadata }
    const path = `${pathOf(target)}?fieldManager=${manager}&force=true`
    const contentType = 'application/apply-patch+yaml'
    return isOk(await this.#cluster.request('PATCH', path, object, { contentType }))
  }

  async #create(
    target: Target,
    live: KubernetesObject,
    edit: Extract<Edit, { create: string }>,
  ): Promise<boolean> {
    const path = pathOf(target)
    if (!isOk(await this.#cluster.request('DELETE', path))) return false
    const labels = Object.entries(live.metadata.labels ?? {}).filter(([key]) => key.startsWith(FLUX_LABELS))
    const object = altered(target.git, edit.changes)
    const own = edit.labelled
      ? { ...object.metadata.labels, ...Object.fromEntries(labels) }
      : object.metadata.labels
    const metadata = { ...object.metadata, ...(own === undefined ? {} : { labels: own }) }
    const folder = path.slice(0, path.lastIndexOf('/'))
    const answer = await this.#cluster.request('POST', `${folder}?fieldManager=${edit.create}`, {
      ...object,
      metadata,
    })
    // The object is gone all the same, or still held by a finalizer: that is an edit as well.
    return isOk(answer) || answer.status === 422 || answer.status === 409
  }

  async #kubectl(
    { name, namespace, git }: Target,
    live: KubernetesObject,
    { kubectl, changes }: Extract<Edit, { kubectl: readonly string[] }>,
  ): Promise<boolean> {
    const args = kubectl.map((word) => word.replace('NAME', name))
    const object = kubectl[0] === 'replace' ? altered(live, changes) : altered(git, changes)
    const stdin = kubectl.includes('-') ? { stdin: JSON.stringify(object) } : {}
    const { code } = await this.#cluster.kubectl(['-n', namespace, ...args], stdin)
    return code === 0
  }
}

const altered = (object: KubernetesObject, changes: readonly Change[]): KubernetesObject =>
  changes.reduce(changed, object)

const isOk = ({ status }: Answer): boolean => status < 300
