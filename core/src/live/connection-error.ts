import { GitOpsError } from '../errors.js'
import { isRecord } from '../object.js'
import { printable } from './answer.js'

const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|^HOSTNAME_MISMATCH$|^ERR_TLS_|^ERR_SSL_|^ERR_OSSL_|^EPROTO$/

/**
 * Names what went wrong on the way to a server in kubectl's sentences; `host` is `name:port`. The thrown
 * error itself is not kept: parser errors carry the raw bytes of the answer.
 * Source: kubectl pkg/cmd/util/helpers.go, StandardErrorMessage.
 */
export function connectionError(host: string, method: string, thrown: unknown): GitOpsError {
  const { code, message } = describe(thrown)
  const why = printable(message === '' ? code : message, 500)
  if (code === 'ECONNREFUSED') {
    return new GitOpsError('CLUSTER_UNREACHABLE', {
      what: `The connection to the server ${host} was refused - did you specify the right host or port?`,
      why,
      tryThis: 'kubectl config view --minify',
    })
  }
  if (code.startsWith('Z_')) {
    return new GitOpsError('SERVER_ERROR', {
      what: `the answer of ${host} to ${method} is broken gzip data`,
      why,
    })
  }
  return new GitOpsError('CLUSTER_UNREACHABLE', {
    what: `Unable to connect to the server ${host}`,
    why,
    tryThis: CERTIFICATE.test(code)
      ? 'check certificate-authority-data, tls-server-name and the scheme of the server in the kubeconfig'
      : 'kubectl cluster-info',
  })
}

/** Node reports a name with several addresses as one error that holds the others. */
function describe(thrown: unknown): { readonly code: string; readonly message: string } {
  if (!isRecord(thrown)) return { code: '', message: String(thrown) }
  const first = Array.isArray(thrown.errors) ? (thrown.errors as readonly unknown[])[0] : undefined
  const { code, message } = thrown
  if (message === '' && first !== undefined) return describe(first)
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' }
}
