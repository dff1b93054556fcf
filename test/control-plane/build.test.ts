import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../support/processes.js'
import type { TemporaryFolder } from '../support/processes.js'
import { MODULES, cacheFolder, locateBinary, moduleFolder } from './modules.mjs'

let folder: TemporaryFolder

beforeEach(async () => {
  folder = await temporaryFolder('build')
  await mkdir(join(folder.path, 'path'))
  await symlink(process.execPath, join(folder.path, 'path', 'node'))
})

afterEach(async () => {
  await folder.remove()
})

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs build.mjs with an empty cache and a PATH that holds node and what the test put there. */
function build(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const script = join(import.meta.dirname, 'build.mjs')
  const all = { PATH: join(folder.path, 'path'), KUBECTL_GITOPS_CACHE: join(folder.path, 'cache'), ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env: all }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

async function executable(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

async function assets(...names: readonly string[]): Promise<string> {
  for (const name of names) await executable(join(folder.path, 'assets', name), 'exit 0')
  return join(folder.path, 'assets')
}

describe('building the test servers', () => {
  it('names both ways out where there is no Go', async () => {
    const { code, stderr } = await build([])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^missing: Go is not installed\. Install Go 1\.26 or newer .*KUBEBUILDER_ASSETS/s)
  })

  it('says which Go is too old', async () => {
    await executable(join(folder.path, 'path', 'go'), 'echo go1.22.1')
    const { code, stderr } = await build([])
    expect([code, stderr.split('. ')[0]]).toEqual([1, 'missing: Go 1.26 is needed, this is go1.22.1'])
  })

  it("hands on Go's own words when a module cannot be built, and leaves no scratch folder", async () => {
    await executable(
      join(folder.path, 'path', 'go'),
      '[ "$1" = env ] && { echo go1.26.0; exit; }\necho "no space left on device" >&2; exit 1',
    )
    const { code, stderr } = await build(['etcd'])
    expect(code).toBe(1)
    expect(stderr).toContain('etcd: could not be built. Go says:\nno space left on device\n')
    expect(await readdir(join(folder.path, 'cache', 'bin'))).toEqual([])
  })

  it('takes etcd, kube-apiserver and kubectl from KUBEBUILDER_ASSETS and names what is skipped', async () => {
    const KUBEBUILDER_ASSETS = await assets('etcd', 'kube-apiserver', 'kubectl')
    const { code, stdout } = await build([], { KUBEBUILDER_ASSETS })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^not built, tests that need them are skipped: kube-controller-manager, source-controller, /,
    )
    expect(await build(['etcd'], { KUBEBUILDER_ASSETS })).toMatchObject({ code: 0, stderr: '' })
  })

  it('refuses a KUBEBUILDER_ASSETS that lacks one of the three', async () => {
    const KUBEBUILDER_ASSETS = await assets('etcd', 'kubectl')
    const { code, stderr } = await build([], { KUBEBUILDER_ASSETS })
    expect(code).toBe(1)
    expect(stderr).toBe(
      'missing: KUBEBUILDER_ASSETS has no kube-apiserver: point it to a folder that has, or unset it\n',
    )
  })

  it('knows its modules by name', async () => {
    const { code, stderr } = await build(['etcd', 'minikube'])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `no such module: minikube (there are ${MODULES.map(({ name }) => name).join(', ')})\n`,
    )
  })
})

describe('the cache of test servers', () => {
  it('is KUBECTL_GITOPS_CACHE, else below the XDG cache folder, else below the home folder', () => {
    expect(cacheFolder({ KUBECTL_GITOPS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
    expect(cacheFolder({ KUBECTL_GITOPS_CACHE: '', XDG_CACHE_HOME: '/b' })).toBe('/b/kubectl-gitops-test')
    expect(cacheFolder({})).toMatch(/\/\.cache\/kubectl-gitops-test$/)
  })

  it('names a folder after what decides the build', () => {
    const env = { KUBECTL_GITOPS_CACHE: '/cache' }
    const [etcd, kubernetes] = MODULES
    const name = moduleFolder(etcd!, env)
    expect(name).toMatch(/^\/cache\/bin\/etcd-[0-9a-f]{16}$/)
    expect(moduleFolder({ ...etcd!, ldflags: '-s' }, env)).not.toBe(name)
    expect(moduleFolder({ ...kubernetes!, name: 'etcd', ldflags: etcd!.ldflags }, env)).toBe(name)
  })

  it('does not take a file that cannot be executed for a binary', async () => {
    const KUBEBUILDER_ASSETS = await assets('etcd')
    await writeFile(join(KUBEBUILDER_ASSETS, 'kubectl'), '')
    const found = ['etcd', 'kubectl', 'flagger'].map((name) => {
      const { exists, fromAssets } = locateBinary(name, {
        KUBEBUILDER_ASSETS,
        KUBECTL_GITOPS_CACHE: folder.path,
      })
      return [exists, fromAssets]
    })
    expect(found).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ])
  })
})
