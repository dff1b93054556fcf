import './typescript.mjs'

/** Jest's globalTeardown of the cluster and flux projects. */
export default async function teardown() {
  const { closeSharedControlPlane } = await import('./shared-control-plane-host.ts')
  await closeSharedControlPlane()
}
