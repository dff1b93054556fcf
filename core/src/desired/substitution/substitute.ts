import { brokenCharacter, fromByteText, toByteText, type ByteText } from './byte-text.js'
import { failure, substitutionFailure } from './failure.js'
import { applyOperator, FALLBACK_OPERATORS } from './operator.js'
import { parseTemplate } from './parse.js'
import type { Piece, VariablePiece } from './template.js'

/** The value of a variable; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined

/** The controller's words for a variable that is not set. */
export const UNSET = 'variable not set (strict mode)'

/**
 * Replaces `${name}` and its forms in a text exactly as kustomize-controller does; in strict mode a variable
 * that is not set and has no fallback is an error, otherwise it is empty. Source: fluxcd/pkg envsubst.
 * @throws GitOpsError BUILD_FAILED with the controller's words; LIMIT_EXCEEDED
 */
export function substitute(text: string, lookup: Lookup, strict: boolean): string {
  const bytes = parseTemplate(toByteText(text))
    .map((piece) => evaluate(piece, lookup, strict))
    .join('')
  const substituted = fromByteText(bytes)
  // The controller finds out when it reads the result as YAML.
  if (substituted === undefined) throw failure(`YAMLToJSON: yaml: ${brokenCharacter(bytes)}`)
  return substituted
}

function evaluate(piece: Piece, lookup: Lookup, strict: boolean): ByteText {
  if (piece.kind === 'text') return piece.text
  const words = piece.words.map((word) => evaluate(word, lookup, strict))
  return applyOperator(piece.operator, valueOf(piece, lookup, strict), words)
}

function valueOf({ name, operator }: VariablePiece, lookup: Lookup, strict: boolean): ByteText {
  const shown = fromByteText(name) ?? name
  const value = lookup(shown)
  if (value !== undefined) return toByteText(value)
  if (!strict || FALLBACK_OPERATORS.has(operator)) return ''
  throw substitutionFailure(`${UNSET}: "${shown}"`)
}
