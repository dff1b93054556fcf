import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml'
import { GitOpsError } from '../../errors.js'
import { formatJson } from '../../json.js'
import { nearWord } from '../../near-word.js'

/** Reads the nodes of a rules file and gathers what is wrong with them, each with its line and column. */
export class NodeReader {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #faults: { readonly offset: number; readonly words: string }[] = []

  constructor(file: string) {
    this.#file = file
  }

  /** The root of the only document. Throws RULES_INVALID where the file is not YAML, or empty. */
  root(text: string): Node {
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    for (const { pos, message } of document.errors) {
      // The parser points to where it stood, which may be the end of the line above.
      const space = /^\s*/.exec(text.slice(pos[0]))?.[0].length ?? 0
      this.#fault(pos[0] + space, message)
    }
    this.finish()
    if (document.contents !== null) return document.contents
    this.#fault(0, 'it has no YAML document of kind DriftRules')
    throw this.#error()
  }

  fault(at: Node | undefined, words: string): void {
    this.#fault(at?.range?.[0] ?? 0, words)
    return undefined
  }

  #fault(offset: number, words: string): void {
    this.#faults.push({ offset, words })
  }

  /** `line:column`, both counted from one. */
  position(at: Node | undefined): string {
    return this.#position(at?.range?.[0] ?? 0)
  }

  #position(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${Math.max(line, 1)}:${Math.max(col, 1)}`
  }

  /** The values of a mapping by their keys; a key that is not among `known` is a fault, one of `required` must be there. */
  mapping<Key extends string>(
    node: Node | undefined,
    what: string,
    { known, required = [] }: { readonly known: readonly Key[]; readonly required?: readonly Key[] },
  ): ReadonlyMap<Key, Node> {
    const values = new Map<Key, Node>()
    if (!isMap(node)) {
      this.#unlike(node, what, 'a mapping')
      return values
    }
    for (const pair of node.items) {
      const name = isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : ''
      const key = known.find((one) => one === name)
      if (key === undefined) this.fault(pair.key as Node, unknownKey(name, what, known))
      else if (pair.value !== null) values.set(key, pair.value as Node)
    }
    for (const key of required) if (!values.has(key)) this.fault(node, `${what} has no ${key}`)
    return values
  }

  list(node: Node | undefined, what: string): readonly Node[] {
    if (isSeq(node)) return node.items as readonly Node[]
    this.#unlike(node, what, 'a list')
    return []
  }

  text(node: Node | undefined, what: string): string | undefined {
    if (isScalar(node) && typeof node.value === 'string' && node.value.trim() !== '') return node.value
    this.#unlike(node, what, 'a text')
    return undefined
  }

  /** A list of texts, each made into something; what cannot be made is a fault, in the words that were thrown. */
  made<T>(node: Node | undefined, what: string, make: (text: string) => T): readonly T[] {
    if (node === undefined) return []
    const items = this.list(node, what)
    if (isSeq(node) && items.length === 0) this.fault(node, `${what} is empty`)
    return items.flatMap((item, index) => {
      const found = this.make(item, `${what}[${index}]`, make)
      return found === undefined ? [] : [found]
    })
  }

  make<T>(node: Node | undefined, what: string, make: (text: string) => T): T | undefined {
    const text = this.text(node, what)
    if (text === undefined) return undefined
    try {
      return make(text)
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown
      this.fault(node, `${what}: ${thrown.message}`)
      return undefined
    }
  }

  #unlike(node: Node | undefined, what: string, wanted: string): void {
    if (node === undefined) return
    const isEmpty = isScalar(node) && (node.value === null || node.value === '')
    if (isAlias(node)) this.fault(node, `${what} is an alias: write it out`)
    else this.fault(node, isEmpty ? `${what} is empty` : `${what} is not ${wanted}`)
  }

  /** Throws RULES_INVALID with everything that was found, in the order of the file. */
  finish(): void {
    if (this.#faults.length > 0) throw this.#error()
  }

  #error(): GitOpsError {
    const sorted = [...this.#faults].sort((a, b) => a.offset - b.offset)
    const lines = sorted.map(({ offset, words }) => `${this.#file}:${this.#position(offset)}: ${words}`)
    return new GitOpsError('RULES_INVALID', {
      what: `the rules in ${this.#file} cannot be used`,
      why: lines.join('\n'),
      tryThis: 'docs/rules.md has the fields; without the file every difference is shown',
    })
  }
}

function unknownKey(name: string, what: string, known: readonly string[]): string {
  const near = nearWord(name, known)
  const hint = near === undefined ? `it has ${known.join(', ')}` : `did you mean ${near}?`
  return `${what} has no field ${formatJson(name)}: ${hint}`
}
