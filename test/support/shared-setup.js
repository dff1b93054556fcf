/**
 * Jest's globalSetup of the cluster and flux projects: lets all test files share one control plane. It is started
 * in Jest's own process when a test first asks for it, so a run that needs none starts none. Tests find the door
 * by the environment, which workers inherit.
 */
import './typescript.mjs'

export default async function setup() {
  const { openSharedControlPlane } = await import('./shared-control-plane-host.ts')
  await openSharedControlPlane()
}
