import { decorate } from '@kubectl-gitops/core/desired/decorate.js'
import { readKustomization } from '@kubectl-gitops/core/desired/kustomization.js'
import type { KubernetesObject } from '@kubectl-gitops/core/object.js'
import { parseAllDocuments } from 'yaml'
import type { Cluster } from './cluster.js'
import { objectPath } from './object-path.js'

const NAMESPACE = 'flux-system'
const SOURCES = '/apis/source.toolkit.fluxcd.io/v1'
const KUSTOMIZATIONS = '/apis/kustomize.toolkit.fluxcd.io/v1'

/** What the status of a Kustomization says. */
export interface Applied {
  /** The revision that was applied; never, if absent. */
  readonly revision?: string
  /** The condition Ready; True unless told. */
  readonly ready?: { readonly status: string; readonly reason: string; readonly message: string }
  /** Inventory ids: `apps_web_apps_Deployment`. */
  readonly inventory?: readonly string[]
}

/**
 * Flux without its controllers: its objects with a status written by hand, and what it would have applied,
 * under its field manager. For what no real Flux could be brought to, and without waiting for one.
 */
export interface FluxByHand {
  source(kind: 'GitRepository' | 'OCIRepository', name: string, url: string, revision: string): Promise<void>
  kustomization(name: string, spec: object, applied: Applied): Promise<void>
  /** Applies YAML documents as the Kustomization does. */
  apply(kustomization: string, yaml: string): Promise<void>
}

/** Writes into a cluster that has Flux's CRDs; makes the namespace `flux-system`. */
export async function fluxByHand(cluster: Cluster): Promise<FluxByHand> {
  const send = async (method: string, path: string, body: object, contentType?: string): Promise<unknown> => {
    const options = contentType === undefined ? {} : { contentType }
    const answer = await cluster.request(method, path, body, options)
    if (answer.status < 300) return answer.body
    throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  }
  const create = async (folder: string, object: object & { metadata: { name: string } }, status: object) => {
    await send('POST', folder, object)
    await send('PATCH', `${folder}/${object.metadata.name}/status`, { status })
  }
  await send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  return {
    source: async (kind, name, url, revision) => {
      const object = {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind,
        metadata: { name, namespace: NAMESPACE },
        spec: { interval: '1h', url },
      }
      const artifact = {
        revision,
        digest: `sha256:${'0'.repeat(64)}`,
        lastUpdateTime: '2026-03-01T12:00:00Z',
        path: `${kind.toLowerCase()}/${name}.tar.gz`,
        url: `http://source-controller.invalid/${name}.tar.gz`,
      }
      const plural = kind === 'GitRepository' ? 'gitrepositories' : 'ocirepositories'
      await create(`${SOURCES}/namespaces/${NAMESPACE}/${plural}`, object, { artifact })
    },
    kustomization: async (name, spec, applied) => {
      const object = {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name, namespace: NAMESPACE },
        spec: { interval: '1h', prune: true, ...spec },
      }
      await create(`${KUSTOMIZATIONS}/namespaces/${NAMESPACE}/kustomizations`, object, statusOf(applied))
    },
    apply: async (name, yaml) => {
      const owner = readKustomization({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name, namespace: NAMESPACE },
      })
      for (const document of parseAllDocuments(yaml)) {
        const object = decorate((document as { toJS(): unknown }).toJS() as KubernetesObject, owner)
        const path = `${objectPath(object)}?fieldManager=kustomize-controller&force=true`
        await send('PATCH', path, object, 'application/apply-patch+yaml')
      }
    },
  }
}

function statusOf({ revision, ready, inventory = [] }: Applied): object {
  const condition = ready ?? {
    status: 'True',
    reason: 'ReconciliationSucceeded',
    message: 'Applied revision',
  }
  return {
    observedGeneration: 1,
    conditions: [{ type: 'Ready', lastTransitionTime: '2026-03-01T12:00:00Z', ...condition }],
    ...(revision === undefined ? {} : { lastAppliedRevision: revision, lastAttemptedRevision: revision }),
    inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) },
  }
}
