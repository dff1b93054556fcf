import { stringify } from 'yaml'

/** Prints a versioned document as JSON, as kubectl does; what a terminal would obey is written as an escape. */
export function printJson(document: unknown): string {
  const text = JSON.stringify(document, null, 4).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    // Characters beyond 16 bits are two escapes.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
  return `${text}\n`
}

/** Prints a versioned document as YAML. */
export function printYaml(document: unknown): string {
  return stringify(document, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false })
}
