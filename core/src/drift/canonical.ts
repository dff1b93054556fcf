import type { ScalarFormat } from './schema.js'

/** How two scalars relate: the same, the same thing written otherwise, or different. */
export type Likeness = 'equal' | 'equivalent' | 'different'

/**
 * Compares two scalars the way the server would after writing them down in its own form.
 * Quantities: apimachinery pkg/api/resource/quantity.go. `80` and `"80"` are different on purpose.
 * @param lenient custom resources: a controller may rewrite Go durations (`2160h` to `2160h0m0s`)
 */
export function compareScalars(
  git: unknown,
  live: unknown,
  format: ScalarFormat,
  lenient: boolean,
): Likeness {
  if (git === live || sameNumber(git, live)) return 'equal'
  if (format === 'quantity') return likeness(sameBy(parseQuantity, git, live))
  if (typeof git !== 'string' || typeof live !== 'string') return 'different'
  if (format === 'byte') return likeness(sameBy(parseBase64, git, live))
  if (format === 'date-time') return likeness(sameBy(parseInstant, git, live))
  return likeness(lenient && format === 'plain' && sameBy(parseDuration, git, live))
}

/** The digits count: an integer beyond 2^53 is a bigint (core/json), and what is beside it may be a float. */
const sameNumber = (git: unknown, live: unknown): boolean =>
  isNumber(git) && isNumber(live) && String(git) === String(live)

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

const likeness = (same: boolean): Likeness => (same ? 'equivalent' : 'different')

/** Do both sides have a meaning, and the same one? */
function sameBy<T>(parse: (value: T) => string | bigint | number | undefined, git: T, live: T): boolean {
  const left = parse(git)
  return left !== undefined && left === parse(live)
}

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }
const QUANTITY =
  /^(?<sign>[+-]?)(?=\.?\d)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[eE][+-]?\d{1,3}|[KMGTPE]i|[numkMGTPE])?$/
/** The server cuts larger quantities down to this one, in billionths. */
const LARGEST = (2n ** 63n - 1n) * 10n ** 9n

/**
 * A quantity in billionths, rounded up and away from zero as the server does; undefined for other text.
 * Source: apimachinery pkg/api/resource/quantity.go, ParseQuantity.
 */
export function parseQuantity(value: unknown): bigint | undefined {
  const { sign, whole = '', fraction = '', suffix = '' } = quantityParts(value) ?? {}
  if (sign === undefined) return undefined
  const digits = BigInt(whole + fraction) << (BINARY[suffix] ?? 0n)
  const magnitude = shiftUp(digits, powerOfTen(suffix) + 9 - fraction.length)
  const capped = magnitude > LARGEST ? LARGEST : magnitude
  return sign === '-' ? -capped : capped
}

const quantityParts = (value: unknown): Partial<Record<string, string>> | undefined =>
  typeof value === 'string' || isNumber(value) ? QUANTITY.exec(String(value))?.groups : undefined

/** `m` is -3, `e3` and `E3` are 3, none and the binary suffixes are 0. */
function powerOfTen(suffix: string): number {
  if (suffix in BINARY || suffix === '') return 0
  return DECIMAL[suffix] ?? Number(suffix.slice(1))
}

/** `digits` times ten to the `power`, rounded up. */
function shiftUp(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (digits + divisor - 1n) / divisor
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Go's decoder skips line ends and takes nothing else that is not in the alphabet (encoding/base64). */
function parseBase64(text: string): string | undefined {
  const bare = text.replace(/[\r\n]/g, '')
  return BASE64.test(bare) ? Buffer.from(bare, 'base64').toString('latin1') : undefined
}

const INSTANT = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/

/** An RFC 3339 instant in a form that is equal for equal instants, at any precision. */
function parseInstant(text: string): string | undefined {
  const match = INSTANT.exec(text)
  if (match === null) return undefined
  const [, seconds = '', fraction = '', zone = ''] = match
  const time = Date.parse(`${seconds}${zone}`.toUpperCase())
  return Number.isNaN(time) ? undefined : `${time}.${fraction.replace(/0+$/, '')}`
}

const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** A Go duration (`1h30m`) in nanoseconds; undefined for other text. Source: Go time.ParseDuration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined
  const parts = [...text.matchAll(DURATION_PART)].map(([, whole = '', fraction = '', unit = '']) => {
    const digits = BigInt(whole + fraction)
    return (digits * (NANOSECONDS[unit] ?? 0n)) / 10n ** BigInt(fraction.length)
  })
  const sum = Number(parts.reduce((total, part) => total + part, 0n))
  return text.startsWith('-') && sum !== 0 ? -sum : sum
}
