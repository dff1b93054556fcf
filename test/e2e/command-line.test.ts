import { existsSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BUNDLE, finished, startBundle, type BundleOptions } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

describe('the command line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  /** Takes every request and answers none. */
  let silent: Server
  let asked: Promise<void>
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    folder = await temporaryFolder('command line')
    for (const name of ['home', 'tmp']) await mkdir(join(folder.path, name))
    silent = createServer()
    asked = new Promise((resolve) => {
      silent.once('request', () => {
        resolve()
      })
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    await kubeconfig('silent', (silent.address() as AddressInfo).port)
    // Port 1 is bound by nobody: tcpmux went out of use before Git came into being.
    await kubeconfig('refused', 1)
    env = {
      PATH: process.env.PATH ?? '',
      HOME: join(folder.path, 'home'),
      TMPDIR: join(folder.path, 'tmp'),
      KUBECONFIG: at('refused'),
    }
  })

  afterAll(async () => {
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))
    await folder.remove()
  })

  const at = (name: string) => join(folder.path, name)

  const kubeconfig = (name: string, port: number) =>
    writeFile(
      at(name),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}` } }],
        users: [{ name: 'test', user: { token: 'swordfish' } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        'current-context': 'test',
      }),
    )

  const run = (args: readonly string[], options: Partial<BundleOptions> = {}) =>
    finished(startBundle(args, { env, cwd: folder.path, ...options }))

  it('tells the version in one line, however it is asked', async () => {
    const asks = [['version'], ['--version'], ['version', '--']]
    const [first, ...others] = await Promise.all(asks.map((args) => run(args)))
    expect(first).toEqual({
      stdout: expect.stringMatching(/^kubectl-gitops \d+\.\d+\.\d+ \(node v\d+\.\d+\.\d+\)\n$/),
      stderr: '',
      code: 0,
    })
    expect(others).toEqual([first, first])
  })

  it('answers with what, why, what to try and a code, exit 2, and nothing on stdout', async () => {
    expect(await run(['drift'])).toEqual({
      stdout: '',
      stderr:
        'error: The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n' +
        '  why: connect ECONNREFUSED 127.0.0.1:1\n' +
        '  try: kubectl config view --minify\n' +
        '  code: CLUSTER_UNREACHABLE\n',
      code: 2,
    })
  })

  it('answers errors as a document on stdout where JSON is wanted', async () => {
    const { stdout, code } = await run(['drift', '-o', 'json'])
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'kubectl-gitops/v1',
      kind: 'Error',
      code: 'CLUSTER_UNREACHABLE',
      message:
        'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      why: 'connect ECONNREFUSED 127.0.0.1:1',
      tryThis: 'kubectl config view --minify',
    })
    expect(code).toBe(2)
  })

  it('shows a stack trace where DEBUG asks for one, and nowhere else', async () => {
    const stack = /^ +at .*\(.*:\d+:\d+\)$/m
    expect((await run(['drift'], { env: { ...env, DEBUG: '1' } })).stderr).toMatch(stack)
    expect((await run(['drift'])).stderr).not.toMatch(stack)
    expect((await run(['nonsense'], { env: { ...env, DEBUG: '' } })).stderr).not.toMatch(stack)
  })

  it('reads a kubeconfig with a blank in its path', async () => {
    expect(folder.path).toContain(' ')
    const { stderr } = await run(['drift', '--kubeconfig', at('refused')], {
      env: { ...env, KUBECONFIG: '' },
    })
    expect(stderr).toContain('code: CLUSTER_UNREACHABLE')
  })

  it('does not wait for what is piped into it', async () => {
    const { stderr, code } = await run(['drift'], { stdin: 'apiVersion: v1\n'.repeat(100_000) })
    expect(stderr).toContain('code: CLUSTER_UNREACHABLE')
    expect(code).toBe(2)
  })

  it('says nothing of a pipe that its reader has closed', async () => {
    const { stderr } = await run(['drift'])
    const child = startBundle(['drift', '-o', 'json'], { env })
    child.stdout?.destroy()
    expect(await finished(child)).toEqual({ stdout: '', stderr, code: 2 })
  })

  it('ends with 130 on SIGINT', async () => {
    const child = startBundle(['drift'], { env: { ...env, KUBECONFIG: at('silent') } })
    const ended = finished(child)
    await asked
    child.kill('SIGINT')
    expect(await ended).toEqual({ stdout: '', stderr: '', code: 130 })
  })

  it('gives up on a server that does not answer, when the time is up', async () => {
    const { stderr, code } = await run(['drift', '--request-timeout', '1s'], {
      env: { ...env, KUBECONFIG: at('silent') },
    })
    expect(stderr).toMatch(/^ {2}code: CLUSTER_TIMEOUT$/m)
    expect(code).toBe(2)
  })

  it('calls itself flux gitops where Flux starts it', async () => {
    const link = at('flux-gitops')
    await symlink(BUNDLE, link)
    const { stdout } = await run(['drift', '-h'], { file: link })
    expect(stdout).toContain('$ flux gitops drift --fail-on drifted,missing -o json')
    expect(stdout).not.toContain('kubectl gitops')
    expect((await run(['drfit'], { file: link })).stderr).toContain('try: flux gitops drift')
  })

  it('works without a home folder and without a cache, and leaves nothing behind', async () => {
    const homeless = Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'HOME'))
    const places = [
      { ...env, XDG_CACHE_HOME: '/dev/null/cache' },
      { ...env, HOME: '' },
      { ...homeless, XDG_CACHE_HOME: at('cache') },
    ]
    const before = await readdir(folder.path)
    for (const place of places) {
      const { stderr, code } = await run(['drift'], { env: place })
      expect(stderr).toMatch(/^error: The connection to the server 127\.0\.0\.1:1 was refused/)
      expect(code).toBe(2)
    }
    expect(existsSync(at('.cache'))).toBe(false)
    expect(await readdir(at('tmp'))).toEqual([])
    expect((await readdir(folder.path)).filter((name) => !before.includes(name))).toEqual(['cache'])
  })

  it('never shows the token of the kubeconfig', async () => {
    const { stdout, stderr } = await run(['drift', '-o', 'json'], { env: { ...env, DEBUG: '*' } })
    expect(stdout + stderr).not.toContain('swordfish')
  })
})
