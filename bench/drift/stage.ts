import { startControlPlane, type ControlPlane } from '../../test/support/control-plane.js'
import { startFlux, type Flux } from '../../test/support/flux.js'
import { WIDGET_CRD, fleet, type FleetKustomization } from './fleet.js'

const NAMESPACE = 'flux-system'

/** A real cluster to which the real Flux has applied a fleet of objects. */
export interface Fleet {
  readonly cluster: ControlPlane
  readonly flux: Flux
  /** A clone that drift finds by its remote. */
  readonly checkout: string
  readonly manifests: readonly string[]
  readonly kustomizations: readonly FleetKustomization[]
  stop(): Promise<void>
}

/** Starts a control plane and Flux and waits until every object of a fleet of `count` is applied. */
export async function startFleet(count: number, say: (line: string) => void): Promise<Fleet> {
  // The tests' own range has addresses for 254 Services.
  const apiServerFlags = ['--service-cluster-ip-range', '10.0.0.0/16']
  const cluster = await startControlPlane({ crds: ['flux'], apiServerFlags })
  const undo: (() => Promise<void>)[] = [() => cluster.stop()]
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const flux = await startFlux(cluster)
    undo.push(() => flux.stop())
    const { files, kustomizations } = fleet(count)
    await furnish(cluster, kustomizations)
    const checkout = await publish(flux, files)
    say(`waiting until Flux has applied ${count} objects`)
    await applyAll(flux, kustomizations)
    const manifests = Object.keys(files).map((file) => `${checkout}/${file}`)
    return { cluster, flux, checkout, manifests, kustomizations, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function furnish(cluster: ControlPlane, kustomizations: Fleet['kustomizations']): Promise<void> {
  await post(cluster, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGET_CRD)
  for (const name of [NAMESPACE, ...kustomizations.map(({ namespace }) => namespace)])
    await post(cluster, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
}

async function publish(flux: Flux, files: Readonly<Record<string, string>>): Promise<string> {
  const repository = await flux.createRepository('fleet')
  await repository.write(files)
  await repository.commit('Add the fleet')
  await repository.push()
  await repository.git('remote', 'set-url', 'origin', repository.url)
  await flux.gitRepository({ namespace: NAMESPACE, name: 'fleet', url: repository.url })
  return repository.path
}

async function applyAll(flux: Flux, kustomizations: Fleet['kustomizations']): Promise<void> {
  const spec = { timeout: '10m', retryInterval: '5s' }
  for (const { name, path } of kustomizations)
    await flux.kustomization({ namespace: NAMESPACE, name, source: 'fleet', path, spec })
  for (const { name } of kustomizations) {
    const which = { kind: 'Kustomization', namespace: NAMESPACE, name } as const
    await flux.waitFor(which, ({ status }) => status?.lastAppliedRevision !== undefined, 900_000)
  }
}

async function post(cluster: ControlPlane, path: string, body: object): Promise<void> {
  const { status, body: answer } = await cluster.request('POST', path, body)
  if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`)
}

/** Changes one object in a hundred by hand, as `kubectl edit` does: replicas and a label, or a value. */
export async function driftOnePercent({ cluster, kustomizations }: Fleet): Promise<number> {
  let changed = 0
  for (const { namespace } of kustomizations) {
    for (const [path, patch] of EDITS) {
      const target = path.replace('NAMESPACE', namespace)
      const { status } = await cluster.request('PATCH', `${target}?fieldManager=kubectl-edit`, patch)
      if (status === 200) changed++
    }
  }
  return changed
}

const EDITS: readonly (readonly [string, object])[] = [
  [
    '/apis/apps/v1/namespaces/NAMESPACE/deployments/deployment-0',
    { metadata: { labels: { owner: 'oncall' } }, spec: { replicas: 5 } },
  ],
  ['/api/v1/namespaces/NAMESPACE/configmaps/configmap-1', { data: { region: 'us-east-1' } }],
]
