import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually } from './eventually.js'
import { StartFailure, freePorts, startProcess, temporaryFolder, withFreePorts } from './processes.js'
import type { ServerProcess, TemporaryFolder } from './processes.js'

let folder: TemporaryFolder
let started: ServerProcess | undefined

beforeEach(async () => {
  folder = await temporaryFolder('processes')
})

afterEach(async () => {
  await started?.stop()
  started = undefined
  await folder.remove()
})

function shell(script: string): ServerProcess {
  started = startProcess({ name: 'server', file: '/bin/sh', args: ['-c', script], cwd: folder.path })
  return started
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a server process', () => {
  it('is ready when the predicate says so, and not before', async () => {
    const ready = join(folder.path, 'ready')
    const server = shell('sleep 0.2; : > ready; sleep 60')
    await server.waitUntil(() => Promise.resolve(existsSync(ready)), 10_000)
    expect(existsSync(ready)).toBe(true)
    expect(server.ended()).toBeUndefined()
  })

  it('ends the wait with its exit code and last words when it ends instead', async () => {
    const server = shell('echo out; echo no such flag >&2; exit 3')
    await expect(server.waitUntil(() => Promise.resolve(false), 10_000)).rejects.toThrow(
      /^server ended with exit code 3\. Its last log lines:\n(?: {2}out\n {2}no such flag| {2}no such flag\n {2}out)$/,
    )
  })

  it('is given up when it never becomes ready', async () => {
    const server = shell('echo starting; sleep 60')
    await expect(server.waitUntil(() => Promise.resolve(false), 300)).rejects.toThrow(
      'server was not ready in 300 ms. Its last log lines:\n  starting',
    )
  })

  it('says so when the file does not exist', async () => {
    started = startProcess({ name: 'ghost', file: join(folder.path, 'ghost'), args: [] })
    await expect(started.waitUntil(() => Promise.resolve(false), 10_000)).rejects.toThrow(
      /^ghost ended with it could not be started.*ENOENT/s,
    )
  })

  it('keeps its last forty lines', async () => {
    const server = shell('i=0; while [ $i -lt 100 ]; do echo "line $i"; i=$((i+1)); done')
    await eventually(() => Promise.resolve(server.ended()), {
      timeoutMs: 10_000,
      complaint: () => 'still runs',
    })
    expect(server.lastLines()).toEqual(Array.from({ length: 40 }, (_, index) => `line ${60 + index}`))
  })

  it('is stopped with its children', async () => {
    const server = shell('sleep 60 & echo $! > child; wait')
    const child = await eventually(
      async () => Number(await readFile(join(folder.path, 'child'), 'utf8').catch(() => '')) || undefined,
      { timeoutMs: 10_000, complaint: () => 'no child' },
    )
    expect([isAlive(server.pid), isAlive(child)]).toEqual([true, true])
    await server.stop()
    expect(server.ended()).toBe('signal SIGTERM')
    await eventually(() => Promise.resolve(isAlive(child) ? undefined : true), {
      timeoutMs: 5_000,
      complaint: () => `the child ${child} is still alive`,
    })
  })

  it('is killed when it does not listen to SIGTERM', async () => {
    const server = shell("trap '' TERM; : > ready; while :; do sleep 0.1; done")
    await server.waitUntil(() => Promise.resolve(existsSync(join(folder.path, 'ready'))), 10_000)
    await server.stop()
    expect(server.ended()).toBe('signal SIGKILL')
  })

  it('sees PATH and what it is given, nothing else of this environment', async () => {
    const server = startProcess({ name: 'env', file: '/usr/bin/env', args: [], env: { GIVEN: 'yes' } })
    await eventually(() => Promise.resolve(server.ended()), {
      timeoutMs: 10_000,
      complaint: () => 'still runs',
    })
    const names = server.lastLines().map((line) => line.slice(0, line.indexOf('=')))
    expect([...names].sort()).toEqual(['GIVEN', 'PATH'])
  })
})

describe('free ports', () => {
  it('are different and can be bound', async () => {
    const ports = await freePorts(5)
    expect(new Set(ports).size).toBe(5)
    for (const port of ports) {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', resolve)
      })
      expect((server.address() as AddressInfo).port).toBe(port)
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('are chosen anew when one was snatched', async () => {
    const tried: number[] = []
    const answer = await withFreePorts(1, ([port]) => {
      tried.push(port ?? 0)
      return tried.length < 3
        ? Promise.reject(new StartFailure('etcd ended', ['listen tcp: bind: address already in use']))
        : Promise.resolve('up')
    })
    expect([answer, tried.length]).toEqual(['up', 3])
  })

  it('are not tried again for any other failure', async () => {
    let tries = 0
    const failing = withFreePorts(1, () => {
      tries += 1
      return Promise.reject(new StartFailure('etcd ended', ['unknown flag: --nope']))
    })
    await expect(failing).rejects.toThrow('unknown flag: --nope')
    expect(tries).toBe(1)
  })
})
