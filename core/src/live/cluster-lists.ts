import { asGitOpsError, type GitOpsError } from '../errors.js'
import type { KubernetesObject } from '../object.js'
import type { Cluster } from './cluster.js'
import { resourcePath, type ApiResource } from './discovery.js'
import { createGate, type Gate } from './gate.js'

/** What one LIST brought, as far as it came. */
export interface Collected {
  readonly objects: readonly KubernetesObject[]
  readonly requests: number
  readonly error?: GitOpsError
}

const LISTS_AT_ONCE = 6

/**
 * LISTs of whole kinds, each made once however often it is asked for: it can be under way before it is known which
 * objects are wanted of it. Never throws; what failed is told with what came before.
 */
export class ClusterLists {
  readonly #cluster: Pick<Cluster, 'pages'>
  readonly #labelSelector: string
  readonly #turn: Gate
  readonly #begun = new Map<string, Promise<Collected>>()

  constructor(cluster: Pick<Cluster, 'pages'>, labelSelector: string, concurrency = LISTS_AT_ONCE) {
    this.#cluster = cluster
    this.#labelSelector = labelSelector
    this.#turn = createGate(concurrency)
  }

  /** The objects of a kind in the whole cluster, or in one namespace. */
  of(resource: ApiResource, namespace?: string): Promise<Collected> {
    const path = resourcePath(resource, namespace)
    const begun = this.#begun.get(path) ?? this.#turn(() => this.#collect(path))
    this.#begun.set(path, begun)
    return begun
  }

  async #collect(path: string): Promise<Collected> {
    const objects: KubernetesObject[] = []
    let requests = 0
    try {
      for await (const page of this.#cluster.pages(path, { labelSelector: this.#labelSelector })) {
        requests++
        for (const item of page.items) objects.push(item)
      }
      return { objects, requests }
    } catch (thrown) {
      return { objects, requests: requests + 1, error: asGitOpsError(thrown) }
    }
  }
}
