import type { ByteText } from './byte-text.js'

/** A piece of a template: text as it stands, or a variable with what is done to it. */
export type Piece = TextPiece | VariablePiece

export interface TextPiece {
  readonly kind: 'text'
  readonly text: ByteText
}

/** `${name}` has the operator `''` and no words; `${name:-a${b}}` the operator `:-` and two words. */
export interface VariablePiece {
  readonly kind: 'variable'
  readonly name: ByteText
  readonly operator: string
  readonly words: readonly Piece[]
}
