/** The version of this build; the bundler writes it in, so that nothing is read at start. */
declare const KUBECTL_GITOPS_VERSION: string | undefined

export const VERSION = typeof KUBECTL_GITOPS_VERSION === 'string' ? KUBECTL_GITOPS_VERSION : '0.0.0-source'
