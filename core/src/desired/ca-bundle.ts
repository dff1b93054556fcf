import { X509Certificate } from 'node:crypto'
import { isRecord, type KubernetesObject } from '../object.js'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * A CustomResourceDefinition without a CA bundle of its conversion webhook that holds no certificate: a placeholder
 * (`Cg==`), which Flux takes out and something on the cluster fills in.
 * Source: fluxcd/pkg ssa/utils/cert_validation.go, RemoveCABundleFromCRD.
 */
export function withoutInvalidBundle(object: KubernetesObject): KubernetesObject {
  const { spec } = object
  if (object.kind !== 'CustomResourceDefinition' || !isRecord(spec) || !isRecord(spec.conversion))
    return object
  const { webhook } = spec.conversion
  if (!isRecord(webhook) || !isRecord(webhook.clientConfig)) return object
  const { caBundle, ...clientConfig } = webhook.clientConfig
  if (typeof caBundle !== 'string' || caBundle === '' || holdsCertificate(caBundle)) return object
  return {
    ...object,
    spec: { ...spec, conversion: { ...spec.conversion, webhook: { ...webhook, clientConfig } } },
  }
}

/** Go takes a bundle that holds one readable certificate, or nothing at all. */
function holdsCertificate(caBundle: string): boolean {
  const bare = caBundle.replace(/[\r\n]/g, '')
  if (!BASE64.test(bare)) return false
  const text = Buffer.from(bare, 'base64').toString('latin1')
  return text === '' || (text.match(CERTIFICATE) ?? []).some(isReadable)
}

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0
  } catch {
    return false
  }
}
