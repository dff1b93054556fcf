import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startControlPlane, type ControlPlane } from '../support/control-plane.js'
import { describeWith } from '../support/describe-with.js'
import { fluxByHand } from '../support/flux-by-hand.js'
import { startGitServer, type GitServer } from '../support/git-server.js'
import { TestRepository } from '../support/git-repository.js'
import { runDrift, runPlugin } from '../support/plugin.js'
import { temporaryFolder } from '../support/processes.js'

const PASSWORD = 'correct-horse-battery'
const MAP = `apiVersion: v1
kind: ConfigMap
metadata: {name: private, namespace: default}
data: {a: "1"}
`

describeWith(['etcd', 'kube-apiserver', 'kubectl'], 'a private repository', () => {
  let plane: ControlPlane
  let server: GitServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let auditor: string

  beforeAll(async () => {
    folder = await temporaryFolder('private')
    await mkdir(at('served'))
    plane = await startControlPlane({ crds: ['flux'] })
    server = await startGitServer({
      folder: at('served'),
      credentials: { username: 'jo', password: PASSWORD },
    })
    auditor = await plane.kubeconfigFor('auditor')
    const work = await TestRepository.create(at('work'))
    const commit = await work.commit({ files: { 'apps/map.yaml': MAP } })
    await work.cloneBare(at('served/fleet.git'))
    const flux = await fluxByHand(plane)
    const revision = `main@sha1:${commit}`
    await flux.source('GitRepository', 'fleet', server.urlOf('fleet.git'), revision)
    await flux.kustomization(
      'apps',
      { path: './apps', sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      { revision },
    )
    await flux.apply('apps', MAP)
  })

  afterAll(async () => {
    await server.stop()
    await plane.stop()
    await folder.remove()
  })

  const at = (name: string) => join(folder.path, name)

  /** A home folder with this Git configuration. */
  const home = async (name: string, config: string) => {
    await mkdir(at(name))
    await writeFile(at(`${name}/.gitconfig`), config)
    return { home: at(name), kubeconfig: auditor }
  }

  /** Everything that a run has left on the disk. */
  const leftovers = async (name: string) => {
    const entries = await readdir(at(`${name}/cache`), { withFileTypes: true, recursive: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')))
    return [...files, ...texts].join('\n')
  }

  it('that nobody may read without a password is unknown in the words of git, and nobody is asked', async () => {
    const options = await home('stranger', '')
    const report = await runDrift([], options)
    const [apps] = report.kustomizations
    expect([apps?.verdict, apps?.code]).toEqual(['unknown', 'REPOSITORY_UNREACHABLE'])
    expect(apps?.message).toMatch(
      /^the repository http:\/\/127\.0\.0\.1:\d+\/fleet\.git cannot be read: .*could not read Username for 'http:\/\/127\.0\.0\.1:\d+': terminal prompts disabled/s,
    )
    expect(apps?.tryThis).toBe(
      `git ls-remote ${server.urlOf('fleet.git')}, or name a clone of it with --repo PATH`,
    )
    expect(report.code).toBe(2)
  })

  it("is read with the user's own credential helper, and the password is written nowhere", async () => {
    const store = at('credentials')
    await writeFile(store, `${server.url.replace('://', `://jo:${PASSWORD}@`)}\n`, { mode: 0o600 })
    const options = await home('jo', `[credential]\n\thelper = store --file ${store}\n`)
    const report = await runDrift([], options)
    expect(report.kustomizations.map(({ verdict }) => verdict)).toEqual(['in-sync'])
    expect(report.objects.map(({ name, verdict }) => [name, verdict])).toEqual([['private', 'in-sync']])
    expect(report.code).toBe(0)
    expect(JSON.stringify(report)).not.toContain(PASSWORD)
    expect(await leftovers('jo')).not.toContain(PASSWORD)
  })

  it('that refuses the password is unknown, and the password is not in the answer', async () => {
    const store = at('stale')
    await writeFile(store, `${server.url.replace('://', '://jo:stale-password@')}\n`, { mode: 0o600 })
    const options = await home('stale-home', `[credential]\n\thelper = store --file ${store}\n`)
    const { stdout, stderr, code } = await runPlugin(['drift', '-o', 'json'], {
      ...options,
      env: { DEBUG: '*', GIT_TRACE: '1', GIT_TRACE_CURL: '1' },
    })
    expect(JSON.parse(stdout)).toMatchObject({
      kustomizations: [{ verdict: 'unknown', code: 'REPOSITORY_UNREACHABLE' }],
    })
    expect(code).toBe(2)
    const said = stdout + stderr + (await leftovers('stale-home'))
    expect(said).not.toContain('stale-password')
    expect(said).not.toContain(Buffer.from('jo:stale-password').toString('base64'))
  })

  it("is read where the user's insteadOf puts the password into the URL, which is shown nowhere", async () => {
    const secret = server.url.replace('://', `://jo:${PASSWORD}@`)
    const options = await home('rewriter', `[url "${secret}/"]\n\tinsteadOf = ${server.url}/\n`)
    const { stdout, stderr, code } = await runPlugin(['drift', '-o', 'yaml'], options)
    expect(stdout + stderr).not.toContain(PASSWORD)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await leftovers('rewriter')).not.toContain(PASSWORD)
  })

  it('named with its password in the GitRepository: the password is neither shown nor kept', async () => {
    const secret = server.urlOf('fleet.git').replace('://', `://jo:${PASSWORD}@`)
    const { status } = await plane.request(
      'PATCH',
      '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/fleet',
      { spec: { url: secret } },
    )
    expect(status).toBe(200)
    const options = await home('reader', '')
    const { stdout, stderr } = await runPlugin(['drift', '-o', 'json'], options)
    expect(JSON.parse(stdout)).toMatchObject({ kustomizations: [{ verdict: 'in-sync' }] })
    expect(stdout + stderr).not.toContain(PASSWORD)
    expect(await leftovers('reader')).not.toContain(PASSWORD)
  })
})
