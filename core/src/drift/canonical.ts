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
  if (git === live) return 'equal'
  if (format === 'quantity') return likeness(sameQuantity(git, live))
  if (typeof git !== 'string' || typeof live !== 'string') return 'different'
  if (format === 'byte') return likeness(sameBytes(git, live))
  if (format === 'date-time') return likeness(sameInstant(git, live))
  return likeness(lenient && sameDuration(git, live))
}

const likeness = (same: boolean): Likeness => (same ? 'equivalent' : 'different')

function sameQuantity(git: unknown, live: unknown): boolean {
  const left = parseQuantity(git)
  const right = parseQuantity(live)
  return left !== undefined && right !== undefined && left === right
}

const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?)$/

/**
 * A quantity in billionths, rounded up and away from zero as the server does; undefined for other text.
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const match = QUANTITY.exec(String(value))
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const scale =
    -fraction.length + 9 + (exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent.slice(1)))
  const factor = 1n << (BINARY[suffix] ?? 0n)
  const magnitude =
    scale >= 0 ? digits * factor * 10n ** BigInt(scale) : divideUp(digits * factor, 10n ** BigInt(-scale))
  return sign === '-' ? -magnitude : magnitude
}

const divideUp = (value: bigint, divisor: bigint): bigint => (value + divisor - 1n) / divisor

function sameBytes(git: string, live: string): boolean {
  return Buffer.from(git, 'base64').equals(Buffer.from(live, 'base64'))
}

function sameInstant(git: string, live: string): boolean {
  const left = Date.parse(git)
  return !Number.isNaN(left) && left === Date.parse(live)
}

const DURATION_PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

function sameDuration(git: string, live: string): boolean {
  const left = parseDuration(git)
  return left !== undefined && left === parseDuration(live)
}

/** A Go duration (`1h30m`) in nanoseconds; undefined for other text. Source: Go time.ParseDuration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined
  const sum = [...text.matchAll(DURATION_PART)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (NANOSECONDS[unit ?? ''] ?? 0),
    0,
  )
  return text.startsWith('-') ? -sum : sum
}
