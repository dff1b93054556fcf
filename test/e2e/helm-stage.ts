import { gunzipSync, gzipSync } from 'node:zlib'
import type { DriftReport, HelmReleaseRecord, ObjectRecord } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxObject } from '../support/flux-objects.js'
import { runDrift } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'
import type { User } from '../support/users.js'
import { HELM_FLEET } from './helm-fleet.js'

/** What the tests of HelmReleases need of the machine. */
export const HELM_NEEDED = [
  ...(['etcd', 'kube-apiserver', 'kubectl', 'source-controller'] as const),
  ...(['kustomize-controller', 'helm-controller'] as const),
]

/** A control plane on which the real helm-controller has installed the releases of the fleet. */
export interface HelmStage {
  readonly plane: ControlPlane
  readonly flux: Flux
  readonly home: string
  /** The kubeconfig of somebody who may read everything. */
  readonly auditor: string
  drift(...args: readonly string[]): Promise<DriftReport & { readonly code: number | null }>
  /** kubectl by hand; throws with its words where it fails. */
  edit(...args: readonly string[]): Promise<void>
  patchRelease(name: string, spec: object): Promise<void>
  reconcile(name: string): Promise<FluxObject>
  /** Waits until Ready has this status. */
  readiness(name: string, status: string): Promise<FluxObject>
  /** What `helm upgrade` leaves behind: the next release in Helm's storage. */
  upgradeByHand(name: string): Promise<void>
  stop(): Promise<void>
}

/** Starts all of it and waits until the releases that can be installed are. */
export async function openHelmStage(users: readonly User[] = []): Promise<HelmStage> {
  const home = await temporaryFolder('home')
  const plane = await startControlPlane({ crds: ['flux'], auditLog: true, users })
  const flux = await startFlux(plane, { controllers: ['source', 'kustomize', 'helm'] })
  const auditor = await plane.kubeconfigFor('auditor')
  const edit: HelmStage['edit'] = async (...args) => {
    const { code, stderr } = await plane.kubectl(args)
    if (code !== 0) throw new Error(stderr)
  }
  const stage: HelmStage = {
    ...{ plane, flux, auditor, edit, home: home.path },
    drift: (...args) => runDrift(args, { home: home.path, kubeconfig: auditor }),
    patchRelease: (name, spec) =>
      edit('-n', 'flux-system', 'patch', 'hr', name, '--type=merge', '-p', JSON.stringify({ spec })),
    reconcile: (name) => flux.reconcile('HelmRelease', 'flux-system', name),
    readiness: (name, wanted) =>
      flux.waitFor(
        { kind: 'HelmRelease', namespace: 'flux-system', name },
        (object) =>
          object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === wanted) ===
          true,
        180_000,
      ),
    upgradeByHand: (name) => upgradeByHand(plane, name),
    stop: async () => {
      await flux.stop()
      await plane.stop()
      await home.remove()
    },
  }
  await layOut(stage)
  return stage
}

async function layOut({ plane, flux, ...stage }: HelmStage): Promise<void> {
  await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
  const fleet = await flux.createRepository('fleet')
  await fleet.write(HELM_FLEET)
  await fleet.commit('Release the web')
  await fleet.push()
  await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
  await flux.kustomization({
    name: 'releases',
    namespace: 'flux-system',
    source: 'fleet',
    path: './releases',
  })
  for (const name of ['web', 'warned', 'plain']) await stage.readiness(name, 'True')
  await stage.readiness('broken', 'False')
}

async function upgradeByHand(plane: ControlPlane, name: string): Promise<void> {
  const path = '/api/v1/namespaces/flux-system/secrets'
  const { body } = await plane.request('GET', `${path}/sh.helm.release.v1.${name}.v1`)
  const secret = body as { readonly data: { readonly release: string } }
  const inner = Buffer.from(secret.data.release, 'base64').toString()
  const release = JSON.parse(gunzipSync(Buffer.from(inner, 'base64')).toString()) as object
  const next = Buffer.from(gzipSync(JSON.stringify({ ...release, version: 2 })).toString('base64'))
  const labels = { name, owner: 'helm', status: 'deployed', version: '2' }
  const answer = await plane.request('POST', path, {
    metadata: { name: `sh.helm.release.v1.${name}.v2`, labels },
    type: 'helm.sh/release.v1',
    data: { release: next.toString('base64') },
  })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
}

/** The record of a HelmRelease. */
export const recordOf = (report: DriftReport, name: string): HelmReleaseRecord | undefined =>
  report.helmReleases.find((one) => one.name === name)

/** The records of its objects. */
export const objectsOf = (report: DriftReport, name: string): readonly ObjectRecord[] =>
  report.objects.filter(({ owner }) => owner.kind === 'HelmRelease' && owner.name === name)

/** What differs of a release's objects, by the field, and whether it is said to be put back. */
export function predictions(report: DriftReport, name: string): readonly string[] {
  return objectsOf(report, name)
    .filter(({ verdict }) => verdict !== 'in-sync' && verdict !== 'excluded')
    .flatMap(({ kind, name: object, verdict, message = '', fields = [] }) =>
      verdict === 'missing'
        ? [`${kind}/${object} missing ${message.startsWith('Flux will create') ? 'reverted' : 'kept'}`]
        : fields.map(
            ({ field, op, willRevert }) =>
              `${kind}/${object} ${field} ${op} ${willRevert ? 'reverted' : 'kept'}`,
          ),
    )
}
