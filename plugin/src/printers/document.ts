import { formatJson } from '@kubectl-gitops/core/json.js'
import { Document, stringify, visit } from 'yaml'

/** What a terminal would obey, or nobody can see: controls, directions of text, invisible characters. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

/** Prints a versioned document as JSON, as kubectl does; what a terminal would obey is written as an escape. */
export function printJson(document: unknown): string {
  return `${escapeUnseen(formatJson(document, 4))}\n`
}

/** The same on one line. */
export function printJsonLine(document: unknown): string {
  return `${escapeUnseen(formatJson(document))}\n`
}

function escapeUnseen(json: string): string {
  return json.replace(UNSEEN, (character) =>
    // Characters beyond 16 bits are two escapes.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

const OPTIONS = { compat: 'yaml-1.1', aliasDuplicateObjects: false } as const
const UNFOLDED = { lineWidth: 0 } as const

/** Prints a versioned document as YAML; what a terminal would obey is written as an escape. */
export function printYaml(document: unknown): string {
  const text = stringify(document, { ...OPTIONS, ...UNFOLDED })
  return text.search(UNSEEN) < 0 ? text : printEscaped(document)
}

/** Escapes stand in double quotes only: scalars that need one get them. */
function printEscaped(value: unknown): string {
  const document = new Document(value, OPTIONS)
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.search(UNSEEN) >= 0) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString(UNFOLDED).replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16)
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
