/**
 * The version ranges of `spec.ref.semver`, which are not npm's: a missing part is a wildcard everywhere, a
 * pre-release counts only where the range names one, and it is then compared like any other version.
 * Source: Masterminds/semver v3 (version.go, constraints.go), fluxcd/pkg version ParseVersion.
 */
export interface Version {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly prerelease: string
}

/** Alternatives of conditions that all have to hold. */
export type SemverRange = readonly (readonly Condition[])[]

interface Condition {
  readonly operator: string
  readonly version: Version
  /** How many parts are written: `1.x` has one, `*` none. */
  readonly parts: 0 | 1 | 2 | 3
}

const LABELS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`
const NUMBERS = String.raw`v?([0-9|xX*]+)(?:\.([0-9|xX*]+))?(?:\.([0-9|xX*]+))?`
const WRITTEN = `${NUMBERS}(?:-(${LABELS}))?(?:\\+${LABELS})?`
const OPERATORS = String.raw`=|!=|>=|=>|<=|=<|>|<|~>|~|\^|`
const HYPHENATED = new RegExp(String.raw`\s*(${WRITTEN})\s+-\s+(${WRITTEN})\s*`, 'g')
const ONE = new RegExp(String.raw`(${OPERATORS})\s*${WRITTEN}`, 'y')
const BETWEEN = /\s*,\s*(?!$)|\s+|$/y
const VERSION = new RegExp(String.raw`^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-(${LABELS}))?(?:\+${LABELS})?$`)
const LONGEST = 256
const LARGEST = 2n ** 64n - 1n

/** Reads a tag as a version: two dots at least, perhaps a `v` before them; undefined for any other tag. */
export function parseVersion(tag: string): Version | undefined {
  const match = tag.length > LONGEST || tag.split('.').length < 3 ? null : VERSION.exec(tag)
  if (match === null) return undefined
  const [, major = '', minor = '0', patch = '0', prerelease = ''] = match
  if (prerelease.split('.').some((label) => /^0\d+$/.test(label))) return undefined
  const version = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease }
  return [version.major, version.minor, version.patch].some((part) => part > LARGEST) ? undefined : version
}

/** Reads a range; undefined for what is none. */
export function parseRange(text: string): SemverRange | undefined {
  if (text.length > LONGEST) return undefined
  const rewritten = text.replace(HYPHENATED, (_match, ...groups: readonly (string | undefined)[]) => {
    // Each written version holds five groups: itself, three numbers, a pre-release.
    return `>= ${groups[0] ?? ''}, <= ${groups[5] ?? ''} `
  })
  const alternatives = rewritten.split('||').map(parseAll)
  return alternatives.every((one) => one !== undefined) ? alternatives : undefined
}

function parseAll(text: string): readonly Condition[] | undefined {
  const conditions: Condition[] = []
  let at = text.length - text.trimStart().length
  while (at < text.length) {
    ONE.lastIndex = at
    const match = ONE.exec(text)
    const condition = match === null ? undefined : conditionOf(match)
    if (condition === undefined) return undefined
    conditions.push(condition)
    BETWEEN.lastIndex = ONE.lastIndex
    if (BETWEEN.exec(text) === null) return undefined
    at = BETWEEN.lastIndex
  }
  return conditions.length === 0 ? undefined : conditions
}

const isWildcard = (part: string): boolean => part === '' || /^[xX*]$/.test(part)

function conditionOf(match: RegExpExecArray): Condition | undefined {
  const [, operator = '', major = '', minor = '', patch = '', prerelease = ''] = match
  const numbers = [major, minor, patch]
  const wild = numbers.findIndex(isWildcard)
  const parts = (wild < 0 ? 3 : wild) as Condition['parts']
  const known = numbers.map((number, i) => (i < parts ? number : '0'))
  const label = prerelease === '' ? '' : `-${prerelease}`
  const version = parseVersion(`${known.join('.')}${label}`)
  return version === undefined ? undefined : { operator, version, parts }
}

/** Does a version lie in a range? */
export function isInRange(version: Version, range: SemverRange): boolean {
  return range.some((all) => {
    const admitsPrerelease = all.some((condition) => condition.version.prerelease !== '')
    if (version.prerelease !== '' && !admitsPrerelease) return false
    return all.every((condition) => holds(version, condition))
  })
}

type Test = (version: Version, condition: Condition) => boolean

const isEqual: Test = (version, condition) =>
  condition.parts === 3 ? compareVersions(version, condition.version) === 0 : isClose(version, condition)
const isBelow: Test = (version, condition) => compareVersions(version, condition.version) < 0

const TESTS: Readonly<Record<string, Test>> = {
  '': isEqual,
  '=': isEqual,
  '!=': (version, condition) => !isSame(version, condition),
  '>': isAbove,
  '<': isBelow,
  '>=': (version, condition) => !isBelow(version, condition),
  '=>': (version, condition) => !isBelow(version, condition),
  '<=': isAtMost,
  '=<': isAtMost,
  '~': isClose,
  '~>': isClose,
  '^': isCompatible,
}

const holds: Test = (version, condition) => TESTS[condition.operator]?.(version, condition) === true

function isSame(version: Version, { version: wanted, parts }: Condition): boolean {
  if (parts === 3) return compareVersions(version, wanted) === 0
  if (version.major !== wanted.major) return false
  if (parts < 2)
    return parts === 1 || (version.minor === wanted.minor && compareVersions(version, wanted) === 0)
  return version.minor === wanted.minor && comparePrereleases(version.prerelease, wanted.prerelease) === 0
}

function isAbove(version: Version, { version: wanted, parts }: Condition): boolean {
  if (parts === 3 || parts === 0) return compareVersions(version, wanted) > 0
  if (version.major !== wanted.major) return version.major > wanted.major
  return parts === 2 && version.minor > wanted.minor
}

function isAtMost(version: Version, { version: wanted, parts }: Condition): boolean {
  if (parts === 3) return compareVersions(version, wanted) <= 0
  if (version.major !== wanted.major) return version.major < wanted.major
  return parts === 1 || version.minor <= wanted.minor
}

/** `~1.2.3`: at least that, with the same parts but the last; `~0.0.0` and `*` take everything from there. */
function isClose(version: Version, { version: wanted, parts }: Condition): boolean {
  if (compareVersions(version, wanted) < 0) return false
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n
  if (isZero && (parts === 0 || parts === 3)) return true
  return version.major === wanted.major && (parts === 1 || version.minor === wanted.minor)
}

/** `^1.2.3`: at least that, and the first part that is not zero stays. */
function isCompatible(version: Version, { version: wanted, parts }: Condition): boolean {
  if (compareVersions(version, wanted) < 0) return false
  if (wanted.major > 0n || parts === 1) return version.major === wanted.major
  if (version.major > 0n) return false
  if (wanted.minor > 0n || parts === 2) return version.minor === wanted.minor
  return version.minor === 0n && version.patch === wanted.patch
}

/** Negative, zero or positive, as `sort` wants it; build metadata do not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const)
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1
  if (a.prerelease === '' || b.prerelease === '')
    return Number(a.prerelease === '') - Number(b.prerelease === '')
  return comparePrereleases(a.prerelease, b.prerelease)
}

function comparePrereleases(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareLabels(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** Numbers before words; an absent label before any other. */
function compareLabels(a: string, b: string): number {
  if (a === b) return 0
  const order = rank(a) - rank(b)
  if (order !== 0) return order
  return (rank(a) === NUMBER ? BigInt(a) < BigInt(b) : a < b) ? -1 : 1
}

const NUMBER = 1

const rank = (label: string): number => (label === '' ? 0 : /^\d+$/.test(label) ? NUMBER : 2)
