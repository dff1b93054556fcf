import { createCipheriv, randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { ageEncrypt, type AgeKey } from './age.js'

type Document = Readonly<Record<string, unknown>>

/** Encrypts as SOPS does, for a throw-away key. Source: getsops/sops README (encryption protocol), sops.go. */
export class Sops {
  readonly #key: AgeKey
  readonly #dataKey = randomBytes(32)

  constructor(key: AgeKey) {
    this.#key = key
  }

  /** A YAML document in which everything below keys that match is encrypted. */
  yaml(document: Document, encryptedRegex = '^(data|stringData)$'): string {
    return stringify(
      { ...this.#branch(document, [], new RegExp(encryptedRegex)), sops: this.#block(encryptedRegex) },
      // Go's reader would take the time for more than text.
      { lineWidth: 0, compat: 'yaml-1.1' },
    )
  }

  /** A file of variables. */
  dotenv(variables: Readonly<Record<string, string>>): string {
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${this.#seal(value, [name])}`)
    const { age, mac, lastmodified, version } = this.#block()
    const meta = {
      ...{ age__list_0__map_recipient: age[0].recipient, age__list_0__map_enc: age[0].enc },
      ...{ lastmodified, mac, unencrypted_suffix: '_unencrypted', version },
    }
    const block = Object.entries(meta).map(([name, value]) => `sops_${name}=${value.replaceAll('\n', '\\n')}`)
    return [...lines, ...block, ''].join('\n')
  }

  /** Any other file. */
  binary(content: string): string {
    return JSON.stringify({ data: this.#seal(content, ['data']), sops: this.#block() }, null, 1)
  }

  #branch(branch: Document, path: readonly string[], regex: RegExp): Document {
    return Object.fromEntries(
      Object.entries(branch).map(([name, value]) => [name, this.#value(value, [...path, name], regex)]),
    )
  }

  #value(value: unknown, path: readonly string[], regex: RegExp): unknown {
    // Where an item of a list stands is not part of its path.
    if (Array.isArray(value)) return value.map((item) => this.#value(item, path, regex))
    if (typeof value === 'object' && value !== null) return this.#branch(value as Document, path, regex)
    return path.some((name) => regex.test(name)) ? this.#seal(value, path) : value
  }

  #seal(value: unknown, path: readonly string[]): string {
    const type = typeof value === 'number' ? 'int' : typeof value === 'boolean' ? 'bool' : 'str'
    const text = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
    return this.#encrypt(text, `${path.join(':')}:`, type)
  }

  #encrypt(text: string, additional: string, type: string): string {
    const iv = randomBytes(32)
    const cipher = createCipheriv('aes-256-gcm', this.#dataKey, iv)
    cipher.setAAD(Buffer.from(additional))
    const data = Buffer.concat([cipher.update(text), cipher.final()])
    const [shown, start, tag] = [data, iv, cipher.getAuthTag()].map((part) => part.toString('base64'))
    return `ENC[AES256_GCM,data:${shown ?? ''},iv:${start ?? ''},tag:${tag ?? ''},type:${type}]`
  }

  /** Flux does not look whether the MAC is right. */
  #block(encryptedRegex?: string): Block {
    const lastmodified = '2026-03-01T12:00:00Z'
    return {
      age: [{ recipient: this.#key.recipient, enc: ageEncrypt(this.#dataKey, this.#key) }],
      lastmodified,
      mac: this.#encrypt('0', lastmodified, 'str'),
      ...(encryptedRegex === undefined ? {} : { encrypted_regex: encryptedRegex }),
      version: '3.10.2',
    }
  }
}

interface Block {
  readonly age: readonly [{ readonly recipient: string; readonly enc: string }]
  readonly lastmodified: string
  readonly mac: string
  readonly encrypted_regex?: string
  readonly version: string
}
