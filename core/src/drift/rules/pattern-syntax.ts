/** What a regular expression says, as a tree; `test` answers for one character. */
export type Expression =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'edge'; readonly end: boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly parts: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly part: Expression; readonly least: number; readonly most: number }

const MOST_REPEATS = 100
const LONGEST_COUNT = '{1000,1000}'.length
const DEEPEST = 50

/**
 * Reads the part of Go's regular expressions that names are matched with: literals, `.`, classes, groups, `|`, `?`,
 * `*`, `+`, `{m,n}`, `^`, `$`, `\d \w \s` and what they deny, and `(?i)` in front. Throws a SyntaxError, in words for
 * people, for anything else; what only backtracking can match (look-around, back references) Go does not have either.
 */
export function parsePattern(text: string): Expression {
  const fold = text.startsWith('(?i)')
  const reader = new Reader(fold ? text.slice('(?i)'.length) : text, fold)
  const expression = reader.choice()
  if (!reader.isAtEnd()) throw new SyntaxError('a ) has no (')
  return expression
}

class Reader {
  readonly #text: string
  readonly #fold: boolean
  #at = 0
  #depth = 0

  constructor(text: string, fold: boolean) {
    this.#text = text
    this.#fold = fold
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  choice(): Expression {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts }
  }

  #sequence(): Expression {
    const parts: Expression[] = []
    while (!this.isAtEnd() && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated())
    return parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts }
  }

  #repeated(): Expression {
    const part = this.#atom()
    const times = this.#times()
    if (times === undefined) return part
    this.#take('?') // Lazy or greedy is the same where only "does it match" is asked.
    if (this.#times() !== undefined) throw new SyntaxError('a repetition is repeated')
    return { kind: 'repeat', part, ...times }
  }

  #times(): { readonly least: number; readonly most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Infinity }
    if (this.#take('+')) return { least: 1, most: Infinity }
    if (this.#take('?')) return { least: 0, most: 1 }
    return this.#counted()
  }

  #counted(): { readonly least: number; readonly most: number } | undefined {
    const counted = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(
      this.#text.slice(this.#at, this.#at + LONGEST_COUNT),
    )
    if (counted === null) return undefined
    this.#at += counted[0].length
    const least = Number(counted[1])
    const most = counted[2] === undefined ? least : counted[3] === undefined ? Infinity : Number(counted[3])
    const isTooMuch = least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)
    if (isTooMuch || most < least)
      throw new SyntaxError(`${counted[0]} is not a number of repetitions up to ${MOST_REPEATS}`)
    return { least, most }
  }

  #atom(): Expression {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'character', test: this.#folded(this.#class()) }
      case '.':
        return { kind: 'character', test: (one) => one !== '\n' }
      case '^':
      case '$':
        return { kind: 'edge', end: character === '$' }
      case '*':
      case '+':
      case '?':
        throw new SyntaxError(`${character} repeats nothing`)
      case '\\':
        return { kind: 'character', test: this.#folded(this.#escape()) }
      default:
        return { kind: 'character', test: this.#folded((one) => one === character) }
    }
  }

  #group(): Expression {
    if (this.#peek() === '?' && !this.#text.startsWith('?:', this.#at))
      throw new SyntaxError('of groups only (…) and (?:…) are known')
    if (this.#take('?')) this.#next()
    if (++this.#depth > DEEPEST) throw new SyntaxError('groups are nested too deep')
    const inner = this.choice()
    this.#depth--
    if (!this.#take(')')) throw new SyntaxError('a ( is not closed')
    return inner
  }

  #class(): (one: string) => boolean {
    const denied = this.#take('^')
    const tests: ((one: string) => boolean)[] = []
    do {
      if (this.isAtEnd()) throw new SyntaxError('a [ is not closed')
      tests.push(this.#range())
    } while (!this.#take(']'))
    return (one) => tests.some((test) => test(one)) !== denied
  }

  #range(): (one: string) => boolean {
    const from = this.#next()
    if (from === '\\') return this.#escape()
    if (from === '[' && this.#peek() === ':') throw new SyntaxError('classes like [:alpha:] are not known')
    if (this.#peek() !== '-' || this.#text[this.#at + 1] === ']') return (one) => one === from
    this.#next()
    const to = this.#next()
    if (to < from || to === '\\') throw new SyntaxError(`${from}-${to} is not a range`)
    return (one) => one >= from && one <= to
  }

  #escape(): (one: string) => boolean {
    const letter = this.#next()
    const known = CLASSES[letter.toLowerCase()]
    if (known !== undefined) return (one) => known.test(one) === (letter === letter.toLowerCase())
    if (/[a-z0-9]/i.test(letter)) throw new SyntaxError(`\\${letter} is not known`)
    return (one) => one === letter
  }

  #folded(test: (one: string) => boolean): (one: string) => boolean {
    return this.#fold ? (one) => test(one.toLowerCase()) || test(one.toUpperCase()) : test
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #next(): string {
    const character = this.#text[this.#at++]
    if (character === undefined) throw new SyntaxError('the pattern ends too early')
    return character
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }
}

const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, w: /[A-Za-z0-9_]/, s: /[\t\n\f\r ]/ }
