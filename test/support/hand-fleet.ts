import { join } from 'node:path'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from './control-plane.js'
import { fluxByHand, type Applied, type FluxByHand } from './flux-by-hand.js'
import { TestRepository } from './git-repository.js'
import { runDrift } from './plugin.js'
import { temporaryFolder } from './processes.js'
import type { User } from './users.js'

/** A cluster of its own whose Kustomizations were applied by hand: for states that no real Flux is brought to. */
export interface HandFleet {
  readonly plane: ControlPlane
  readonly flux: FluxByHand
  /** Commits manifests below a folder of the name and makes a Kustomization that says it applied them. */
  commit(
    name: string,
    yaml: string,
    more?: { readonly spec?: object; readonly applied?: Applied },
  ): Promise<void>
  /** The same, and applies them as Flux does. */
  apply(
    name: string,
    yaml: string,
    more?: { readonly spec?: object; readonly applied?: Applied },
  ): Promise<void>
  /** `kubectl gitops drift` as a user. */
  drift(user: string, ...args: readonly string[]): Promise<DriftReport & { readonly code: number | null }>
  stop(): Promise<void>
}

const URL = 'https://git.example/fleet.git'

/** Starts a control plane with Flux's kinds and an audit log; Git is a local clone. */
export async function openHandFleet(users: readonly User[] = []): Promise<HandFleet> {
  const folder = await temporaryFolder('fleet')
  const plane = await startControlPlane({ crds: ['flux'], auditLog: true, users })
  const repository = await TestRepository.create(join(folder.path, 'work'))
  const flux = await fluxByHand(plane)
  const commit: HandFleet['commit'] = async (name, yaml, { spec = {}, applied = {} } = {}) => {
    const id = await repository.commit({ files: { [`${name}/manifests.yaml`]: yaml } })
    const revision = `main@sha1:${id}`
    await flux.source('GitRepository', name, URL, revision)
    const sourceRef = { kind: 'GitRepository', name }
    await flux.kustomization(name, { path: `./${name}`, sourceRef, ...spec }, { revision, ...applied })
  }
  return {
    plane,
    flux,
    commit,
    apply: async (name, yaml, more) => {
      await commit(name, yaml, more)
      await flux.apply(name, yaml)
    },
    drift: async (user, ...args) => {
      const kubeconfig = await plane.kubeconfigFor(user)
      return runDrift(['--repo', `${URL}=${repository.path}`, ...args], { home: folder.path, kubeconfig })
    },
    stop: async () => {
      await plane.stop()
      await folder.remove()
    },
  }
}
