import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { binary } from './binaries.js'
import type { Binary } from './binaries.js'
import type { Cluster } from './cluster.js'
import { startProcess, withFreePorts } from './processes.js'
import type { ServerProcess } from './processes.js'
import { answersOk, orStop } from './servers.js'
import { controllerUser } from './users.js'

export type Controller = 'source' | 'kustomize' | 'helm' | 'notification'

const READY_MS = 60_000

export interface Controllers {
  readonly processes: readonly ServerProcess[]
  /** The address of notification-controller's receivers, where it runs: `URL/hook/...`. */
  readonly receiverUrl?: string
}

/**
 * Starts Flux's own controllers against a cluster, each under its service account's name. `folder` takes their
 * artifacts and scratch files. Those already started are stopped again when one does not come up.
 */
export async function startControllers(
  cluster: Cluster,
  folder: string,
  names: readonly Controller[],
): Promise<Controllers> {
  const processes: ServerProcess[] = []
  try {
    const notification = names.includes('notification')
      ? await startNotificationController(cluster, folder)
      : undefined
    if (notification !== undefined) processes.push(notification.process)
    const others = names.filter((name) => name !== 'notification')
    const starts = others.map((name) => startController({ cluster, folder, name, ...notification }))
    for (const started of await Promise.allSettled(starts)) {
      if (started.status === 'fulfilled') processes.push(started.value)
      else throw started.reason
    }
    return notification === undefined ? { processes } : { processes, receiverUrl: notification.receiverUrl }
  } catch (error) {
    await Promise.all(processes.map((server) => server.stop()))
    throw error
  }
}

interface Start {
  readonly cluster: Cluster
  readonly folder: string
  readonly name: Exclude<Controller, 'notification'>
  readonly eventsUrl?: string
}

function startController({ cluster, folder, name, eventsUrl }: Start): Promise<ServerProcess> {
  return withFreePorts(2, ([health, storage]) => {
    const flags = {
      source: [
        `--storage-path=${join(folder, 'artifacts')}`,
        `--storage-addr=127.0.0.1:${String(storage)}`,
        `--storage-adv-addr=127.0.0.1:${String(storage)}`,
      ],
      // The default of 30 s between two looks at a dependency is made for clusters, not for tests.
      kustomize: ['--requeue-dependency=1s'],
      helm: ['--requeue-dependency=1s'],
    }[name]
    const events = eventsUrl === undefined ? [] : [`--events-addr=${eventsUrl}`]
    return launch({ cluster, folder, name, health: health ?? 0, flags: [...flags, ...events] })
  })
}

function startNotificationController(
  cluster: Cluster,
  folder: string,
): Promise<{ readonly process: ServerProcess; readonly eventsUrl: string; readonly receiverUrl: string }> {
  return withFreePorts(3, async ([health, events, receiver]) => {
    const flags = [
      `--events-addr=127.0.0.1:${String(events)}`,
      `--receiverAddr=127.0.0.1:${String(receiver)}`,
      '--rate-limit-interval=1s',
    ]
    return {
      process: await launch({ cluster, folder, name: 'notification', health: health ?? 0, flags }),
      eventsUrl: `http://127.0.0.1:${String(events)}/`,
      receiverUrl: `http://127.0.0.1:${String(receiver)}`,
    }
  })
}

interface Launch {
  readonly cluster: Cluster
  readonly folder: string
  readonly name: Controller
  readonly health: number
  readonly flags: readonly string[]
}

async function launch({ cluster, folder, name, health, flags }: Launch): Promise<ServerProcess> {
  const controller: Binary = `${name}-controller`
  const home = join(folder, controller)
  await mkdir(join(folder, 'artifacts'), { recursive: true })
  await mkdir(home, { recursive: true })
  const server = startProcess({
    name: controller,
    file: binary(controller),
    args: [`--health-addr=127.0.0.1:${health}`, '--metrics-addr=127.0.0.1:0', ...flags],
    env: {
      KUBECONFIG: await cluster.kubeconfigFor(controllerUser(controller)),
      HOME: home,
      TMPDIR: home,
      RUNTIME_NAMESPACE: 'flux-system',
    },
    cwd: home,
  })
  await orStop(server, () => server.waitUntil(() => answersOk(`http://127.0.0.1:${health}/readyz`), READY_MS))
  return server
}
