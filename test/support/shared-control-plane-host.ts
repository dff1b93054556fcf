import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { whySkipped } from './binaries.js'
import { startControlPlane } from './control-plane.js'
import type { ControlPlane } from './control-plane.js'
import { CRD_MODULES } from './crds.js'
import type { CrdSet } from './crds.js'

/** Where tests find the door to the shared control plane: an address that answers its `ClusterAccess`. */
export const SHARED_CONTROL_PLANE = 'KUBECTL_GITOPS_SHARED_CONTROL_PLANE'

const CRD_SETS: readonly CrdSet[] = ['flux', 'flagger']

/** On a machine that lives on KUBEBUILDER_ASSETS the cluster tests that need no CRD still run. */
function canBeHad(set: CrdSet): boolean {
  return whySkipped(CRD_MODULES[set]) === undefined
}

let door: Server | undefined
let shared: Promise<ControlPlane> | undefined

/** Opens the door, once per Jest run; the control plane starts when somebody knocks. */
export async function openSharedControlPlane(): Promise<void> {
  if (door !== undefined) return
  // The answer holds tokens, so nobody else on this machine may guess the address.
  const path = `/${randomBytes(16).toString('hex')}`
  const server = createServer((request, response) => {
    if (request.url !== path) {
      response.writeHead(404).end()
      return
    }
    shared ??= startControlPlane({ auditLog: true, crds: CRD_SETS.filter(canBeHad) })
    shared.then(
      ({ access }) => response.writeHead(200).end(JSON.stringify(access)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  door = server
  process.env[SHARED_CONTROL_PLANE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
}

/** Closes the door and stops what was started. */
export async function closeSharedControlPlane(): Promise<void> {
  const server = door
  door = undefined
  if (server === undefined) return
  server.closeAllConnections()
  server.close()
  const started = await shared?.catch(() => undefined)
  await started?.stop()
}
