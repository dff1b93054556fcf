import { HELM_OWNER_NAME } from '../desired/helm-release.js'
import type { FluxReference } from '../desired/kustomization.js'
import { asGitOpsError, type GitOpsError } from '../errors.js'
import type { Cluster } from '../live/cluster.js'
import { resourcePath, type ApiResource, type Discovery } from '../live/discovery.js'
import { OWNER_LABEL } from '../live/list.js'
import { follow, metadataDigest, type Change } from '../live/watch-collection.js'
import type { ObjectKey } from '../object.js'
import { ownerSelector, type Focus } from './scope-focus.js'
import { FOLLOWED_KINDS, fluxDigest } from './watch-flux.js'

/** Where to follow, and whom to tell. */
export interface CollectionsRequest {
  readonly cluster: Pick<Cluster, 'get' | 'lines'>
  readonly signal: AbortSignal
  readonly focus: Focus | undefined
  readonly fluxChanged: (reference: FluxReference) => void
  readonly objectChanged: (resource: ApiResource, change: Change) => void
  readonly trouble: (error: GitOpsError | undefined) => void
}

/** The collections that a watch follows, each once. */
export class Collections {
  readonly #request: CollectionsRequest
  readonly #followed = new Set<string>()

  constructor(request: CollectionsRequest) {
    this.#request = request
  }

  /** Follows Flux's own objects, whole: what they were built from is in their status. */
  async followFlux(discovery: Discovery): Promise<void> {
    const { cluster, signal, fluxChanged, trouble } = this.#request
    const kinds = FOLLOWED_KINDS.flatMap(([group, kind]) => discovery.preferred(group, kind) ?? [])
    await Promise.all(
      kinds.map((resource) =>
        this.#tolerate(() =>
          follow(cluster, {
            path: resourcePath(resource),
            part: 'whole',
            digest: (object) => fluxDigest({ ...object, kind: resource.kind }),
            changed: ({ namespace, name }) => {
              fluxChanged({ kind: resource.kind, namespace, name })
            },
            trouble,
            signal,
          }),
        ),
      ),
    )
  }

  /**
   * Follows the kinds of objects, by metadata alone; in single namespaces where the whole cluster may not be read.
   * Answers the keys of those that were not followed before.
   */
  async follow(
    keys: readonly ObjectKey[],
    discovery: Discovery,
  ): Promise<readonly (readonly [ApiResource, ObjectKey])[]> {
    const fresh: (readonly [ApiResource, ObjectKey])[] = []
    const paths = new Map<string, { readonly resource: ApiResource; readonly namespaces: Set<string> }>()
    for (const key of keys) {
      const resource = discovery.preferred(key.group, key.kind)
      if (resource?.verbs.includes('list') !== true) continue
      const path = resourcePath(resource)
      if (this.#followed.has(path)) continue
      const group = paths.get(path) ?? { resource, namespaces: new Set<string>() }
      paths.set(path, group)
      group.namespaces.add(key.namespace)
      fresh.push([resource, key])
    }
    await Promise.all(
      [...paths].map(([path, { resource, namespaces }]) => {
        this.#followed.add(path)
        return this.#followKind(resource, namespaces)
      }),
    )
    return fresh
  }

  async #followKind(resource: ApiResource, namespaces: ReadonlySet<string>): Promise<void> {
    try {
      await this.#followPath(resource, resourcePath(resource), OWNER_LABEL)
      await this.#tolerate(() => this.#followPath(resource, resourcePath(resource), HELM_OWNER_NAME))
    } catch (thrown) {
      const error = asGitOpsError(thrown)
      if (error.code !== 'FORBIDDEN') {
        this.#request.trouble(error)
        return
      }
      const paths = [...namespaces].filter((name) => name !== '').map((name) => resourcePath(resource, name))
      const selectors = [OWNER_LABEL, HELM_OWNER_NAME]
      await Promise.all(
        paths.flatMap((path) =>
          selectors.map((selector) => this.#tolerate(() => this.#followPath(resource, path, selector))),
        ),
      )
    }
  }

  #followPath(resource: ApiResource, path: string, label: string): Promise<void> {
    const { cluster, signal, focus, objectChanged, trouble } = this.#request
    const isNarrow = label === OWNER_LABEL && focus?.objects.length === 0
    return follow(cluster, {
      path,
      labelSelector: (isNarrow ? ownerSelector(focus) : undefined) ?? label,
      part: 'metadata',
      digest: metadataDigest,
      changed: (change) => {
        objectChanged(resource, change)
      },
      trouble,
      signal,
    })
  }

  /** What cannot be followed is still looked at with everything else, now and then. */
  async #tolerate(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      this.#request.trouble(asGitOpsError(thrown))
    }
  }
}
