import {
  createCipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'

/** A throw-away key of age (age-encryption.org/v1, X25519). */
export interface AgeKey {
  /** `age1…` */
  readonly recipient: string
  /** `AGE-SECRET-KEY-1…` */
  readonly identity: string
  readonly publicKey: Buffer
}

export function createAgeKey(): AgeKey {
  const pair = generateKeyPairSync('x25519')
  const publicKey = rawOf(pair.publicKey)
  const secret = Buffer.from(pair.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  return {
    recipient: bech32('age', publicKey),
    identity: bech32('age-secret-key-', secret).toUpperCase(),
    publicKey,
  }
}

/** Encrypts a few bytes to a key, armored. Source: C2SP age.md. */
export function ageEncrypt(plain: Buffer, { publicKey }: AgeKey): string {
  const fileKey = randomBytes(16)
  const header = `age-encryption.org/v1\n${stanza(fileKey, publicKey)}---`
  const mac = createHmac('sha256', hkdf(fileKey, Buffer.alloc(0), 'header'))
    .update(header)
    .digest()
  const nonce = randomBytes(16)
  const last = Buffer.alloc(12)
  last[11] = 1
  const body = seal(hkdf(fileKey, nonce, 'payload'), last, plain)
  const file = Buffer.concat([Buffer.from(`${header} ${unpadded(mac)}\n`), nonce, body])
  const lines = file.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN AGE ENCRYPTED FILE-----\n${lines}\n-----END AGE ENCRYPTED FILE-----\n`
}

function stanza(fileKey: Buffer, recipient: Buffer): string {
  const ephemeral = generateKeyPairSync('x25519')
  const share = rawOf(ephemeral.publicKey)
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: recipient.toString('base64url') },
    format: 'jwk',
  })
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey })
  const key = hkdf(shared, Buffer.concat([share, recipient]), 'age-encryption.org/v1/X25519')
  return `-> X25519 ${unpadded(share)}\n${unpadded(seal(key, Buffer.alloc(12), fileKey))}\n`
}

function seal(key: Buffer, nonce: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const rawOf = (key: KeyObject): Buffer => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
const hkdf = (key: Buffer, salt: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, 32))
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** Source: BIP 173. */
function bech32(prefix: string, bytes: Buffer): string {
  const data = fiveBits(bytes)
  const letters = [...Buffer.from(prefix)]
  const spread = [...letters.map((code) => code >> 5), 0, ...letters.map((code) => code & 31)]
  const check = checksum([...spread, ...data, 0, 0, 0, 0, 0, 0]) ^ 1
  const tail = Array.from({ length: 6 }, (_, i) => (check >> (5 * (5 - i))) & 31)
  return `${prefix}1${[...data, ...tail].map((value) => ALPHABET.charAt(value)).join('')}`
}

function fiveBits(bytes: Buffer): readonly number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => parseInt(group.padEnd(5, '0'), 2))
}

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25
    const next = ((sum & 0x1ffffff) << 5) ^ value
    return GENERATORS.reduce((all, generator, i) => ((top >> i) & 1 ? all ^ generator : all), next)
  }, 1)
}
