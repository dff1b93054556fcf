import { isRecord } from '../../object.js'

/** The formats of SOPS files (getsops/sops cmd/sops/formats). */
export type SopsFormat = 'binary' | 'dotenv' | 'ini' | 'json' | 'yaml'

/** By these the controller knows an encrypted file or value. Source: kustomize-controller internal/decryptor. */
const MARKERS: Readonly<Record<SopsFormat, string>> = {
  binary: '"mac": "ENC[',
  dotenv: 'sops_mac=ENC[',
  ini: '[sops]',
  json: '"mac": "ENC[',
  yaml: 'mac: ENC[',
}

const CIPHERTEXT = /^ENC\[AES256_GCM,data:.*,iv:.+,tag:.+,type:.+\]$/s

/** Is this text a value that SOPS encrypted? */
export const isCiphertext = (text: string): boolean => CIPHERTEXT.test(text)

/** Is a file encrypted in the format in which it is going to be decrypted? Any other one is left as it is. */
export const isSopsFile = (content: string, format: SopsFormat): boolean => content.includes(MARKERS[format])

/** Does a value of a Secret hold a whole SOPS file, of any format? */
export const holdsSopsFile = (content: string): boolean =>
  Object.values(MARKERS).some((marker) => content.includes(marker))

/** The format that a name asks for. Source: decryptor.go formatForPath; sops formats.FormatForPath. */
export function formatOf(name: string): SopsFormat {
  if (/\.ya?ml$/.test(name)) return 'yaml'
  if (/\.(?:json|dockerconfigjson)$/.test(name)) return 'json'
  if (name.endsWith('.env')) return 'dotenv'
  return name.endsWith('.ini') ? 'ini' : 'binary'
}

/** Is an object encrypted as a whole document, with SOPS's own block in it? Source: isSOPSEncryptedResource. */
export function hasSopsBlock(object: Readonly<Record<string, unknown>>): boolean {
  const { sops } = object
  return isRecord(sops) && typeof sops.mac === 'string' && sops.mac !== ''
}

/** A document without SOPS's own block. */
export function withoutSops(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'sops'))
}
