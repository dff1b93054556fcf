import { isRecord } from './object.js'

/**
 * Could JSON.parse round an integer of this text? Digits of a number stand behind one of these; inside a string they
 * cost time, nothing else.
 */
const LONG_INTEGER = /(?:[:,[\s]|^)-?\d{16}/

const SMALLEST = -(2n ** 63n)
const LARGEST = 2n ** 63n - 1n

/**
 * An integer as Kubernetes keeps it: exact where it fits 64 bits with a sign, here as a bigint beyond 2^53, and the
 * nearest float64 beyond that. Source: sigs.k8s.io/json internal/golang/encoding/json/kubernetes_patch.go.
 */
export function keptInteger(value: bigint): number | bigint {
  const nearest = Number(value)
  if (Number.isSafeInteger(nearest)) return nearest
  return value >= SMALLEST && value <= LARGEST ? value : nearest
}

/**
 * A float64 as it comes back from JSON that Go wrote: a whole one is an integer there (encoding/json writes no
 * exponent below 1e21).
 */
export function keptFloat(value: number): number | bigint {
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21
  return isExact ? value : keptInteger(BigInt(String(value)))
}

/**
 * Reads JSON as `JSON.parse` does, but for integers beyond 2^53, which are bigints if they fit 64 bits. Costs next to
 * nothing where there is none. Throws SyntaxError, and RangeError for what is nested thousands deep.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return LONG_INTEGER.test(text) ? new Scanner(text).value() : value
}

/** Walks through text that `JSON.parse` has accepted. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): unknown {
    const start = this.#next(/\S/g)
    if (start === '{') return this.#object()
    if (start === '[') return this.#array()
    return start === '"' ? this.#string() : this.#word()
  }

  #object(): unknown {
    const fields: [string, unknown][] = []
    while (this.#next(/["}]/g) === '"') {
      const name = this.#string()
      this.#next(/:/g)
      fields.push([name, this.value()])
    }
    // An assignment would take the name `__proto__` for something else.
    return Object.fromEntries(fields)
  }

  #array(): unknown {
    const items: unknown[] = []
    while (this.#next(/[^\s,]/g) !== ']') {
      this.#at--
      items.push(this.value())
    }
    return items
  }

  /** The rest of a string whose first quote was passed. */
  #string(): string {
    const start = this.#at - 1
    do this.#at = this.#text.indexOf('"', this.#at) + 1
    while (this.#isEscaped(this.#at - 1))
    const literal = this.#text.slice(start, this.#at)
    return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1)
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0
    while (this.#text[at - 1 - backslashes] === '\\') backslashes++
    return backslashes % 2 === 1
  }

  /** A number, a truth value or null; its first character was passed. */
  #word(): unknown {
    const start = this.#at - 1
    const end = /[\s,\]}]|$/g
    end.lastIndex = this.#at
    this.#at = end.exec(this.#text)?.index ?? this.#text.length
    const word = this.#text.slice(start, this.#at)
    return /^-?\d{16,}$/.test(word) ? keptInteger(BigInt(word)) : JSON.parse(word)
  }

  /** Passes the next character of a kind, and answers it. */
  #next(kind: RegExp): string {
    kind.lastIndex = this.#at
    this.#at = (kind.exec(this.#text)?.index ?? this.#text.length) + 1
    return this.#text[this.#at - 1] ?? ''
  }
}

/**
 * Prints plain data as `JSON.stringify` does, with integers that are bigints in full.
 * @param indent blanks for each level; without it everything is on one line
 */
export function formatJson(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, null, indent)
  } catch {
    // It knows no bigint, and nearly no value holds one.
    return print(value, indent, '\n')
  }
}

function print(value: unknown, indent: number, line: string): string {
  if (typeof value === 'bigint') return String(value)
  const inner = line + ' '.repeat(indent)
  if (Array.isArray(value)) {
    const items = value.map((item) => (item === undefined ? 'null' : print(item, indent, inner)))
    return enclose('[]', items, indent, line)
  }
  if (!isRecord(value)) return formatJson(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => `${formatJson(name)}:${indent === 0 ? '' : ' '}${print(field, indent, inner)}`)
  return enclose('{}', fields, indent, line)
}

function enclose(brackets: string, parts: readonly string[], indent: number, line: string): string {
  const [open = '', close = ''] = brackets
  if (parts.length === 0 || indent === 0) return open + parts.join(',') + close
  const inner = line + ' '.repeat(indent)
  return open + inner + parts.join(`,${inner}`) + line + close
}
