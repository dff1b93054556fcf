import { runeAt, type ByteText } from './byte-text.js'

const NAME_RUNE = /^[\p{L}\p{Nd}_]$/u

/** A place in a template. A NUL byte ends the template wherever it stands, as in fluxcd/pkg envsubst. */
export class Cursor {
  readonly #bytes: ByteText
  /** The bytes that the end takes: 1 where it is a NUL. */
  readonly #endWidth: number
  #at = 0

  constructor(bytes: ByteText) {
    const nul = bytes.indexOf('\u0000')
    this.#bytes = nul < 0 ? bytes : bytes.slice(0, nul)
    this.#endWidth = nul < 0 ? 0 : 1
  }

  /** The next byte; empty at the end. */
  get next(): string {
    return this.#bytes.charAt(this.#at)
  }

  /** The bytes from here on, at most `count` of them. */
  peek(count: number): ByteText {
    return this.#bytes.slice(this.#at, this.#at + count)
  }

  /** How many bytes the rune after the next byte takes; 0 where there is none. */
  get widthAfterNext(): number {
    return this.#at + 1 < this.#bytes.length ? runeAt(this.#bytes, this.#at + 1).width : this.#endWidth
  }

  /** Passes over `expected` if it stands here. */
  accept(expected: string): boolean {
    if (!this.#bytes.startsWith(expected, this.#at)) return false
    this.#at += expected.length
    return true
  }

  /** Passes over bytes that are among `allowed`, at most `limit` of them; answers them. */
  takeRun(allowed: string, limit: number): ByteText {
    const start = this.#at
    while (this.#at - start < limit && this.next !== '' && allowed.includes(this.next)) this.#at += 1
    return this.#bytes.slice(start, this.#at)
  }

  /** The variable name that stands here; empty where none does. */
  takeName(): ByteText {
    const start = this.#at
    while (this.#at < this.#bytes.length) {
      const rune = runeAt(this.#bytes, this.#at)
      if (!NAME_RUNE.test(String.fromCodePoint(rune.codePoint))) break
      this.#at += rune.width
    }
    return this.#bytes.slice(start, this.#at)
  }

  /**
   * Text up to a byte among `stops`, a `${` or the end; empty where it would be. An escape stands for its
   * second byte: of `$$`, and of a backslash before any byte among `escaped`.
   */
  takeText(stops: string, escapes: { readonly dollar: boolean; readonly backslash: string }): ByteText {
    const parts: ByteText[] = []
    let start = this.#at
    while (this.next !== '' && !stops.includes(this.next)) {
      const pair = this.peek(2)
      if (pair === '${') break
      if (isEscape(pair, escapes)) {
        parts.push(this.#bytes.slice(start, this.#at))
        start = this.#at + 1
        this.#at += 2
      } else {
        this.#at += 1
      }
    }
    parts.push(this.#bytes.slice(start, this.#at))
    return parts.join('')
  }
}

function isEscape(pair: string, escapes: { readonly dollar: boolean; readonly backslash: string }): boolean {
  if (pair === '$$') return escapes.dollar
  return pair.length === 2 && pair.startsWith('\\') && escapes.backslash.includes(pair.charAt(1))
}
