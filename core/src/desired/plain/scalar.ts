/**
 * Which scalars mean the same to every reader of YAML that a manifest passes on its way through Flux (yaml.v3 in
 * kustomize, yaml.v2 behind JSON, js-yaml here). Whatever could be a number, a date or a truth value to one of them
 * and text to another is left out.
 */
const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/
/** No mantissa, exponent, prefix or separator of a number in any notation. */
const QUANTITY = /^\d{1,9}(?:\.\d{1,9})?[ac-df-nq-wyzAC-DF-NQ-WYZ][ac-df-nq-wyzAC-DF-NQ-WYZ]?$/
const DOTTED = /^\d{1,6}(?:\.\d{1,6}){2,4}$/
const WORD = /^(?:[A-Za-z/$^(;<=\\]|--?[A-Za-z])/
/** Read as something else than text by some reader, in some spelling. */
const SPECIAL = /^-?(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i

export type Meaning = 'text' | 'integer' | 'boolean' | 'null'

const MEANINGS: readonly (readonly [RegExp, Meaning | undefined])[] = [
  [/^(?:true|false)$/, 'boolean'],
  [/^(?:null|~|)$/, 'null'],
  [INTEGER, 'integer'],
  [SPECIAL, undefined],
  [WORD, 'text'],
  [QUANTITY, 'text'],
  [DOTTED, 'text'],
]

/** What a plain scalar means; undefined where readers could differ. */
export function meaningOf(plain: string): Meaning | undefined {
  return MEANINGS.find(([form]) => form.test(plain))?.[1]
}

/** yaml.v2 resolve.go: texts that printed plain would be read as something else. */
const QUOTED =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|null|Null|NULL|~|)$/
/** Neither a number nor a date in yaml.v2, for it looks at nothing that starts otherwise. */
const HARMLESS_START = /^[^-+.0-9]/

/** Does yaml.v2 put quotes around a text, because it would be read as something else? Undefined where in doubt. */
export function needsQuotes(text: string): boolean | undefined {
  if (QUOTED.test(text) || INTEGER.test(text)) return true
  if (HARMLESS_START.test(text)) return text === '<<' ? undefined : false
  return meaningOf(text) === 'text' ? false : undefined
}
