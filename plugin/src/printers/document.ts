import { stringify } from 'yaml'

/** Prints a versioned document as JSON, as kubectl does. */
export const printJson = (document: unknown): string => `${JSON.stringify(document, null, 4)}\n`

/** Prints a versioned document as YAML. */
export const printYaml = (document: unknown): string =>
  stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })
