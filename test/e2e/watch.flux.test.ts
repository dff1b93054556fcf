import type { ChildProcess } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { DriftEvent } from '@kubectl-gitops/core/drift/event.js'
import type { DriftReport } from '@kubectl-gitops/core/drift/report.js'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { eventually } from '../support/eventually.js'
import { startFlux, type Flux } from '../support/flux.js'
import type { FluxRepository } from '../support/flux-repository.js'
import { runDrift, startBundle } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const NEEDED = ['etcd', 'kube-apiserver', 'kubectl', 'source-controller', 'kustomize-controller'] as const

const config = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: "${value}"}\n`

/** Passes bytes on to a server, until it is told to cut every connection. */
class Cable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(target: URL) {
    this.#server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket
          .on('error', () => undefined)
          .on('close', () => {
            near.destroy()
            far.destroy()
            this.#sockets.delete(socket)
          })
      }
      near.pipe(far).pipe(near)
    })
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  cut(): number {
    const count = this.#sockets.size
    for (const socket of this.#sockets) socket.destroy()
    return count
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

describeWith(NEEDED, 'kubectl gitops drift --watch', () => {
  let plane: ControlPlane
  let flux: Flux
  let fleet: FluxRepository
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let cable: Cable
  let auditor: string
  let child: ChildProcess
  let stderr = ''
  const lines: (DriftReport | DriftEvent)[] = []

  beforeAll(async () => {
    home = await temporaryFolder('home')
    plane = await startControlPlane({ crds: ['flux'], auditLog: true })
    flux = await startFlux(plane)
    cable = new Cable(new URL(plane.url))
    const port = await cable.start()
    auditor = join(home.path, 'kubeconfig')
    const direct = await readFile(await plane.kubeconfigFor('auditor'), 'utf8')
    await writeFile(auditor, direct.replaceAll(plane.url, `https://127.0.0.1:${port}`))
    await plane.request('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
    fleet = await flux.createRepository('fleet')
    await fleet.write({
      'web/web.yaml': config('web', 'one'),
      'web/api.yaml': config('api', 'one'),
      'other/other.yaml': config('other', 'one'),
    })
    await fleet.commit('Lay out the fleet')
    await fleet.push()
    await flux.gitRepository({ name: 'fleet', namespace: 'flux-system', url: fleet.url })
    for (const name of ['web', 'other']) {
      await flux.kustomization({ name, namespace: 'flux-system', source: 'fleet', path: `./${name}` })
      await flux.waitFor(
        { kind: 'Kustomization', namespace: 'flux-system', name },
        (object) =>
          object.status?.conditions?.some(({ reason }) => reason === 'ReconciliationSucceeded') === true,
      )
    }
    const kubectl = plane.access.kubectl
    child = startBundle(['drift', '--watch'], {
      cwd: home.path,
      env: {
        PATH: [dirname(kubectl), process.env.PATH].join(':'),
        HOME: home.path,
        XDG_CACHE_HOME: join(home.path, 'cache'),
        KUBECONFIG: auditor,
      },
    })
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) lines.push(JSON.parse(line) as DriftReport | DriftEvent)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    await seen(1)
  })

  afterAll(async () => {
    child.kill('SIGKILL')
    await cable.stop()
    await flux.stop()
    await plane.stop()
    await home.remove()
  })

  const told = (line: DriftReport | DriftEvent) => {
    if (line.kind === 'DriftReport') return 'report'
    const { previous = 'nothing', gone, object, kustomization } = line
    const record = object ?? kustomization
    if (record === undefined) return 'nothing'
    const now = gone === true ? 'gone' : [record.verdict, record.reason].filter(Boolean).join(' ')
    return `${record.kind}/${record.name} ${previous} > ${now}`
  }

  const seen = (count: number) =>
    eventually(() => Promise.resolve(lines.length >= count ? lines.map(told) : undefined), {
      timeoutMs: 60_000,
      complaint: () => `${lines.map(told).join('\n')}\n${stderr}`,
    })

  /** What is told from now on, until a line says what is waited for. */
  const until = async (last: string | RegExp, work: () => Promise<unknown>) => {
    const from = lines.length
    await work()
    return eventually(
      () => {
        const news = lines.slice(from).map(told)
        return Promise.resolve(
          news.some((line) => (typeof last === 'string' ? line === last : last.test(line)))
            ? news
            : undefined,
        )
      },
      {
        timeoutMs: 60_000,
        complaint: () => `${String(last)} is not among\n${lines.slice(from).map(told).join('\n')}\n${stderr}`,
      },
    )
  }

  const edit = async (...args: readonly string[]) => {
    const { code, stderr: words } = await plane.kubectl(args)
    expect({ code, words }).toEqual({ code: 0, words: '' })
  }

  const patch = (name: string, value: string) =>
    edit('-n', 'default', 'patch', 'configmap', name, '-p', JSON.stringify({ data: { value } }))

  it('begins with the report', async () => {
    expect(await seen(1)).toEqual(['report'])
    const report = await runDrift([], { home: home.path, kubeconfig: auditor })
    expect(lines[0]).toMatchObject({
      summary: report.summary,
      objects: report.objects,
      scope: report.scope,
      kustomizations: report.kustomizations.map(({ name }) => ({ name })),
    })
  })

  it('tells a change, a deletion, and that both are undone', async () => {
    expect(await until('ConfigMap/web in-sync > drifted modified', () => patch('web', 'two'))).toHaveLength(1)
    const event = lines.at(-1) as DriftEvent
    expect(event).toMatchObject({
      apiVersion: 'kubectl-gitops/v1',
      kind: 'DriftEvent',
      previous: 'in-sync',
      object: {
        name: 'web',
        fields: [{ field: 'data.value', git: 'one', live: 'two', actor: { manager: 'kubectl-patch' } }],
      },
    })
    expect(Date.parse(event.time)).toBeGreaterThan(0)
    await until('ConfigMap/api in-sync > missing deleted', () =>
      edit('-n', 'default', 'delete', 'configmap', 'api'),
    )
    const news = await until('ConfigMap/api missing > in-sync', () =>
      flux.reconcile('Kustomization', 'flux-system', 'web'),
    )
    expect(news).toContain('ConfigMap/web drifted > in-sync')
  })

  it('tells each change of a burst at most once more than its end', async () => {
    const news = await until('ConfigMap/web in-sync > drifted modified', async () => {
      for (const value of ['a', 'b', 'c', 'd']) await patch('web', value)
    })
    expect(news.length).toBeLessThan(5)
    await until('ConfigMap/web drifted > in-sync', () => patch('web', 'one'))
  })

  it('goes on after every connection was cut', async () => {
    expect(cable.cut()).toBeGreaterThan(2)
    await until('ConfigMap/web in-sync > drifted modified', () => patch('web', 'cut'))
    cable.cut()
    await until('ConfigMap/web drifted > in-sync', () => patch('web', 'one'))
  })

  it('follows a new revision: only what it changes is told', async () => {
    const news = await until(/^ConfigMap\/fresh \w+ > in-sync$/, () =>
      flux.commitAndApply({
        repository: fleet,
        message: 'Add one, drop one',
        write: { 'web/fresh.yaml': config('fresh', 'one') },
        remove: ['web/api.yaml'],
        source: { namespace: 'flux-system', name: 'fleet' },
        kustomizations: [{ namespace: 'flux-system', name: 'web' }],
      }),
    )
    expect(news.filter((line) => line.includes('ConfigMap/') && /other|web /.test(line))).toEqual([])
    await eventually(
      () =>
        Promise.resolve(
          lines.map(told).some((line) => /^ConfigMap\/api .* > gone$/.test(line)) ? true : undefined,
        ),
      {
        timeoutMs: 60_000,
        complaint: () => lines.map(told).join('\n'),
      },
    )
  })

  it('ends with 130 where it is interrupted, and asked for nothing but reads', async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    const events = await plane.auditEvents()
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith('kubectl-gitops/'))
    expect(new Set(ours.map(({ verb }) => verb))).toEqual(new Set(['get', 'list', 'watch']))
  })
})
