import yaml from 'js-yaml'
import { GitOpsError } from '../errors.js'
import { formatJson, keptFloat, keptInteger } from '../json.js'
import { isRecord } from '../object.js'

/**
 * The plain scalars of Go's YAML reader, which is neither YAML 1.1 nor 1.2: `yes`/`no`/`on`/`off` are
 * booleans, 0644 and 0o644 are octal, 1_000 is a thousand, 1:30 and dates are strings.
 * Source: go.yaml.in/yaml/v2 resolve.go, which sigs.k8s.io/yaml reads with.
 */
const NULL = new yaml.Type('tag:yaml.org,2002:null', {
  kind: 'scalar',
  resolve: (data: unknown) =>
    data === null || (typeof data === 'string' && /^(?:~|null|Null|NULL)?$/.test(data)),
  construct: () => null,
})

const BOOL = new yaml.Type('tag:yaml.org,2002:bool', {
  kind: 'scalar',
  resolve: (data: unknown) =>
    typeof data === 'string' &&
    /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/.test(data),
  construct: (data: string) => /^(?:y|yes|true|on)$/i.test(data),
})

const integerType = (construct: (value: bigint) => unknown): yaml.Type =>
  new yaml.Type('tag:yaml.org,2002:int', {
    kind: 'scalar',
    resolve: (data: unknown) => typeof data === 'string' && goInteger(data) !== undefined,
    construct: (data: string) => construct(goInteger(data) ?? 0n),
  })

const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]([\da-fA-F]+)$/, '0x'],
  [/^0[bB]([01]+)$/, '0b'],
  [/^0[oO]?([0-7]+)$/, '0o'],
  [/^(0|[1-9]\d*)$/, ''],
]

function goInteger(text: string): bigint | undefined {
  if (!/^[-+\d]/.test(text)) return undefined
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text.replaceAll('_', '')) ?? []
  for (const [pattern, prefix] of PREFIXES) {
    const found = pattern.exec(digits)?.[1]
    if (found !== undefined) return inRange(sign, BigInt(prefix + found))
  }
  return undefined
}

/** Only an integer without a sign may use the last bit (ParseInt, then ParseUint). */
function inRange(sign: string, size: bigint): bigint | undefined {
  if (sign === '-') return size <= 2n ** 63n ? -size : undefined
  return size < 2n ** (sign === '+' ? 63n : 64n) ? size : undefined
}

const FLOAT_TEXT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const NOT_A_NUMBER = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** What is too large for a float64 is a string in Go: the commit `12e4567` stays what it is. */
function goFloat(text: string): number | undefined {
  if (!/^[-+.\d]/.test(text)) return undefined
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  const value = FLOAT_TEXT.test(plain) ? Number(plain) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

const floatType = (construct: (value: number) => unknown): yaml.Type =>
  new yaml.Type('tag:yaml.org,2002:float', {
    kind: 'scalar',
    resolve: (data: unknown) =>
      typeof data === 'string' && (NOT_A_NUMBER.test(data) || goFloat(data) !== undefined),
    construct: (data: string) => {
      const value = goFloat(data)
      if (value === undefined) throw new yaml.YAMLException('a number that JSON cannot hold')
      return construct(value)
    },
  })

const schemaWith = (integer: yaml.Type, float: yaml.Type): yaml.Schema =>
  yaml.FAILSAFE_SCHEMA.extend({ implicit: [NULL, BOOL, integer, float] })

// What was printed goes to the server as JSON, which knows one kind of number.
const PRINTED = schemaWith(integerType(keptInteger), floatType(keptFloat))
// An integer beyond 2^53 is kept exact, as a bigint. A whole float printed back would be an integer: where text is
// wanted, Go writes the two differently.
const HAND_WRITTEN = schemaWith(
  integerType((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
  floatType((value) => (Number.isInteger(value) && Math.abs(value) >= 1e6 ? goFloatText(value) : value)),
)

/** Beyond this many values a few aliases stand for more than anybody wrote. */
const LARGEST = 1_000_000

/**
 * Reads YAML that people wrote, the way Flux and kustomize read their own files: the last of two equal keys
 * holds, and a merge key overrides what stands before it. Empty documents are left out.
 * Source: go.yaml.in/yaml/v2 decode.go mapping.
 * @throws GitOpsError YAML_INVALID with the line and the reader's own words, never a piece of the text
 */
export function readYaml(text: string, file: string): readonly unknown[] {
  return readHandWritten(text, file).filter(isPresent)
}

/**
 * Like readYaml, but only the first document, null where that one is empty: Go looks at no other where it wants
 * one (go.yaml.in/yaml/v2 Unmarshal).
 * @throws GitOpsError YAML_INVALID
 */
export function readFirstYaml(text: string, file: string): unknown {
  return readHandWritten(text, file)[0] ?? null
}

/**
 * Like readFirstYaml, for a file that Go turns into JSON: a key that is null has no name there, and here it cannot
 * be told from the text `null` (sigs.k8s.io/yaml convertToJSONableObject).
 * @throws GitOpsError YAML_INVALID, also for a key that is the text `null`
 */
export function readFirstNamedYaml(text: string, file: string): unknown {
  const document = readFirstYaml(text, file)
  walk(document, (value) => {
    if (isRecord(value) && Object.hasOwn(value, 'null')) throw invalid(file, 'it holds a key that is null')
  })
  return document
}

function readHandWritten(text: string, file: string): readonly unknown[] {
  // js-yaml keeps the place of the first of two equal keys, so that the order of a merge would be lost.
  if (!text.includes('<<')) return load(text, { filename: file, schema: HAND_WRITTEN, json: true })
  return load(text, { filename: file, schema: HAND_WRITTEN }).map(merged)
}

const isPresent = (document: unknown): boolean => document !== null && document !== undefined

function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]): readonly (readonly [string, unknown])[] => {
      const own = merged(field)
      if (name !== '<<') return [[name, own]]
      const sources = Array.isArray(own) ? (own as readonly unknown[]).toReversed() : [own]
      return sources.filter(isRecord).flatMap((source) => Object.entries(source))
    }),
  )
}

/**
 * Like readYaml, but for text that another reader will read as well: what two readers could take for
 * different things (equal keys, merge keys, the line breaks of YAML 1.1) is an error.
 * @throws GitOpsError YAML_INVALID
 */
export function readUnambiguousYaml(text: string, file: string): readonly unknown[] {
  if (/[\u0085\u2028\u2029]/.test(text)) {
    throw invalid(file, 'it holds a line break that not every reader of YAML takes for one')
  }
  if (text.includes('<<')) throw invalid(file, 'merge keys are not read the same way by every reader of YAML')
  return load(text, { filename: file, schema: HAND_WRITTEN }).filter(isPresent)
}

/**
 * Reads YAML that kustomize printed, with the numbers that the server keeps of it: beyond 2^53 they are bigints
 * (core/json).
 * @throws GitOpsError YAML_INVALID
 */
export function readPrintedYaml(text: string, file: string): readonly unknown[] {
  return load(text, { filename: file, schema: PRINTED }).filter(isPresent)
}

function load(text: string, options: yaml.LoadOptions & { readonly filename: string }): readonly unknown[] {
  try {
    const documents: unknown[] = []
    yaml.loadAll(text, (document) => documents.push(document), options)
    let values = 0
    const count = (): void => {
      if (++values > LARGEST) throw new yaml.YAMLException(`more than ${LARGEST} values, aliases included`)
    }
    for (const document of documents) walk(document, count)
    return documents
  } catch (error) {
    throw invalid(options.filename, firstLine(error))
  }
}

/** Visits every value, a shared one as often as it is named. */
function walk(document: unknown, visit: (value: unknown) => void): void {
  const left = [document]
  while (left.length > 0) {
    const value = left.pop()
    visit(value)
    if (Array.isArray(value)) for (const item of value as readonly unknown[]) left.push(item)
    else if (isRecord(value)) for (const item of Object.values(value)) left.push(item)
  }
}

const invalid = (file: string, why: string): GitOpsError =>
  new GitOpsError('YAML_INVALID', {
    what: `${file} is not valid YAML`,
    why,
    tryThis: `correct ${file} and commit`,
  })

/** js-yaml quotes names and the text around the fault; they may be a secret, so only its plain words are kept. */
function firstLine(error: unknown): string {
  if (!(error instanceof yaml.YAMLException)) return 'unreadable'
  const mark = error.mark as yaml.Mark | undefined
  const words = error.reason.replace(/"[^]*"/, '"***"').replace(/<[^]*>/, '<***>')
  return mark === undefined ? words : `${words} (line ${mark.line + 1}, column ${mark.column + 1})`
}

/** Characters that JSON may hold as they are and YAML may not, or takes for a line break. */
const UNSAFE = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g

/** Prints a value as JSON that every reader of YAML reads the same way; integers beyond 2^53 stay exact. */
export const printYaml = (value: unknown): string =>
  // Such characters stand in texts alone.
  formatJson(value).replace(UNSAFE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The text that Go's reader makes of a scalar where text is wanted, as in `newTag: 1.10`; else the value itself. */
export function goText(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : goFloatText(value)
  return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : value
}

/** Go's strconv.FormatFloat(value, 'g', -1, 32): the shortest text of the nearest float32. */
function goFloatText(value: number): string {
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return single > 0 ? '+Inf' : '-Inf'
  let shortest = single.toExponential(8)
  for (let digits = 7; digits >= 0 && Math.fround(Number(single.toExponential(digits))) === single; digits--)
    shortest = single.toExponential(digits)
  const [mantissa = '', exponent = '0'] = shortest.split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(Number(shortest))
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** What Go's encoding/json calls a value that it cannot put into an object; undefined for what it can. */
export function goType(value: unknown): 'array' | 'string' | 'number' | 'bool' | undefined {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' || typeof value === 'bigint' ? 'number' : undefined
}
