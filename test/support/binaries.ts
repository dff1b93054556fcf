import { locateBinary, locateCrds } from '../control-plane/modules.mjs'

export type Binary =
  | 'etcd'
  | 'kube-apiserver'
  | 'kubectl'
  | 'kube-controller-manager'
  | 'source-controller'
  | 'kustomize-controller'
  | 'notification-controller'
  | 'helm-controller'
  | 'flagger'
  | 'envsubst'
  | 'sourceignore'

export type CrdModule = Exclude<
  Binary,
  'etcd' | 'kube-apiserver' | 'kubectl' | 'kube-controller-manager' | 'envsubst' | 'sourceignore'
>

const REMEDY = 'run `make binaries` (node test/control-plane/build.mjs)'

/** The path of a test server's binary. Throws, with the remedy, when it was never built. */
export function binary(name: Binary): string {
  const { path, exists, fromAssets } = locateBinary(name, process.env)
  if (exists) return path
  if (fromAssets)
    throw new Error(`KUBEBUILDER_ASSETS has no ${name}: point it to a folder that has, or unset it`)
  throw new Error(`${name} is not built: ${REMEDY}`)
}

/** The folder with the custom resource definitions that come with a controller. Throws like `binary`. */
export function crdFolder(module: CrdModule): string {
  const { path, exists } = locateCrds(module, process.env)
  if (exists) return path
  throw new Error(`the custom resource definitions of ${module} are not there: ${REMEDY}`)
}

/**
 * Why tests that need these binaries must be skipped; undefined when they can run. Only a machine that lives on
 * KUBEBUILDER_ASSETS may lack the others: everywhere else a missing binary is a failure, never a skip.
 */
export function whySkipped(names: readonly Binary[]): string | undefined {
  if (process.env.KUBEBUILDER_ASSETS === undefined) return undefined
  const missing = names.filter((name) => {
    const { exists, fromAssets } = locateBinary(name, process.env)
    return !exists && !fromAssets
  })
  return missing.length === 0 ? undefined : `skipped, KUBEBUILDER_ASSETS brings no ${missing.join(', ')}`
}
