import { encryptedValue, holdsEncrypted, isEncrypted, mapTexts } from '../../encrypted.js'
import { GitOpsError } from '../../errors.js'
import { isRecord, type KubernetesObject } from '../../object.js'
import type { Kustomization } from '../kustomization.js'
import { withoutPlaceholder } from './placeholder.js'
import { hasSopsBlock, holdsSopsFile, isCiphertext, withoutSops } from './sops.js'

const SWITCH = 'kustomize.toolkit.fluxcd.io/decrypt'

/** Does the controller decrypt what this Kustomization builds? */
export function isDecrypting({ spec }: Pick<Kustomization, 'spec'>): boolean {
  return isRecord(spec.decryption) && spec.decryption.provider === 'sops'
}

/**
 * A built object as the controller decrypts it, with the mark of an encrypted value (core/encrypted) wherever
 * only the keys could tell what stands there. Names of fields are never encrypted.
 * Source: kustomize-controller internal/decryptor, DecryptResource.
 * @throws GitOpsError SPEC_UNSUPPORTED where it is not known which object this is
 */
export function decrypt(object: KubernetesObject, kustomization: Kustomization): KubernetesObject {
  if (!isDecrypting(kustomization)) return object
  const decrypted = isOptedOut(object) ? object : decryptInPlace(object)
  const marked = mapTexts(decrypted, withoutPlaceholder) as KubernetesObject
  refuseNameless(marked)
  return marked
}

const isOptedOut = ({ metadata }: KubernetesObject): boolean => {
  const annotations: unknown = metadata.annotations
  const value = isRecord(annotations) ? annotations[SWITCH] : undefined
  return typeof value === 'string' && value.toLowerCase() === 'disabled'
}

/** The controller takes a document that is encrypted as a whole, or else single values of a Secret. */
function decryptInPlace(object: KubernetesObject): KubernetesObject {
  if (hasSopsBlock(object)) {
    const rest = withoutSops(object)
    return mapTexts(rest, (text) => (isCiphertext(text) ? encryptedValue() : text)) as KubernetesObject
  }
  const { kind, data } = object
  if (kind !== 'Secret' || !isRecord(data)) return object
  return { ...object, data: mapTexts(data, (text) => (isSealed(text) ? encryptedValue() : text)) }
}

const isSealed = (base64: string): boolean => holdsSopsFile(Buffer.from(base64, 'base64').toString('latin1'))

function refuseNameless({ apiVersion, kind, metadata }: KubernetesObject): void {
  const parts = [apiVersion, kind, metadata.namespace]
  if (!parts.some(isEncrypted) && !metadata.name.startsWith(encryptedValue().slice(0, -1))) return
  throw new GitOpsError('SPEC_UNSUPPORTED', {
    what: 'an object of the build is encrypted with its apiVersion, kind, name or namespace',
    why: 'without the keys it is not known which object this is',
  })
}

/** Why the text of a build is not the one that the controller had, once it was decrypted. */
export function decryptionNote(
  objects: readonly KubernetesObject[],
  kustomization: Kustomization,
): string | undefined {
  if (!isDecrypting(kustomization)) return undefined
  const sealed = objects.filter(holdsEncrypted)
  if (sealed.length === 0) {
    const hasSecret = objects.some(({ kind }) => kind === 'Secret')
    return hasSecret ? 'decryption: the controller prints every Secret anew' : undefined
  }
  const names = sealed.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `decryption: values are encrypted in Git and not known here (${names.slice(0, 3).join(', ')}${more})`
}
