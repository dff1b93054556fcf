import { request } from 'node:http'
import { connect } from './cluster.js'
import type { Cluster, ClusterAccess } from './cluster.js'

const DOOR = 'KUBECTL_GITOPS_SHARED_CONTROL_PLANE'

/**
 * The control plane that all cluster tests of a Jest run share: an audit log, no controllers, and the CRDs of
 * Flux and Flagger (tests that need them name the controllers in `describeWith`). Work in a namespace of your own (`createNamespace`); call `disconnect` when done.
 */
export async function sharedControlPlane(): Promise<Cluster> {
  const door = process.env[DOOR]
  if (door === undefined) throw new Error('only tests of the cluster and flux projects share a control plane')
  return connect(await knock(door))
}

function knock(door: string): Promise<ClusterAccess> {
  return new Promise((resolve, reject) => {
    const asked = request(door, { agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(JSON.parse(text) as ClusterAccess)
        else reject(new Error(`the shared control plane did not start: ${text}`))
      })
    })
    asked.once('error', reject)
    asked.end()
  })
}
