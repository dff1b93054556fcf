import { splitResources } from '../substitution/resource-text.js'

/** Left edges of what kustomize prints; for JavaScript a line could begin behind U+2028 as well. */
const SECRET = /(?<![^\n])kind: "?Secret"?\n/
const ITEMS = /(?<![^\n])items:\n/
const DATA = /(?<![^\n])(?:data|stringData):([^\n]*)\n((?: [^\n]*\n)*)/g
const ENCRYPTED = /^ {2}\S+: ENC\[AES256_GCM,[^\n]*\]$/

/** Does a build that kustomize printed hold a Secret's values in clear? What SOPS encrypted is no secret. */
export function holdsSecret(printed: string): boolean {
  return splitResources(printed).some((text) => {
    if (ITEMS.test(text)) return /kind: "?Secret/.test(text)
    return (
      SECRET.test(text) && [...text.matchAll(DATA)].some(([, inline, lines]) => !isEncrypted(inline, lines))
    )
  })
}

function isEncrypted(inline = '', lines = ''): boolean {
  if (inline !== '' && inline !== ' {}') return false
  return lines
    .split('\n')
    .slice(0, -1)
    .every((line) => ENCRYPTED.test(line))
}

/** Could a value of a Secret end up in another object, and the Secret itself not be printed? */
export function movesSecret(contents: Iterable<Uint8Array | string>): boolean {
  const texts = [...contents].map((content) =>
    typeof content === 'string' ? content : new TextDecoder().decode(content),
  )
  const hasSecret = texts.some((text) => /\bSecret\b|secretGenerator/i.test(text))
  return hasSecret && texts.some((text) => /replacement|\bvars\b/i.test(text))
}
