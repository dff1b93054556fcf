/** Starts a control plane with the API server flags given, says its process ids and lives until it is killed. */
import './typescript.mjs'

const { startControlPlane } = await import('./control-plane.ts')
const { pids } = await startControlPlane({ apiServerFlags: process.argv.slice(2) })
process.stdout.write(`${JSON.stringify(pids)}\n`)
setTimeout(() => undefined, 600_000)
