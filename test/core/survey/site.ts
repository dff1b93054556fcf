import { join } from 'node:path'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../../support/control-plane.js'
import { fluxByHand, type FluxByHand } from '../../support/flux-by-hand.js'
import { TestRepository } from '../../support/git-repository.js'
import { runDrift } from '../../support/plugin.js'
import { temporaryFolder } from '../../support/processes.js'

/** A cluster with Flux's objects, written by hand, over a repository that needs no network. */
export interface Site {
  readonly plane: ControlPlane
  readonly flux: FluxByHand
  readonly folder: string
  /** The revision of the only commit. */
  readonly revision: string
  /** A Kustomization over a folder of the repository, applied at that commit. */
  kustomization(name: string, spec?: object, inventory?: readonly string[]): Promise<void>
  /** A request that must not fail. */
  send(method: string, path: string, body: object, contentType?: string): Promise<void>
  /** The real kubectl; throws with its own words where it fails. */
  kubectl(args: readonly string[], stdin?: string): Promise<void>
  drift(args?: readonly string[], user?: string): Promise<DriftReport & { readonly code: number | null }>
  close(): Promise<void>
}

const URL = 'https://git.example.org/fleet.git'

/** Starts a control plane and commits the files, each folder for the Kustomization of its name. */
export async function openSite(
  files: Readonly<Record<string, string>>,
  options: ControlPlaneOptions = {},
): Promise<Site> {
  const folder = await temporaryFolder('site')
  const plane = await startControlPlane({ crds: ['flux'], ...options })
  const repository = await TestRepository.create(join(folder.path, 'fleet'))
  const revision = `main@sha1:${await repository.commit({ files })}`
  const flux = await fluxByHand(plane)
  await flux.source('GitRepository', 'fleet', URL, revision)
  return {
    plane,
    flux,
    folder: folder.path,
    revision,
    kustomization: (name, spec = {}, inventory = []) =>
      flux.kustomization(
        name,
        { sourceRef: { kind: 'GitRepository', name: 'fleet' }, path: `./${name}`, ...spec },
        { revision, inventory },
      ),
    send: async (method, path, body, contentType) => {
      const how = contentType === undefined ? {} : { contentType }
      const answer = await plane.request(method, path, body, how)
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    },
    kubectl: async (args, stdin) => {
      const { code, stderr } = await plane.kubectl(args, stdin === undefined ? {} : { stdin })
      if (code !== 0) throw new Error(stderr)
    },
    drift: async (args = [], user = 'auditor') =>
      runDrift(['--repo', `${URL}=${repository.path}`, ...args], {
        home: folder.path,
        kubeconfig: await plane.kubeconfigFor(user),
      }),
    close: async () => {
      await plane.stop()
      await folder.remove()
    },
  }
}
