import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startControlPlane } from './control-plane.js'
import type { ControlPlane } from './control-plane.js'
import { describeWith } from './describe-with.js'
import { eventually } from './eventually.js'
import { temporaryFolder } from './processes.js'
import type { TemporaryFolder } from './processes.js'

const SERVERS = ['etcd', 'kube-apiserver', 'kubectl'] as const

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function gone(pids: readonly number[]): Promise<readonly number[]> {
  await eventually(() => Promise.resolve(pids.some(isAlive) ? undefined : true), {
    timeoutMs: 10_000,
    complaint: () => `still alive: ${pids.filter(isAlive).join(', ')}`,
  })
  return pids.filter(isAlive)
}

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { k: 'v' } }
}

describeWith(SERVERS, 'a control plane', () => {
  let plane: ControlPlane
  let namespace: string

  beforeAll(async () => {
    const started = performance.now()
    plane = await startControlPlane({
      auditLog: true,
      users: [
        { name: 'mary', groups: ['payments'], rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
      ],
    })
    // Printed, not asserted: how fast a machine is decides nothing.
    console.log(`control plane: up in ${Math.round(performance.now() - started)} ms`)
    namespace = await plane.createNamespace()
  })

  afterAll(async () => {
    await plane.stop()
  })

  const configMaps = (): string => `/api/v1/namespaces/${namespace}/configmaps`

  it('is the Kubernetes that the project pins', async () => {
    // With KUBEBUILDER_ASSETS it is the one of the machine.
    const pinned = process.env.KUBEBUILDER_ASSETS === undefined ? /^v1\.36\.3$/ : /^v1\.\d+\.\d+/
    const { body } = await plane.request('GET', '/version')
    expect((body as { gitVersion: string }).gitVersion).toMatch(pinned)
  })

  it('knows its users by name, and its audit log names them', async () => {
    const created = await plane.request('POST', configMaps(), configMap('by-developer'), {
      user: 'developer',
    })
    expect(created.status).toBe(201)
    const event = await plane.auditEvent(
      ({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'by-developer',
    )
    expect(event.user).toEqual({
      username: 'developer',
      uid: 'uid-developer',
      groups: ['system:authenticated'],
    })
  })

  it('does not let a reader write', async () => {
    const refused = await plane.request('POST', configMaps(), configMap('by-auditor'), { user: 'auditor' })
    expect(refused).toMatchObject({ status: 403, body: { reason: 'Forbidden' } })
    const listed = await plane.request('GET', configMaps(), undefined, { user: 'auditor' })
    const names = (listed.body as { items: { metadata: { name: string } }[] }).items.map(
      (one) => one.metadata.name,
    )
    expect([listed.status, names.includes('by-auditor')]).toEqual([200, false])
  })

  it('lets a developer touch neither rights nor namespaces', async () => {
    const role = { metadata: { name: 'mine' }, rules: [] }
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
    const answers = [
      await plane.request('POST', path, role, { user: 'developer' }),
      await plane.request('DELETE', `/api/v1/namespaces/${namespace}`, undefined, { user: 'developer' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403])
  })

  it('gives users of a test the rights asked for, and no others', async () => {
    const asMary = { user: 'mary' }
    const metrics = await plane.request('GET', '/metrics', undefined, asMary)
    const pods = await plane.request('GET', '/api/v1/pods', undefined, asMary)
    expect([metrics.status, pods.status]).toEqual([200, 403])
    const event = await plane.auditEvent(
      ({ user, requestURI }) => user.username === 'mary' && requestURI === '/metrics',
    )
    expect(event.user.groups).toEqual(['payments', 'system:authenticated'])
  })

  it('turns away a user it was not told about', async () => {
    await expect(plane.request('GET', '/api', undefined, { user: 'nobody' })).rejects.toThrow(
      'this control plane knows no user nobody',
    )
    await expect(plane.kubeconfigFor('nobody')).rejects.toThrow('this control plane knows no user nobody')
  })

  it('is reached by kubectl under each name', async () => {
    const whoami = await plane.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
      user: 'auditor',
    })
    expect(whoami).toEqual({ stdout: 'auditor', stderr: '', code: 0 })
    const applied = await plane.kubectl(['apply', '-n', namespace, '-f', '-'], {
      stdin: JSON.stringify(configMap('by-kubectl')),
    })
    expect(applied).toEqual({ stdout: 'configmap/by-kubectl created\n', stderr: '', code: 0 })
    const refused = await plane.kubectl(['delete', 'configmap', 'by-kubectl', '-n', namespace], {
      user: 'auditor',
    })
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toContain('User "auditor" cannot delete resource "configmaps"')
  })

  it('writes no Secret into its audit log', async () => {
    const secret = { metadata: { name: 'token' }, stringData: { password: 'correct horse' } }
    await plane.request('POST', `/api/v1/namespaces/${namespace}/secrets`, secret)
    const event = await plane.auditEvent(({ objectRef }) => objectRef?.resource === 'secrets')
    expect([event.level, event.requestObject, event.responseObject]).toEqual([
      'Metadata',
      undefined,
      undefined,
    ])
    expect(JSON.stringify(await plane.auditEvents())).not.toContain('correct horse')
  })

  it('does not mind a second one beside it', async () => {
    const other = await startControlPlane()
    try {
      expect(other.url).not.toBe(plane.url)
      await other.request('POST', '/api/v1/namespaces', { metadata: { name: 'only-there' } })
      const here = await plane.request('GET', '/api/v1/namespaces/only-there')
      const there = await other.request('GET', '/api/v1/namespaces/only-there')
      expect([here.status, there.status]).toEqual([404, 200])
    } finally {
      await other.stop()
    }
    expect(await gone(other.pids)).toEqual([])
    expect(existsSync(other.access.folder)).toBe(false)
    expect((await plane.request('GET', '/readyz')).body).toBe('ok')
  })
})

describeWith(SERVERS, 'another process with a control plane', () => {
  let temporary: TemporaryFolder

  beforeEach(async () => {
    temporary = await temporaryFolder('another')
  })

  afterEach(async () => {
    await temporary.remove()
  })

  const start = (...flags: readonly string[]) =>
    spawn(process.execPath, [join(import.meta.dirname, 'abandoned-control-plane.mjs'), ...flags], {
      env: { ...process.env, TMPDIR: temporary.path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  it("fails with the server's last words and leaves nothing behind", async () => {
    const child = start('--no-such-flag')
    let words = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk))
    expect(await once(child, 'close')).toEqual([1, null])
    expect(words).toMatch(/kube-apiserver ended with exit code 1\. Its last log lines:$/m)
    expect(words).toMatch(/^ {2}Error: unknown flag: --no-such-flag$/m)
    expect(await readdir(temporary.path)).toEqual([])
  })

  it('leaves no server and no folder when it is killed', async () => {
    const child = start()
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const pids = JSON.parse(line) as readonly number[]
    expect([pids.length, pids.every(isAlive), (await readdir(temporary.path)).length]).toEqual([2, true, 1])
    child.kill('SIGKILL')
    expect(await gone(pids)).toEqual([])
    const left = await eventually(
      async () => {
        const names = await readdir(temporary.path)
        return names.length === 0 ? names : undefined
      },
      { timeoutMs: 10_000, complaint: () => 'a folder is still there' },
    )
    expect(left).toEqual([])
  })
})

describeWith([...SERVERS, 'kube-controller-manager'], 'a control plane with a controller manager', () => {
  it('makes ReplicaSets, collects garbage and deletes namespaces', async () => {
    const plane = await startControlPlane({ controllerManager: true })
    try {
      const namespace = await plane.createNamespace()
      const labels = { app: 'web' }
      const apps = `/apis/apps/v1/namespaces/${namespace}`
      await plane.request('POST', `${apps}/deployments`, {
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'web', image: 'example.com/web:1' }] },
          },
        },
      })
      const countIs = (count: number) => async (): Promise<true | undefined> => {
        const { body } = await plane.request('GET', `${apps}/replicasets`)
        return (body as { items: readonly unknown[] }).items.length === count ? true : undefined
      }
      const patience = { timeoutMs: 30_000, complaint: () => 'the controller manager did nothing' }
      expect(await eventually(countIs(1), patience)).toBe(true)
      await plane.request('DELETE', `${apps}/deployments/web`)
      expect(await eventually(countIs(0), patience)).toBe(true)
      await plane.request('DELETE', `/api/v1/namespaces/${namespace}`)
      const status = await eventually(async () => {
        const answer = await plane.request('GET', `/api/v1/namespaces/${namespace}`)
        return answer.status === 404 ? answer.status : undefined
      }, patience)
      expect(status).toBe(404)
    } finally {
      await plane.stop()
    }
  })
})

describeWith(SERVERS, 'an audit webhook', () => {
  it('receives the events, at the path it was given', async () => {
    const received: { path: string; body: string }[] = []
    const receiver = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => (body += chunk))
      request.once('end', () => {
        received.push({ path: request.url ?? '', body })
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/clusters/test`
    const plane = await startControlPlane({ auditWebhook: { url } })
    try {
      const namespace = await plane.createNamespace()
      await eventually(() => Promise.resolve(received.find(({ body }) => body.includes(`"${namespace}"`))), {
        timeoutMs: 10_000,
        complaint: () => `${received.length} batches came, none with the namespace`,
      })
      expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/clusters/test?timeout=30s']))
      await expect(plane.auditEvents()).rejects.toThrow('start the control plane with auditLog: true')
    } finally {
      await plane.stop()
      receiver.closeAllConnections()
      await new Promise((resolve) => receiver.close(resolve))
    }
  })
})
