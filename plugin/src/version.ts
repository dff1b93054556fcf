/** The version of this build; the bundler writes it in, so that nothing is read at start. */
declare const KUBECTL_GITOPS_VERSION: string | undefined

export const VERSION = typeof KUBECTL_GITOPS_VERSION === 'string' ? KUBECTL_GITOPS_VERSION : '0.0.0-source'

/** `kubectl-gitops 0.1.0 (node v20.20.2)`. */
export const versionLine = (): string => `kubectl-gitops ${VERSION} (node ${process.version})`
