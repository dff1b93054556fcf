/**
 * What the cluster and flux tests run on: one Go module per server, pinned by its go.mod and go.sum, built
 * once per machine into a cache outside the checkout. This file answers where a binary or a set of CRDs is;
 * build.mjs puts it there.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const KUBERNETES = 'v1.36.3'
const VERSION = 'k8s.io/component-base/version'

const folder = (name) => join(import.meta.dirname, name)

const fluxController = (name, seconds) => ({
  name,
  binaries: { [name]: { package: `github.com/fluxcd/${name}` } },
  crds: { module: `github.com/fluxcd/${name}`, path: 'config/crd/bases' },
  seconds,
  ldflags: '-s -w',
})

/** The modules, in the order they are built; `seconds` is a cold build on two cores. */
export const MODULES = [
  {
    name: 'etcd',
    binaries: { etcd: { package: 'go.etcd.io/etcd/server/v3' } },
    seconds: 20,
    ldflags: '-s -w',
  },
  {
    name: 'kubernetes',
    binaries: {
      'kube-apiserver': { package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
      kubectl: { package: 'k8s.io/kubernetes/cmd/kubectl' },
      'kube-controller-manager': { package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
    },
    seconds: 240,
    // Without these the server calls itself v0.0.0 and clients distrust it.
    ldflags: `-s -w -X ${VERSION}.gitVersion=${KUBERNETES} -X ${VERSION}.gitMajor=1 -X ${VERSION}.gitMinor=36`,
  },
  fluxController('source-controller', 240),
  fluxController('kustomize-controller', 170),
  fluxController('notification-controller', 95),
  fluxController('helm-controller', 50),
  {
    name: 'flagger',
    binaries: { flagger: { package: 'github.com/fluxcd/flagger/cmd/flagger' } },
    crds: { module: 'github.com/fluxcd/flagger', path: 'artifacts/flagger/crd.yaml' },
    seconds: 70,
    ldflags: '-s -w',
  },
  {
    name: 'envsubst',
    binaries: { envsubst: { package: '.' } },
    sources: ['main.go'],
    seconds: 5,
    ldflags: '-s -w',
  },
  {
    name: 'sourceignore',
    binaries: { sourceignore: { package: '.' } },
    sources: ['main.go'],
    seconds: 5,
    ldflags: '-s -w',
  },
]

/** The binaries that envtest's folder convention provides (`KUBEBUILDER_ASSETS`). */
export const ASSET_BINARIES = ['etcd', 'kube-apiserver', 'kubectl']

/** The cache folder: `KUBECTL_GITOPS_CACHE`, else the XDG cache folder; safe to delete at any time. */
export function cacheFolder(env) {
  if (env.KUBECTL_GITOPS_CACHE) return env.KUBECTL_GITOPS_CACHE
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubectl-gitops-test')
}

/** The module folder that holds go.mod and go.sum. */
export function sourceFolder(module) {
  return folder(module.name)
}

/** Where a module's binaries and CRDs belong: the name changes with anything that changes the build. */
export function moduleFolder(module, env) {
  const hash = createHash('sha256')
  const files = ['go.mod', 'go.sum', ...(module.sources ?? [])]
  for (const file of files) hash.update(readFileSync(join(folder(module.name), file)))
  hash.update(`${module.ldflags}\n${process.platform}/${process.arch}`)
  return join(cacheFolder(env), 'bin', `${module.name}-${hash.digest('hex').slice(0, 16)}`)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function moduleOf(binary) {
  const module = MODULES.find((one) => binary in one.binaries)
  if (module === undefined) throw new Error(`no module of test/control-plane builds ${binary}`)
  return module
}

/** Where a binary is expected, and whether it is there; `fromAssets` when KUBEBUILDER_ASSETS provides it. */
export function locateBinary(binary, env) {
  const module = moduleOf(binary)
  const fromAssets = Boolean(env.KUBEBUILDER_ASSETS) && ASSET_BINARIES.includes(binary)
  const parent = fromAssets ? env.KUBEBUILDER_ASSETS : moduleFolder(module, env)
  const path = join(parent, binary)
  return { path, fromAssets, exists: isExecutable(path) }
}

/** The folder with a module's CRDs (one or more YAML files), and whether it is there. */
export function locateCrds(name, env) {
  const module = MODULES.find((one) => one.name === name)
  if (module?.crds === undefined) throw new Error(`${name} has no custom resource definitions`)
  const path = join(moduleFolder(module, env), 'crds')
  return { path, exists: existsSync(path) }
}

/** What a module still lacks: names of binaries to build, and whether its CRDs must be copied. */
export function missingParts(module, env) {
  const binaries = Object.keys(module.binaries).filter((name) => !locateBinary(name, env).exists)
  return { binaries, crds: module.crds !== undefined && !locateCrds(module.name, env).exists }
}
