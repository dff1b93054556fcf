import { encryptedValue } from '../../encrypted.js'

/** Only letters, so that nothing that kustomize does takes it apart or quotes it. */
const PLACEHOLDER = /gitopssealed((?:[a-p]{2})+)x/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const SHORTEST = 16

/** Two builds with different placeholders tell what is made of encrypted content. */
export type Variant = 1 | 2

/**
 * What kustomize gets to see for an encrypted value of a file. The two variants have no letter in common, so that
 * a part of one, in base64 too, is not a part of the other.
 */
export function placeholder(file: string, variant: Variant): string {
  const letters = Buffer.from(file)
    .toString('hex')
    .replace(/./g, (digit) => String.fromCharCode(FIRST + parseInt(digit, 16)))
  const text = `gitopssealed${letters}x`
  return variant === 1 ? text : text.toUpperCase()
}

const FIRST = 'a'.charCodeAt(0)

/** A text of a build: where a placeholder is in it, as it is or in base64, the mark of an encrypted value. */
export function withoutPlaceholder(text: string): string {
  const letters = PLACEHOLDER.exec(text)?.[1] ?? PLACEHOLDER.exec(decoded(text))?.[1]
  if (letters === undefined) return text
  const hex = letters.toLowerCase().replace(/./g, (letter) => (letter.charCodeAt(0) - FIRST).toString(16))
  return encryptedValue(Buffer.from(hex, 'hex').toString())
}

function decoded(text: string): string {
  const bare = text.replace(/[\r\n]/g, '')
  return bare.length >= SHORTEST && BASE64.test(bare) ? Buffer.from(bare, 'base64').toString('latin1') : ''
}
